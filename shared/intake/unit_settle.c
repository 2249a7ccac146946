/*
 * unit_settle: when calls are counted by the counters of all time; see docs/counters.md.
 *
 * A call settles once it has ended and nothing that counts of it has changed for a while, and is counted then, by whoever writes next.
 * What changes later is owed where it was counted, and counted where it is.
 */
#include "config.h"

#include "unit_own.h"

#include <stdlib.h>

#include "array.h"
#include "error.h"
#include "kinds.h"
#include "settings.h"

/* How long calls take to settle.  What is told of a call so long after its end is history, which does not change any more. */
enum { SETTLE_S = 60, SETTLE_MOST_S = 3600, HISTORY_S = 300 };

/* So early before a call is due nobody changes it as one that is not: whoever asked, by a clock that is a little ahead or while this was
 * being written, may have seen it counted. */
enum { EARLY_PART = 6 };

enum { DUE_AT_ONCE = 5000, DUE_EVERY_MS = 1000 };

static struct cm_counts
counts_of(const struct cm_counted_call *call)
{
	bool timed = call->timed_us >= 0;

	return (struct cm_counts){ .n = 1, .n_value = timed, .sum_us = timed ? call->timed_us : 0 };
}

/* What settled is counted before all that moves in this transaction. */
static int
count(struct cm_unit *unit, const struct cm_counted_call *call)
{
	const struct cm_counts counts = counts_of(call);
	char outcome[CM_OUTCOME_TEXT];

	return cm_counters_note(&unit->counters, call->series_id, cm_kinds[CM_KIND_CALL].name, cm_outcome_text(&call->outcome, outcome),
	    &counts);
}

static int
move(struct cm_unit *unit, const struct cm_counted_call *call, int by)
{
	const struct cm_counts counts = counts_of(call);
	char outcome[CM_OUTCOME_TEXT];

	unit->owes |= by < 0;
	return cm_counters_move(&unit->counters, call->series_id, cm_kinds[CM_KIND_CALL].name, cm_outcome_text(&call->outcome, outcome),
	    &counts, by);
}

static int
tell(struct cm_unit *unit, const struct cm_counted_call *call, int by)
{
	static const struct cm_counts one = { .n = 1 };

	return cm_counters_move(&unit->counters, call->series_id, cm_kinds[CM_KIND_CALL].name, CM_COUNTED_TOLD, &one, by);
}

static bool
has_ended(const struct cm_stored_call *call)
{
	return call->told && call->as.outcome.status > CM_ACTIVE;
}

static bool
has_settled(const struct cm_stored_call *call)
{
	return has_ended(call) && call->due_us < 0;
}

/* By all that counters tell. */
static int
compare(const void *one, const void *other)
{
	const struct cm_counted_call *a = one, *b = other;
	const int outcomes[] = { cm_outcome_number(&a->outcome), cm_outcome_number(&b->outcome) };

	if (a->series_id != b->series_id)
		return a->series_id < b->series_id ? -1 : 1;
	if (a->timed_us != b->timed_us)
		return a->timed_us < b->timed_us ? -1 : 1;
	return (outcomes[0] > outcomes[1]) - (outcomes[0] < outcomes[1]);
}

/* The same, and when it began: two of these are one. */
static int
compare_calls(const void *one, const void *other)
{
	const struct cm_counted_call *a = one, *b = other;
	int order = compare(one, other);

	return order != 0 ? order : (a->started > b->started) - (a->started < b->started);
}

static void
await(struct cm_unit *unit, struct cm_stored_call *call, cm_us due_us)
{
	if (call->due_us == due_us)
		return;
	call->due_us = due_us;
	if (call->awaited)
		return;
	call->awaited = true;
	call->next = unit->awaited;
	unit->awaited = call;
}

/* A call that is due, or all but so, is counted as it was before it changes. */
static int
settle_first(struct cm_unit *unit, struct cm_stored_call *was)
{
	if (was->due_us < 0 || was->due_us - unit->settle_us / EARLY_PART > unit->now)
		return 0;
	await(unit, was, -1);
	return count(unit, &was->as);
}

/* A call settles at an instant, or now. */
static int
settle_at(struct cm_unit *unit, struct cm_stored_call *was, const struct cm_stored_call *is, cm_us due_us)
{
	await(unit, was, due_us > unit->now ? due_us : -1);
	return due_us > unit->now ? 0 : move(unit, &is->as, 1);
}

/* Calls whose rows came or went, for the end of the transaction. */
static int
keep(struct cm_settled_calls *calls, const struct cm_counted_call *call)
{
	if (!CM_ARRAY_GROWS(calls->calls, calls->count, calls->room))
		return CM_ENOMEM;
	calls->calls[calls->count++] = *call;
	return 0;
}

static int
settle_gone(struct cm_unit *unit, struct cm_stored_call *was)
{
	/* It stays counted. */
	if (has_settled(was))
		return keep(&unit->gone, &was->as);
	await(unit, was, -1);
	return tell(unit, &was->as, -1);
}

/* A call that is there gets what it has to tell: it ends, or what counts of it changes after that. */
static int
settle_ended(struct cm_unit *unit, struct cm_stored_call *was, const struct cm_stored_call *is, cm_us ended_us)
{
	cm_us history = ended_us + HISTORY_S * CM_SECOND_US;
	int rc = 0;

	if (has_settled(was)) {
		if ((rc = move(unit, &was->as, -1)) == 0 && has_ended(is))
			rc = move(unit, &is->as, 1);
		return rc;
	}
	if (!has_ended(is)) {
		await(unit, was, -1);
		return 0;
	}
	return settle_at(unit, was, is, unit->settle_us + (!has_ended(was) && history < unit->now ? history : unit->now));
}

