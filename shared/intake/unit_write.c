/* unit_write: the set is written, table by table and in the order of their keys; see unit.h. */
#include "config.h"

#include "unit_own.h"

#include <stdlib.h>
#include <string.h>

#include "bins.h"
#include "error.h"
#include "kinds.h"
#include "packs_write.h"
#include "tables.h"

static struct cm_bind
known_int(const char *name, int64_t value)
{
	return (struct cm_bind){ .name = name, .type = value < 0 ? CM_BIND_NO_INT : CM_BIND_INT, .number = value };
}

/* Writes the things of a map, in order: each adds what it has to say to the batch. */
static int
write_map(struct cm_unit *unit, const struct cm_map *map, int (*compare)(const void *one, const void *other),
    const char *statement, int (*add)(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing))
{
	struct cm_row_batch batch = { .statement = statement };
	void **things;
	size_t i;
	int rc = 0;

	if (map->count == 0)
		return 0;
	if ((things = cm_map_sorted(map, compare)) == NULL)
		return CM_ENOMEM;
	for (i = 0; i < map->count && rc == 0; i++)
		rc = add(unit, &batch, things[i]);
	if (rc == 0)
		rc = cm_row_batch_write(unit->store, &batch);
	cm_row_batch_done(&batch);
	free(things);
	return rc;
}

static int
by_call_id(const void *one, const void *other)
{
	const struct cm_call_entry *a = *(const struct cm_call_entry *const *)one, *b = *(const struct cm_call_entry *const *)other;
	int order = strcmp(a->call.labels.tenant_id, b->call.labels.tenant_id);

	return order != 0 ? order : strcmp(a->call_id, b->call_id);
}

/* The binds of a call; of one that is only spoken of most are null. */
static int
add_call(struct cm_unit *unit, struct cm_row_batch *batch, const struct cm_call_entry *entry)
{
	const struct cm_unit_call *call = &entry->call;
	bool found = call->found, counts = found && strcmp(call->status, "completed") == 0 && call->duration_us >= 0;
	char text[CM_CLAIMS_TEXT];
	const char *claims = NULL;

	cm_claims_put(call, text);
	if (*text != '\0' && (claims = cm_arena_copy(&unit->arena, text, strlen(text))) == NULL)
		return CM_ENOMEM;
	const struct cm_bind binds[] = {
		CM_INT_PARAM("call_no", entry->call_no), CM_TEXT_PARAM("tenant_id", call->labels.tenant_id),
		CM_TEXT_PARAM("call_id", entry->call_id), CM_INT_PARAM("series_id", entry->series_id),
		CM_TEXT_PARAM("call_type", found ? call->labels.call_type : NULL), CM_TEXT_PARAM("caller_number", call->caller_number),
		CM_TEXT_PARAM("callee_number", call->callee_number), known_int("started_us", found ? call->started_us : -1),
		known_int("ended_us", call->ended_us), known_int("duration_us", call->duration_us),
		known_int("bin", counts ? cm_bin_of(call->duration_us) : -1), CM_TEXT_PARAM("status", found ? call->status : NULL),
		CM_TEXT_PARAM("failure_reason", found ? call->failure_reason : NULL), CM_INT_PARAM("has_audio", call->has_audio),
		CM_INT_PARAM("has_transcript", call->has_transcript), CM_TEXT_PARAM("metadata", call->metadata),
		CM_TEXT_PARAM("claims", claims), CM_INT_PARAM("source_id", 1), { 0 },
	};

	return cm_row_batch_add(batch, binds);
}

static int
put_call(struct cm_unit *unit, struct cm_row_batch *batch, const struct cm_call_entry *entry)
{
	int rc = cm_unit_count_call(unit, entry);

	return rc < 0 ? rc : add_call(unit, batch, entry);
}

static int
add_told_call(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing)
{
	const struct cm_call_entry *entry = thing;

	return entry->changed && !entry->of_rows ? put_call(unit, batch, entry) : 0;
}

/* The same, of calls as rows of the voice app tell them or speak of them. */
static int
add_row_call(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing)
{
	const struct cm_call_entry *entry = thing;

	return entry->changed && entry->of_rows ? put_call(unit, batch, entry) : 0;
}

