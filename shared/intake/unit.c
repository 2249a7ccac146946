/* unit: the set of a transaction, and what is noted in it; see unit.h. */
#include "config.h"

#include "unit_own.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "error.h"
#include "packs_write.h"

enum { FULL_ENTRIES = 8192, FULL_BYTES = 4 << 20 };

static int
finish(struct cm_store *store, void *memo)
{
	struct cm_unit *unit = memo;
	int rc;

	if ((rc = cm_unit_write(unit)) < 0 || (rc = cm_deltas_write(store, &unit->deltas)) < 0 || (rc = cm_unit_settle_all(unit)) < 0)
		return rc;
	return cm_counters_write(store, &unit->counters, &unit->deltas.marginals);
}

static void
free_unit(void *memo)
{
	struct cm_unit *unit = memo;
	size_t i;

	cm_map_done(&unit->events);
	cm_map_done(&unit->calls);
	cm_map_done(&unit->turns);
	cm_map_done(&unit->series);
	cm_map_done(&unit->counted_calls);
	cm_map_done(&unit->counted_steps);
	for (i = 0; i < unit->put_count; i++) {
		cm_row_batch_done(&unit->puts[i].rows);
		free(unit->puts[i].calls);
	}
	free(unit->puts);
	cm_row_batch_done(&unit->joins);
	cm_row_batch_done(&unit->step_removes);
	cm_row_batch_done(&unit->labels);
	cm_deltas_done(&unit->deltas);
	cm_counters_done(&unit->counters);
	free(unit->gone.calls);
	free(unit->come.calls);
	cm_arena_done(&unit->arena);
	free(unit->steps);
	free(unit);
}

static const struct cm_memo owner = { .before_commit = finish, .release = free_unit };

struct cm_unit *
cm_unit_of(struct cm_store *store)
{
	struct cm_unit *unit = cm_store_memo(store, &owner);

	if (unit != NULL || (unit = calloc(1, sizeof *unit)) == NULL)
		return unit;
	unit->store = store;
	return cm_store_remember(store, &owner, unit) == 0 ? unit : NULL;
}

bool
cm_unit_is_full(const struct cm_unit *unit)
{
	size_t entries = unit->events.count + unit->taken + unit->calls.count + unit->turns.count + unit->step_count, i;

	entries += unit->step_removes.count;
	for (i = 0; i < unit->put_count; i++)
		entries += unit->puts[i].rows.count;
	return unit->arena.bytes > FULL_BYTES || entries > FULL_ENTRIES;
}

/* What a statement puts; NULL for want of memory. */
static struct cm_put *
put_of(struct cm_unit *unit, const char *statement)
{
	size_t i;

	for (i = 0; i < unit->put_count; i++)
		if (strcmp(unit->puts[i].rows.statement, statement) == 0)
			return &unit->puts[i];
	if (!CM_ARRAY_GROWS(unit->puts, i, unit->put_room))
		return NULL;
	unit->puts[unit->put_count++] = (struct cm_put){ .rows = { .statement = statement } };
	return &unit->puts[i];
}

int
cm_unit_put(struct cm_unit *unit, const char *statement, const struct cm_bind *binds)
{
	struct cm_put *put = put_of(unit, statement);

	return put != NULL ? cm_row_batch_add(&put->rows, binds) : CM_ENOMEM;
}

/* What a call is found by. */
struct call_key {
	const char *tenant_id;
	const char *call_id;
	bool of_rows;			/* by its call_id alone */
};

static bool
is_call(const void *thing, const void *key)
{
	const struct cm_call_entry *entry = thing;
	const struct call_key *wanted = key;

	return entry->of_rows == wanted->of_rows && strcmp(entry->call_id, wanted->call_id) == 0 &&
	    (wanted->of_rows || strcmp(entry->call.labels.tenant_id, wanted->tenant_id) == 0);
}

static struct cm_call_entry *
place_call(struct cm_unit *unit, const struct call_key *key)
{
	uint64_t hash = cm_hash_text(cm_hash_text(CM_HASH, key->of_rows ? "" : key->tenant_id), key->call_id);
	struct cm_call_entry *entry = cm_map_find(&unit->calls, hash, is_call, key), **unread;

	if (entry != NULL || (entry = cm_arena_take(&unit->arena, sizeof *entry)) == NULL)
		return entry;
	entry->call_id = key->call_id;
	entry->of_rows = key->of_rows;
	entry->call = (struct cm_unit_call){ .labels = { key->tenant_id, "", "", "", "" }, .ended_us = -1, .duration_us = -1,
		.status = "active", .failure_reason = "" };
	if (cm_map_add(&unit->calls, hash, entry) < 0)
		return NULL;
	if (*key->call_id == '\0') {
		entry->is_read = true;
		return entry;
	}
	unread = key->of_rows ? &unit->unread_row_calls : &unit->unread_calls;
	entry->unread = *unread;
	*unread = entry;
	return entry;
}

