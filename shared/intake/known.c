/* known: the set of a transaction, and what is noted in it; see known.h. */
#include "config.h"

#include "known_own.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

/* Steps that are sent are numbered above this, those of the voice app below; the same as in cm_latency_added.  So are lines. */
#define SENT_IDS_FROM (INT64_C(1) << 40)

enum { FULL_ENTRIES = 8192, FULL_BYTES = 4 << 20 };

static void
free_known(void *memo)
{
	struct cm_known *known = memo;

	cm_map_done(&known->events);
	cm_map_done(&known->calls);
	cm_map_done(&known->turns);
	cm_map_done(&known->series);
	cm_sheet_done(&known->marks);
	cm_sheet_done(&known->costs);
	cm_sheet_done(&known->readings);
	cm_sheet_done(&known->kept);
	cm_sheet_done(&known->lines);
	cm_fold_done(&known->fold);
	cm_arena_done(&known->arena);
	free(known->steps);
	free(known);
}

struct cm_known *
cm_known_of(struct cm_store *store)
{
	struct cm_known *known = cm_store_memo(store);

	if (known != NULL || (known = calloc(1, sizeof *known)) == NULL)
		return known;
	known->store = store;
	known->marks.statement = "mark-add";
	known->costs.statement = "cost-add";
	known->readings.statement = "health-add";
	known->kept.statement = "event-keep";
	known->lines.statement = "line-add";
	cm_store_set_memo(store, known, free_known);
	return known;
}

bool
cm_known_is_full(const struct cm_known *known)
{
	return known->arena.bytes > FULL_BYTES ||
	    known->events.count + known->calls.count + known->turns.count + known->step_count + known->marks.count +
	    known->costs.count + known->readings.count + known->kept.count + known->lines.count > FULL_ENTRIES;
}

int
cm_known_finish(struct cm_store *store)
{
	struct cm_known *known = cm_store_memo(store);
	int rc;

	if (known == NULL)
		return 0;
	rc = cm_known_write(known);
	return rc < 0 ? rc : cm_fold_all(store, &known->fold);
}

static bool
is_event(const void *thing, const void *key)
{
	const struct cm_event_entry *entry = thing;

	return memcmp(entry->key, key, sizeof entry->key) == 0;
}

struct cm_event_entry *
cm_known_event_place(struct cm_known *known, const int64_t key[2])
{
	uint64_t hash = (uint64_t)key[0];	/* of a good hash */
	struct cm_event_entry *entry = cm_map_find(&known->events, hash, is_event, key);

	if (entry != NULL || (entry = cm_arena_take(&known->arena, sizeof *entry)) == NULL)
		return entry;
	memcpy(entry->key, key, sizeof entry->key);
	if (cm_map_add(&known->events, hash, entry) < 0)
		return NULL;
	entry->unread = known->unread_events;
	known->unread_events = entry;
	return entry;
}

static bool
is_call(const void *thing, const void *key)
{
	const struct cm_call_entry *entry = thing;

	return strcmp(entry->call_id, key) == 0;
}

struct cm_call_entry *
cm_known_call_place(struct cm_known *known, const char *call_id)
{
	uint64_t hash = cm_hash_text(CM_HASH, call_id);
	struct cm_call_entry *entry = cm_map_find(&known->calls, hash, is_call, call_id);

	if (entry != NULL || (entry = cm_arena_take(&known->arena, sizeof *entry)) == NULL)
		return entry;
	entry->call_id = call_id;
	entry->call = (struct cm_known_call){ .labels = { "", "", "", "", "" }, .ended_us = -1, .duration_us = -1, .status = "active",
		.failure_reason = "" };
	if (cm_map_add(&known->calls, hash, entry) < 0)
		return NULL;
	entry->unread = known->unread_calls;
	known->unread_calls = entry;
	return entry;
}

static bool
is_turn(const void *thing, const void *key)
{
	const struct cm_turn_entry *entry = thing, *other = key;

	return strcmp(entry->call_id, other->call_id) == 0 && strcmp(entry->turn_id, other->turn_id) == 0;
}

struct cm_turn_entry *
cm_known_turn_place(struct cm_known *known, const char *call_id, const char *turn_id)
{
	const struct cm_turn_entry key = { .call_id = call_id, .turn_id = turn_id };
	uint64_t hash = cm_hash_text(cm_hash_text(CM_HASH, call_id), turn_id);
	struct cm_turn_entry *entry = cm_map_find(&known->turns, hash, is_turn, &key);

	if (entry != NULL || (entry = cm_arena_take(&known->arena, sizeof *entry)) == NULL)
		return entry;
	*entry = key;
	if (cm_map_add(&known->turns, hash, entry) < 0)
		return NULL;
	entry->unread = known->unread_turns;
	known->unread_turns = entry;
	return entry;
}