static int
add_gone_call(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing)
{
	const struct cm_call_entry *entry = thing;
	const struct cm_bind binds[] = { CM_INT_PARAM("call_no", entry->call_no), { 0 } };

	(void)unit;
	return entry->removed && entry->call_no != 0 ? cm_row_batch_add(batch, binds) : 0;
}

static int
by_turn(const void *one, const void *other)
{
	const struct cm_turn_entry *a = *(const struct cm_turn_entry *const *)one, *b = *(const struct cm_turn_entry *const *)other;

	if (a->call->call_no != b->call->call_no)
		return a->call->call_no < b->call->call_no ? -1 : 1;
	return strcmp(a->turn_id, b->turn_id);
}

static int
add_turn(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing)
{
	const struct cm_turn_entry *turn = thing;
	const struct cm_bind binds[] = {
		CM_INT_PARAM("call_no", turn->call->call_no), CM_TEXT_PARAM("turn_id", turn->turn_id),
		CM_INT_PARAM("latency_id", turn->latency_id), CM_INT_PARAM("measured", turn->measured), CM_INT_PARAM("at_us", turn->at),
		{ 0 },
	};

	(void)unit;
	return turn->changed ? cm_row_batch_add(batch, binds) : 0;
}

static int
add_change(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing)
{
	const struct cm_turn_entry *turn = thing;
	const struct cm_counted_step counted = { .latency_id = turn->latency_id, .at = turn->step_at, .duration_us = turn->duration_us };
	int rc;
	const struct cm_bind binds[] = {
		CM_INT_PARAM("latency_id", turn->latency_id), CM_INT_PARAM("at_us", turn->step_at),
		CM_INT_PARAM("duration_us", turn->duration_us), CM_INT_PARAM("bin", cm_bin_of(turn->duration_us)),
		CM_TEXT_PARAM("provider", turn->provider), CM_TEXT_PARAM("model", turn->model), { 0 },
	};

	if (!turn->timed_anew)
		return 0;
	rc = cm_unit_count_step(unit, &counted);
	return rc < 0 ? rc : cm_row_batch_add(batch, binds);
}

/* The numbers of so many new calls, one by one; on a server they come from its sequence. */
static int
next_numbers(struct cm_unit *unit, int64_t count, struct cm_rows **rows)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("count", count), { 0 } };

	*rows = NULL;
	if (cm_store_is_remote(unit->store))
		return cm_store_query(unit->store, "call-numbers", binds, rows);
	return unit->last_call_no != 0 ? 0 : cm_store_number(unit->store, "call-last", NULL, &unit->last_call_no);
}

/* Calls that facts are of, or that somebody told of, and that have no row yet get their number. */
static int
number_calls(struct cm_unit *unit)
{
	struct cm_call_entry *call;
	struct cm_rows *rows = NULL;
	int64_t count = 0;
	size_t i;
	int rc = 0;

	for (i = 0; i < unit->calls.room; i++)
		if ((call = unit->calls.places[i].thing) != NULL && *call->call_id != '\0' && call->call_no == 0 &&
		    (call->changed |= call->used))
			count++;
	if (count == 0 || (rc = next_numbers(unit, count, &rows)) < 0)
		return rc;
	for (i = 0; i < unit->calls.room && rc >= 0; i++)
		if ((call = unit->calls.places[i].thing) != NULL && *call->call_id != '\0' && call->call_no == 0 && call->changed) {
			if (rows != NULL && (rc = cm_rows_next(rows)) <= 0)
				break;
			call->call_no = rows != NULL ? cm_rows_int(rows, 0) : ++unit->last_call_no;
		}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

/* Finds the series of the calls whose series is not known, and numbers them. */
static int
number_series(struct cm_unit *unit)
{
	struct cm_call_entry *call;
	size_t i;
	int rc;

	for (i = 0; i < unit->calls.room; i++) {
		call = unit->calls.places[i].thing;
		if (call != NULL && (call->changed || call->used) && call->series_id == 0 &&
		    (call->series = cm_unit_series_place(unit, &call->call.labels)) == NULL)
			return CM_ENOMEM;
	}
	if ((rc = cm_unit_number_series(unit)) < 0)
		return rc;
	for (i = 0; i < unit->calls.room; i++)
		if ((call = unit->calls.places[i].thing) != NULL && call->series != NULL)
			call->series_id = call->series->series_id;
	return 0;
}

/* A step as it counts, and its binds. */
static int
add_step(struct cm_unit *unit, struct cm_row_batch *batch, const struct cm_new_step *step)
{
	const struct cm_counted_step counted = { .latency_id = step->latency_id, .series_id = step->call->series_id, .kind = step->kind,
		.at = step->at, .duration_us = step->duration_us };
	const struct cm_bind binds[] = {
		CM_INT_PARAM("latency_id", step->latency_id), CM_INT_PARAM("call_no", step->call->call_no),
		CM_TEXT_PARAM("turn_id", step->turn_id), CM_INT_PARAM("series_id", step->call->series_id),
		CM_TEXT_PARAM("component", cm_kinds[step->kind].name), CM_TEXT_PARAM("provider", step->provider),
		CM_TEXT_PARAM("model", step->model), CM_INT_PARAM("at_us", step->at),
		CM_INT_PARAM("duration_us", step->duration_us), CM_INT_PARAM("bin", cm_bin_of(step->duration_us)),
		CM_TEXT_PARAM("metadata", step->metadata), { 0 },
	};
	int rc = step->replaces ? cm_unit_count_step(unit, &counted) : cm_unit_count_new_step(unit, &counted);

	return rc < 0 ? rc : cm_row_batch_add(batch, binds);
}

static int
add_id(struct cm_row_batch *ids, int64_t latency_id)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("latency_id", latency_id), { 0 } };

	return cm_row_batch_add(ids, binds);
}

