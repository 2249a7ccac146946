/* unit_counts: what the facts of a set count as, before and after they are written; see unit.h. */
#include "config.h"

#include "unit_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "kinds.h"
#include "tables.h"

static uint64_t
hash_of(int64_t number)
{
	return (uint64_t)number * UINT64_C(0x9e3779b97f4a7c15);
}

static bool
is_call(const void *thing, const void *key)
{
	const struct cm_stored_call *stored = thing;
	const int64_t *call_no = key;

	return stored->call_no == *call_no;
}

static struct cm_stored_call *
find_call(const struct cm_unit *unit, int64_t call_no)
{
	return cm_map_find(&unit->counted_calls, hash_of(call_no), is_call, &call_no);
}

static struct cm_stored_call *
add_call(struct cm_unit *unit, int64_t call_no)
{
	struct cm_stored_call *stored = cm_arena_take(&unit->arena, sizeof *stored);

	if (stored == NULL)
		return NULL;
	*stored = (struct cm_stored_call){ .call_no = call_no, .due_us = -1 };
	return cm_map_add(&unit->counted_calls, hash_of(call_no), stored) == 0 ? stored : NULL;
}

static struct cm_stored_call
as_it_is(const struct cm_call_entry *entry)
{
	const struct cm_unit_call *call = &entry->call;
	bool timed = call->found && strcmp(call->status, "completed") == 0;

	if (!call->found)
		return (struct cm_stored_call){ .call_no = entry->call_no, .as = { .series_id = entry->series_id }, .due_us = -1 };
	return (struct cm_stored_call){
		.call_no = entry->call_no, .told = true, .due_us = -1,
		.as = { .series_id = entry->series_id, .started = call->started_us, .has_transcript = call->has_transcript,
		    .outcome = cm_outcome_of(call->status, call->labels.call_type, call->failure_reason),
		    .timed_us = timed ? call->duration_us : -1 },
	};
}

int
cm_unit_call_counted(struct cm_unit *unit, const struct cm_call_entry *entry, cm_us due_us)
{
	const struct cm_stored_call is = as_it_is(entry);
	struct cm_stored_call *stored;

	if (find_call(unit, entry->call_no) != NULL)
		return 0;
	if ((stored = add_call(unit, entry->call_no)) == NULL)
		return CM_ENOMEM;
	stored->told = is.told;
	stored->as = is.as;
	stored->due_us = due_us;
	return 0;
}

static bool
same(const struct cm_stored_call *was, const struct cm_stored_call *is)
{
	const struct cm_counted_call *a = &was->as, *b = &is->as;

	return was->told == is->told && a->series_id == b->series_id && a->started == b->started &&
	    a->has_transcript == b->has_transcript && a->timed_us == b->timed_us &&
	    cm_outcome_number(&a->outcome) == cm_outcome_number(&b->outcome);
}

/* When a call ended, as far as that is known. */
static cm_us
end_of(const struct cm_unit_call *call)
{
	return call->ended_us >= 0 ? call->ended_us : call->started_us + (call->duration_us > 0 ? call->duration_us : 0);
}

int
cm_unit_count_call(struct cm_unit *unit, const struct cm_call_entry *entry)
{
	const struct cm_bind labels[] = { CM_INT_PARAM("call_no", entry->call_no), CM_INT_PARAM("series_id", entry->series_id), { 0 } };
	const struct cm_stored_call is = as_it_is(entry);
	struct cm_stored_call *was = find_call(unit, entry->call_no);
	bool is_new = was == NULL;
	int rc = 0;

	if (is_new && (was = add_call(unit, entry->call_no)) == NULL)
		return CM_ENOMEM;
	if (!is_new && (was->as.series_id != is.as.series_id || entry->joined))
		rc = cm_row_batch_add(&unit->labels, labels);
	if (rc == 0 && was->told && !same(was, &is))
		rc = cm_deltas_call(&unit->deltas, &was->as, -1);
	if (rc == 0 && is.told && !same(was, &is))
		rc = cm_deltas_call(&unit->deltas, &is.as, 1);
	if (rc == 0)
		rc = cm_unit_settle(unit, was, &is, end_of(&entry->call), entry->of_rows);
	was->told = is.told;
	was->as = is.as;
	return rc;
}

int
cm_unit_uncount_call(struct cm_unit *unit, int64_t call_no)
{
	struct cm_stored_call *was = find_call(unit, call_no);
	int rc = 0;

	if (was == NULL || !was->told)
		return 0;
	if ((rc = cm_deltas_call(&unit->deltas, &was->as, -1)) == 0)
		rc = cm_unit_settle_joined(unit, was);
	was->told = false;
	return rc;
}

/* The number of the kind of a component; that of a database that a newer program made may be none of ours. */
static int
kind_of(struct cm_unit *unit, const struct cm_rows *rows, int column)
{
	const struct cm_kind *found = cm_kind_find(cm_rows_text(rows, column));

	if (found == NULL)
		return cm_store_fail(unit->store, CM_ESTORE, "A step is of a kind that this program does not know; install a newer one.");
	return found->number;
}