int
cm_known_foresee_event(struct cm_known *known, const int64_t key[2])
{
	return !cm_store_is_remote(known->store) || cm_known_event_place(known, key) != NULL ? 0 : CM_ENOMEM;
}

int
cm_known_foresee_call(struct cm_known *known, const char *call_id)
{
	return !cm_store_is_remote(known->store) || cm_known_call_place(known, call_id) != NULL ? 0 : CM_ENOMEM;
}

int
cm_known_foresee_turn(struct cm_known *known, const char *call_id, const char *turn_id)
{
	return !cm_store_is_remote(known->store) || cm_known_turn_place(known, call_id, turn_id) != NULL ? 0 : CM_ENOMEM;
}

int
cm_known_event(struct cm_known *known, const int64_t key[2], cm_us now)
{
	struct cm_event_entry *entry = cm_known_event_place(known, key);
	int rc;

	if (entry == NULL)
		return CM_ENOMEM;
	if (!entry->is_read && (rc = cm_known_read_event(known, entry)) < 0)
		return rc;
	if (entry->taken)
		return 0;
	entry->taken = entry->is_new = true;
	entry->seen = now;
	return 1;
}

void
cm_known_event_forget(struct cm_known *known, const int64_t key[2])
{
	struct cm_event_entry *entry = cm_map_find(&known->events, (uint64_t)key[0], is_event, key);

	if (entry != NULL)
		entry->taken = entry->is_new = false;
}

int
cm_known_call(struct cm_known *known, const char *call_id, struct cm_call_entry **out)
{
	struct cm_call_entry *entry = cm_known_call_place(known, call_id);
	int rc;

	if (entry == NULL)
		return CM_ENOMEM;
	if (!entry->is_read && (rc = cm_known_read_call(known, entry)) < 0)
		return rc;
	*out = entry;
	return 0;
}

int
cm_known_turn(struct cm_known *known, const char *call_id, const char *turn_id, struct cm_turn_entry **out)
{
	struct cm_turn_entry *entry = cm_known_turn_place(known, call_id, turn_id);
	int rc;

	if (entry == NULL)
		return CM_ENOMEM;
	if (!entry->is_read && (rc = cm_known_read_turn(known, entry)) < 0)
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

void
cm_known_call_store(struct cm_call_entry *entry, const struct cm_known_call *call)
{
	if (!same_labels(&entry->call.labels, &call->labels))
		entry->series_id = 0;
	entry->call = *call;
	entry->call.found = true;
	entry->changed = true;
}

int
cm_known_mark_add(struct cm_known *known, const char *call_id, const char *turn_id, const char *mark, cm_us at)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", call_id), CM_TEXT_PARAM("turn_id", turn_id),
		CM_TEXT_PARAM("mark", mark), CM_INT_PARAM("at", at), { 0 } };

	return cm_sheet_add(&known->marks, binds);
}

int
cm_known_step_add(struct cm_known *known, const struct cm_new_step *step, struct cm_new_step **out)
{
	struct cm_new_step *added = cm_arena_take(&known->arena, sizeof *added);

	if (added == NULL)
		return CM_ENOMEM;
	if (known->step_count == known->step_room) {
		size_t room = known->step_room == 0 ? 64 : 2 * known->step_room;
		struct cm_new_step **steps = realloc(known->steps, room * sizeof *steps);

		if (steps == NULL)
			return CM_ENOMEM;
		known->steps = steps;
		known->step_room = room;
	}
	*added = *step;
	known->steps[known->step_count++] = added;
	*out = added;
	return 0;
}

static int
next_id(struct cm_known *known, const char *statement, int64_t *last, int64_t *out)
{
	int rc;

	if (*last == 0 && (rc = cm_store_number(known->store, statement, NULL, last)) < 0)
		return rc;
	if (*last < SENT_IDS_FROM)
		*last = SENT_IDS_FROM;
	*out = ++*last;
	return 0;
}

int
cm_known_next_latency_id(struct cm_known *known, int64_t *latency_id)
{
	return next_id(known, "latency-last", &known->last_latency_id, latency_id);
}

int
cm_known_next_line_id(struct cm_known *known, int64_t *line_id)
{
	return next_id(known, "line-last", &known->last_line_id, line_id);
}