int
cm_unit_settle(struct cm_unit *unit, struct cm_stored_call *was, const struct cm_stored_call *is, cm_us ended_us, bool of_rows)
{
	bool alike = was->told && is->told && compare(&was->as, &is->as) == 0;
	int rc;

	if (alike || (!was->told && !is->told))
		return 0;
	if ((rc = settle_first(unit, was)) < 0)
		return rc;
	if (!is->told)
		return settle_gone(unit, was);
	if (!was->told || was->as.series_id != is->as.series_id) {
		if (was->told)
			rc = tell(unit, &was->as, -1);
		if (rc < 0 || (rc = tell(unit, &is->as, 1)) < 0)
			return rc;
	}
	if (!was->told && of_rows && has_ended(is) && (rc = keep(&unit->come, &is->as)) < 0)
		return rc;
	return settle_ended(unit, was, is, ended_us);
}

int
cm_unit_settle_joined(struct cm_unit *unit, struct cm_stored_call *was)
{
	int rc;

	if ((rc = settle_first(unit, was)) < 0 || (rc = tell(unit, &was->as, -1)) < 0)
		return rc;
	if (has_settled(was))
		return move(unit, &was->as, -1);
	await(unit, was, -1);
	return 0;
}

int
cm_unit_write_awaited(struct cm_unit *unit)
{
	struct cm_row_batch puts = { .statement = "unsettled-put" }, removes = { .statement = "unsettled-remove" };
	struct cm_stored_call *call;
	int rc = 0;

	for (; (call = unit->awaited) != NULL && rc == 0; unit->awaited = call->next) {
		const struct cm_bind binds[] = { CM_INT_PARAM("call_no", call->call_no), CM_INT_PARAM("due_us", call->due_us), { 0 } };
		const struct cm_bind key[] = { binds[0], { 0 } };

		call->awaited = false;
		rc = call->due_us >= 0 ? cm_row_batch_add(&puts, binds) : cm_row_batch_add(&removes, key);
	}
	if (rc == 0 && (rc = cm_row_batch_write(unit->store, &puts)) == 0)
		rc = cm_row_batch_write(unit->store, &removes);
	cm_row_batch_done(&puts);
	cm_row_batch_done(&removes);
	return rc;
}

/* Counts a row of unsettled-due, whose own goes. */
static int
count_due(struct cm_unit *unit, const struct cm_rows *rows, struct cm_row_batch *removes)
{
	const struct cm_counted_call call = {
		.series_id = cm_rows_int(rows, 1), .timed_us = cm_rows_null(rows, 5) ? -1 : cm_rows_int(rows, 5),
		.outcome = cm_outcome_of(cm_rows_text(rows, 2), cm_rows_text(rows, 3), cm_rows_text(rows, 4)),
	};
	const struct cm_bind key[] = { CM_INT_PARAM("call_no", cm_rows_int(rows, 0)), { 0 } };
	int rc = cm_rows_null(rows, 1) ? 0 : count(unit, &call);

	return rc < 0 ? rc : cm_row_batch_add(removes, key);
}

/* Counts some of what is due; how many. */
static int
settle_some(struct cm_unit *unit, cm_us until)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("until", until), CM_INT_PARAM("limit", DUE_AT_ONCE), { 0 } };
	struct cm_row_batch removes = { .statement = "unsettled-remove" };
	struct cm_rows *rows;
	int rc, count = 0;

	if ((rc = cm_store_query(unit->store, "unsettled-due", binds, &rows)) < 0)
		return rc;
	for (; (rc = cm_rows_next(rows)) > 0; count++)
		if ((rc = count_due(unit, rows, &removes)) < 0)
			break;
	cm_rows_done(rows);
	if (rc == 0)
		rc = cm_row_batch_write(unit->store, &removes);
	cm_row_batch_done(&removes);
	return rc < 0 ? rc : count;
}

/* Who asks adds what is due, so that it need not be counted at once; but where something is owed from now on, what was seen to be due
 * may not pay for it. */
static int
settle_due(struct cm_unit *unit)
{
	cm_us until = unit->owes ? unit->now + unit->settle_us / EARLY_PART : unit->now;
	int count;

	if (!unit->owes && !cm_store_every(unit->store, DUE_EVERY_MS))
		return 0;
	while ((count = settle_some(unit, until)) == DUE_AT_ONCE && unit->owes)
		continue;
	return count < 0 ? count : 0;
}

/* A call that is gone, where one that is alike in all that counts has come, has got another name; it is counted by that now. */
static int
settle_renamed(struct cm_unit *unit)
{
	const struct cm_settled_calls *gone = &unit->gone, *come = &unit->come;
	size_t i = 0, k = 0;
	int rc = 0;

	if (gone->count == 0 || come->count == 0)
		return 0;
	qsort(gone->calls, gone->count, sizeof *gone->calls, compare_calls);
	qsort(come->calls, come->count, sizeof *come->calls, compare_calls);
	while (i < gone->count && k < come->count && rc == 0) {
		int order = compare_calls(&gone->calls[i], &come->calls[k]);

		if (order == 0 && (rc = move(unit, &gone->calls[i], -1)) == 0)
			rc = tell(unit, &gone->calls[i], -1);
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

int
cm_unit_settle_all(struct cm_unit *unit)
{
	int rc = settle_renamed(unit);

	return rc < 0 ? rc : settle_due(unit);
}

void
cm_unit_settle_begin(struct cm_unit *unit)
{
	unit->now = cm_now_us();
	unit->settle_us = cm_setting_int("CALLMETRICS_SETTLE_S", SETTLE_S, 0, SETTLE_MOST_S) * CM_SECOND_US;
}