/* Steps that carry other labels than their calls: they count into the series of those from now on. */
static int
move_steps(struct cm_unit *unit, struct cm_rows *rows)
{
	int rc, kind;

	while ((rc = cm_rows_next(rows)) > 0) {
		if ((rc = kind = kind_of(unit, rows, 1)) < 0 ||
		    (rc = cm_deltas_value(&unit->deltas, cm_rows_int(rows, 0), kind, cm_rows_int(rows, 2), cm_rows_int(rows, 3), -1)) < 0 ||
		    (rc = cm_deltas_value(&unit->deltas, cm_rows_int(rows, 4), kind, cm_rows_int(rows, 2), cm_rows_int(rows, 3), 1)) < 0)
			break;
	}
	cm_rows_done(rows);
	return rc;
}

static int
count_labelled(struct cm_unit *unit)
{
	const struct cm_row_batch *labels = &unit->labels;
	struct cm_rows *rows;
	size_t i;
	int rc = 0;

	if (cm_store_is_remote(unit->store)) {
		rc = cm_store_query_many(unit->store, "call-steps-many", NULL, labels->binds, labels->width, labels->count, &rows);
		return rc < 0 ? rc : move_steps(unit, rows);
	}
	for (i = 0; i < labels->count && rc == 0; i++) {
		const struct cm_bind *binds = labels->binds + i * labels->width, one[] = { binds[0], binds[1], { 0 } };

		if ((rc = cm_store_query(unit->store, "call-steps", one, &rows)) == 0)
			rc = move_steps(unit, rows);
	}
	return rc;
}

int
cm_unit_label_facts(struct cm_unit *unit)
{
	struct cm_row_batch *labels = &unit->labels;
	const struct cm_table *table;
	int64_t rc;

	if (labels->count == 0)
		return 0;
	if ((rc = count_labelled(unit)) < 0)
		return (int)rc;
	for (table = cm_tables; table->name != NULL; table++)
		if (table->label != NULL &&
		    (rc = cm_store_run_many(unit->store, table->label, labels->binds, labels->width, labels->count)) < 0)
			return (int)rc;
	labels->count = 0;
	return 0;
}

static bool
is_step(const void *thing, const void *key)
{
	const struct cm_counted_step *step = thing;
	const int64_t *latency_id = key;

	return step->latency_id == *latency_id;
}

static struct cm_counted_step *
find_step(const struct cm_unit *unit, int64_t latency_id)
{
	return cm_map_find(&unit->counted_steps, hash_of(latency_id), is_step, &latency_id);
}

static int
take_step(struct cm_unit *unit, const struct cm_rows *rows)
{
	struct cm_counted_step step = { .latency_id = cm_rows_int(rows, 0), .series_id = cm_rows_int(rows, 1), .at = cm_rows_int(rows, 3),
		.duration_us = cm_rows_int(rows, 4) }, *stored;

	if (find_step(unit, step.latency_id) != NULL)
		return 0;
	if ((step.kind = kind_of(unit, rows, 2)) < 0)
		return step.kind;
	if ((stored = cm_arena_take(&unit->arena, sizeof *stored)) == NULL)
		return CM_ENOMEM;
	*stored = step;
	return cm_map_add(&unit->counted_steps, hash_of(step.latency_id), stored);
}

static int
take_steps(struct cm_unit *unit, struct cm_rows *rows)
{
	int rc;

	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = take_step(unit, rows)) < 0)
			break;
	cm_rows_done(rows);
	return rc;
}

int
cm_unit_read_steps(struct cm_unit *unit, const struct cm_row_batch *ids)
{
	struct cm_rows *rows;
	size_t i;
	int rc = 0;

	if (ids->count > 0 && cm_store_is_remote(unit->store)) {
		rc = cm_store_query_many(unit->store, "step-counts-many", NULL, ids->binds, ids->width, ids->count, &rows);
		return rc < 0 ? rc : take_steps(unit, rows);
	}
	for (i = 0; i < ids->count && rc == 0; i++) {
		const struct cm_bind one[] = { ids->binds[i * ids->width], { 0 } };

		if ((rc = cm_store_query(unit->store, "step-counts", one, &rows)) == 0)
			rc = take_steps(unit, rows);
	}
	return rc;
}

static int
note_step(struct cm_unit *unit, const struct cm_counted_step *step, int n)
{
	return cm_deltas_value(&unit->deltas, step->series_id, step->kind, step->at, step->duration_us, n);
}

int
cm_unit_count_new_step(struct cm_unit *unit, const struct cm_counted_step *step)
{
	const struct cm_counts more = { .n = 1, .n_value = 1, .sum_us = step->duration_us };
	int rc = cm_counters_note(&unit->counters, step->series_id, cm_kinds[step->kind].name, "", &more);

	return rc < 0 ? rc : note_step(unit, step, 1);
}

int
cm_unit_count_step(struct cm_unit *unit, const struct cm_counted_step *step)
{
	struct cm_counted_step *was = find_step(unit, step->latency_id), is = *step;
	int rc;

	if (was == NULL)
		return 0;
	if (is.series_id == 0) {
		is.series_id = was->series_id;
		is.kind = was->kind;
	}
	if ((rc = note_step(unit, was, -1)) == 0)
		rc = note_step(unit, &is, 1);
	*was = is;
	return rc;
}

int
cm_unit_uncount_step(struct cm_unit *unit, int64_t latency_id)
{
	const struct cm_counted_step *was = find_step(unit, latency_id);

	return was != NULL ? note_step(unit, was, -1) : 0;
}