/* Reads what the steps that change are, before they do. */
static int
read_changing(struct cm_unit *unit)
{
	struct cm_row_batch ids = { 0 };
	const struct cm_turn_entry *turn;
	size_t i;
	int rc = 0;

	for (i = 0; i < unit->step_count && rc == 0; i++)
		if (unit->steps[i]->replaces)
			rc = add_id(&ids, unit->steps[i]->latency_id);
	for (i = 0; i < unit->turns.room && rc == 0; i++)
		if ((turn = unit->turns.places[i].thing) != NULL && turn->timed_anew)
			rc = add_id(&ids, turn->latency_id);
	if (rc == 0)
		rc = cm_unit_read_steps(unit, &ids);
	cm_row_batch_done(&ids);
	return rc;
}

static int
write_steps(struct cm_unit *unit)
{
	struct cm_row_batch batch = { .statement = "latency-add" }, changes = { .statement = "latency-put" };
	size_t i;
	int rc = read_changing(unit);

	for (i = 0; i < unit->step_count && rc == 0; i++)
		rc = add_step(unit, unit->steps[i]->replaces ? &changes : &batch, unit->steps[i]);
	if (rc == 0 && (rc = cm_row_batch_write(unit->store, &batch)) == 0)
		rc = cm_row_batch_write(unit->store, &changes);
	cm_row_batch_done(&batch);
	cm_row_batch_done(&changes);
	return rc;
}

/* Takes steps away, as they are by now. */
static int
remove_steps(struct cm_unit *unit)
{
	struct cm_row_batch *ids = &unit->step_removes;
	size_t i;
	int rc;

	if (ids->count == 0)
		return 0;
	cm_map_clear(&unit->counted_steps);
	if ((rc = cm_unit_read_steps(unit, ids)) < 0)
		return rc;
	for (i = 0; i < ids->count && rc == 0; i++)
		rc = cm_unit_uncount_step(unit, ids->binds[i * ids->width].number);
	return rc < 0 ? rc : cm_row_batch_write(unit->store, ids);
}

static void
forget(struct cm_unit *unit)
{
	cm_map_clear(&unit->events);
	cm_map_clear(&unit->calls);
	cm_map_clear(&unit->turns);
	cm_map_clear(&unit->series);
	cm_map_clear(&unit->counted_calls);
	cm_map_clear(&unit->counted_steps);
	unit->unread_events = NULL;
	unit->unread_leaves = NULL;
	unit->taken = 0;
	unit->unread_calls = NULL;
	unit->unread_row_calls = NULL;
	unit->unread_turns = NULL;
	unit->step_count = 0;
	unit->words_known = unit->prices_known = false;
	unit->words = NULL;
	unit->prices = NULL;
	cm_arena_clear(&unit->arena);
}