struct cm_call_entry *
cm_unit_call_place(struct cm_unit *unit, const char *tenant_id, const char *call_id)
{
	const struct call_key key = { tenant_id, call_id, false };

	return place_call(unit, &key);
}

struct cm_call_entry *
cm_unit_row_call_place(struct cm_unit *unit, const char *call_id)
{
	const struct call_key key = { "", call_id, true };

	return place_call(unit, &key);
}

static bool
is_turn(const void *thing, const void *key)
{
	const struct cm_turn_entry *entry = thing, *other = key;

	return entry->call == other->call && strcmp(entry->turn_id, other->turn_id) == 0;
}

struct cm_turn_entry *
cm_unit_turn_place(struct cm_unit *unit, struct cm_call_entry *call, const char *turn_id)
{
	const struct cm_turn_entry key = { .call = call, .turn_id = turn_id };
	uint64_t hash = cm_hash_text(cm_hash_text(cm_hash_text(CM_HASH, call->call.labels.tenant_id), call->call_id), turn_id);
	struct cm_turn_entry *entry = cm_map_find(&unit->turns, hash, is_turn, &key);

	if (entry != NULL || (entry = cm_arena_take(&unit->arena, sizeof *entry)) == NULL)
		return entry;
	*entry = key;
	if (cm_map_add(&unit->turns, hash, entry) < 0)
		return NULL;
	entry->unread = unit->unread_turns;
	unit->unread_turns = entry;
	return entry;
}

int
cm_unit_prefetch_call(struct cm_unit *unit, const char *tenant_id, const char *call_id)
{
	return !cm_store_is_remote(unit->store) || cm_unit_call_place(unit, tenant_id, call_id) != NULL ? 0 : CM_ENOMEM;
}

int
cm_unit_prefetch_row_call(struct cm_unit *unit, const char *call_id)
{
	return !cm_store_is_remote(unit->store) || cm_unit_row_call_place(unit, call_id) != NULL ? 0 : CM_ENOMEM;
}

int
cm_unit_prefetch_turn(struct cm_unit *unit, const char *tenant_id, const char *call_id, const char *turn_id)
{
	struct cm_call_entry *call;

	if (!cm_store_is_remote(unit->store))
		return 0;
	call = cm_unit_call_place(unit, tenant_id, call_id);
	return call != NULL && cm_unit_turn_place(unit, call, turn_id) != NULL ? 0 : CM_ENOMEM;
}

static int
read_call(struct cm_unit *unit, struct cm_call_entry *entry, struct cm_call_entry **out)
{
	int rc;

	if (entry == NULL)
		return CM_ENOMEM;
	if (!entry->is_read && (rc = cm_unit_read_call(unit, entry)) < 0)
		return rc;
	*out = entry;
	return 0;
}

int
cm_unit_call(struct cm_unit *unit, const char *tenant_id, const char *call_id, struct cm_call_entry **out)
{
	return read_call(unit, cm_unit_call_place(unit, tenant_id, call_id), out);
}

int
cm_unit_row_call(struct cm_unit *unit, const char *call_id, struct cm_call_entry **out)
{
	return read_call(unit, cm_unit_row_call_place(unit, call_id), out);
}

int
cm_unit_turn(struct cm_unit *unit, struct cm_call_entry *call, const char *turn_id, struct cm_turn_entry **out)
{
	struct cm_turn_entry *entry = cm_unit_turn_place(unit, call, turn_id);
	int rc;

	if (entry == NULL)
		return CM_ENOMEM;
	if (!entry->is_read && (rc = cm_unit_read_turn(unit, entry)) < 0)
		return rc;
	*out = entry;
	return 0;
}

static bool
same_labels(const struct cm_labels *one, const struct cm_labels *other)
{
	return strcmp(one->tenant_id, other->tenant_id) == 0 && strcmp(one->agent, other->agent) == 0 &&
	    strcmp(one->agent_version, other->agent_version) == 0 && strcmp(one->provider, other->provider) == 0 &&
	    strcmp(one->call_type, other->call_type) == 0;
}

int
cm_unit_call_tell(struct cm_unit *unit, struct cm_call_entry *entry, const struct cm_telling *telling, enum cm_learned *learned)
{
	const struct cm_labels before = entry->call.labels;
	enum cm_learned what;
	int rc;

	if (entry->call.found && cm_call_wants_metadata(&entry->call, telling) && (rc = cm_unit_read_metadata(unit, entry)) < 0)
		return rc;
	what = cm_call_learn(&entry->call, telling);
	if (!same_labels(&before, &entry->call.labels))
		entry->series_id = 0;
	entry->changed |= what != CM_LEARNED_NOTHING || !entry->call.found;
	entry->call.found = true;
	if (learned != NULL)
		*learned = what;
	return 0;
}