/* Marks come in the order of their key, as all else does. */
static int
by_mark(const void *one, const void *other)
{
	const struct cm_bind *a = one, *b = other;
	int order;

	if (a[0].number != b[0].number)
		return a[0].number < b[0].number ? -1 : 1;
	if ((order = strcmp(a[1].text, b[1].text)) != 0 || (order = strcmp(a[2].text, b[2].text)) != 0)
		return order;
	return (a[3].number > b[3].number) - (a[3].number < b[3].number);
}

/* Facts get the numbers of their calls, and of their labels where those have a place behind. */
static void
number_facts(struct cm_put *put)
{
	size_t i;

	for (i = 0; i < put->rows.count; i++) {
		struct cm_bind *binds = put->rows.binds + i * put->rows.width;
		const struct cm_call_entry *call = put->calls[i];

		binds[0].type = call->call_no != 0 ? CM_BIND_INT : CM_BIND_NO_INT;
		binds[0].number = call->call_no;
		if (strcmp(binds[1].name, "series_id") == 0)
			binds[1].number = call->series_id;
	}
}

static int
write_puts(struct cm_unit *unit)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < unit->put_count && rc == 0; i++) {
		struct cm_row_batch *rows = &unit->puts[i].rows;

		if (unit->puts[i].calls != NULL)
			number_facts(&unit->puts[i]);
		if (strcmp(rows->statement, "mark-add") == 0 && rows->count > 0)
			qsort(rows->binds, rows->count, rows->width * sizeof *rows->binds, by_mark);
		rc = cm_row_batch_write(unit->store, rows);
	}
	return rc;
}

/* Facts of a call that is found to be another go over to that. */
static int
write_join(struct cm_unit *unit, const struct cm_bind *binds)
{
	const struct cm_bind both[] = { binds[0], binds[1], { 0 } };
	const struct cm_table *table;
	int64_t rc = cm_unit_uncount_call(unit, binds[0].number);

	if (rc == 0)
		rc = cm_unit_write_awaited(unit);
	for (table = cm_tables; table->name != NULL && rc >= 0; table++)
		if (table->join != NULL)
			rc = cm_store_run(unit->store, table->join, both);
	if (rc >= 0)
		rc = cm_store_run(unit->store, "call-join-call", both);
	return rc < 0 ? (int)rc : 0;
}

static int
write_joins(struct cm_unit *unit)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < unit->joins.count && rc == 0; i++)
		rc = write_join(unit, unit->joins.binds + i * unit->joins.width);
	unit->joins.count = 0;
	return rc;
}

/* Calls before their facts, which call them by their numbers. */
static int
write_calls(struct cm_unit *unit)
{
	int rc;

	if ((rc = number_calls(unit)) < 0 || (rc = number_series(unit)) < 0 || (rc = write_joins(unit)) < 0 ||
	    (rc = write_map(unit, &unit->calls, by_call_id, "call-put", add_told_call)) < 0 || (rc = cm_unit_label_facts(unit)) < 0 ||
	    (rc = write_map(unit, &unit->calls, by_call_id, "row-call-put", add_row_call)) < 0)
		return rc;
	rc = cm_unit_label_facts(unit);
	return rc < 0 ? rc : cm_unit_write_awaited(unit);
}

int
cm_unit_write(struct cm_unit *unit)
{
	int rc;

	cm_unit_settle_begin(unit);
	if ((rc = write_map(unit, &unit->events, cm_unit_by_event_key, "event-new", cm_unit_add_event)) < 0 ||
	    (rc = write_calls(unit)) < 0 || (rc = write_map(unit, &unit->calls, cm_unit_by_call_no, "leaf-put", cm_unit_add_leaves)) < 0 ||
	    (rc = write_map(unit, &unit->turns, by_turn, "turn-put", add_turn)) < 0 || (rc = write_steps(unit)) < 0 ||
	    (rc = write_map(unit, &unit->turns, by_turn, "latency-change", add_change)) < 0 || (rc = write_puts(unit)) < 0 ||
	    (rc = remove_steps(unit)) < 0 || (rc = write_map(unit, &unit->calls, by_call_id, "row-call-remove", add_gone_call)) < 0)
		return rc;
	forget(unit);
	return cm_deltas_are_full(&unit->deltas) ? cm_deltas_write(unit->store, &unit->deltas) : 0;
}