/* A call gets another tenant, its row saying so.  Where that tenant has a call of this id, told by others, it is the same call. */
static int
move_call(struct cm_unit *unit, struct cm_call_entry *entry, const char *tenant_id)
{
	struct cm_call_entry *there;
	int rc;

	if ((rc = cm_unit_call(unit, tenant_id, entry->call_id, &there)) < 0)
		return rc;
	if (there->call_no != 0 && entry->call_no != 0 && there->call_no != entry->call_no) {
		const struct cm_bind binds[] = { CM_INT_PARAM("call_no", entry->call_no), CM_INT_PARAM("into", there->call_no), { 0 } };

		if ((rc = cm_row_batch_add(&unit->joins, binds)) < 0)
			return rc;
	}
	if (there->call_no != 0) {
		entry->call_no = there->call_no;
		entry->joined = true;
	}
	return 0;
}

int
cm_unit_call_replace(struct cm_unit *unit, struct cm_call_entry *entry, const struct cm_unit_call *call)
{
	static const struct cm_unit_call none = { .labels = { "", "", "", "", "" }, .ended_us = -1, .duration_us = -1, .status = "active",
		.failure_reason = "" };
	const char *tenant_id = call != NULL ? call->labels.tenant_id : "";
	int rc;

	if (strcmp(tenant_id, entry->call.labels.tenant_id) != 0 && (rc = move_call(unit, entry, tenant_id)) < 0)
		return rc;
	if (call == NULL || !same_labels(&entry->call.labels, &call->labels))
		entry->series_id = 0;
	entry->call = call != NULL ? *call : none;
	entry->changed = call != NULL || entry->call_no != 0;
	entry->removed = call == NULL;
	return 0;
}

int
cm_unit_fact_add(struct cm_unit *unit, const char *statement, struct cm_call_entry *call, const struct cm_bind *binds)
{
	struct cm_put *put = put_of(unit, statement);
	int rc;

	if (put == NULL || !CM_ARRAY_GROWS(put->calls, put->rows.count, put->call_room))
		return CM_ENOMEM;
	put->calls[put->rows.count] = call;
	if ((rc = cm_row_batch_add(&put->rows, binds)) == 0)
		call->used = true;
	return rc;
}

int
cm_unit_mark_add(struct cm_unit *unit, struct cm_turn_entry *turn, const char *mark, cm_us at)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("call_no", 0), CM_TEXT_PARAM("turn_id", turn->turn_id),
		CM_TEXT_PARAM("mark", mark), CM_INT_PARAM("at_us", at), { 0 } };

	return cm_unit_fact_add(unit, "mark-add", turn->call, binds);
}

int
cm_unit_step_add(struct cm_unit *unit, const struct cm_new_step *step, struct cm_new_step **out)
{
	struct cm_new_step *added = cm_arena_take(&unit->arena, sizeof *added);

	if (added == NULL)
		return CM_ENOMEM;
	if (unit->step_count == unit->step_room) {
		size_t room = unit->step_room == 0 ? 64 : 2 * unit->step_room;
		struct cm_new_step **steps = realloc(unit->steps, room * sizeof *steps);

		if (steps == NULL)
			return CM_ENOMEM;
		unit->steps = steps;
		unit->step_room = room;
	}
	*added = *step;
	step->call->used = true;
	unit->steps[unit->step_count++] = added;
	*out = added;
	return 0;
}

int
cm_unit_step_remove(struct cm_unit *unit, int64_t latency_id)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("latency_id", latency_id), { 0 } };

	unit->step_removes.statement = "latency-remove";
	return cm_row_batch_add(&unit->step_removes, binds);
}

/* Numbers are shown to tenants, so they do not count what there is of all: they are instants.  Those of the voice app are below them
 * (shared/follow/take.c), and where a clock went back they go on from the highest. */
static int
next_id(struct cm_unit *unit, const char *statement, int64_t *last, int64_t *out)
{
	cm_us now;
	int rc;

	if (*last == 0) {
		if ((rc = cm_store_number(unit->store, statement, NULL, last)) < 0)
			return rc;
		if (*last < (now = cm_now_us()))
			*last = now;
	}
	*out = ++*last;
	return 0;
}

int
cm_unit_next_latency_id(struct cm_unit *unit, int64_t *latency_id)
{
	return next_id(unit, "latency-last", &unit->last_latency_id, latency_id);
}

int
cm_unit_next_line_id(struct cm_unit *unit, int64_t *line_id)
{
	return next_id(unit, "line-last", &unit->last_line_id, line_id);
}
