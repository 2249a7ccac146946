/* check: every pack against the facts; see check.h. */
#include "config.h"

#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "deltas.h"
#include "error.h"
#include "kinds.h"
#include "packs_read.h"
#include "packs_write.h"

enum { PACKS_AT_ONCE = 1000, CHANGES_MOST = 1 << 19, DAY_SLOTS = CM_DAY_S / 300 };

/* A day that has packs or facts. */
struct day {
	int64_t number;			/* since 1970 */
	int64_t packs;
};

/* Changes that make packs out of nothing: what the facts come to. */
struct due {
	struct cm_delta *changes;
	size_t count;
	size_t room;
};

struct checking {
	struct cm_store *store;
	struct cm_check *check;
	cm_us horizon;
	struct day *days;		/* ascending */
	size_t day_count;
	size_t day_room;
	/* Of the day that is looked at: */
	struct cm_deltas deltas;
	struct due narrow;		/* of buckets of an hour and less, of the hour that is looked at */
	struct due wide;		/* of the day */
	int64_t *seen;			/* packs that the facts make */
	size_t seen_count;
	size_t seen_room;
	int64_t there;			/* how many of those there are */
	bool silent;			/* differences are only counted */
	int64_t wrong;
};

/* The place of a day, made where there is none; most come one after the other. */
static struct day *
day_of(struct checking *checking, int64_t number)
{
	size_t at = checking->day_count;

	while (at > 0 && checking->days[at - 1].number > number)
		at--;
	if (at > 0 && checking->days[at - 1].number == number)
		return &checking->days[at - 1];
	if (!CM_ARRAY_GROWS(checking->days, checking->day_count, checking->day_room))
		return NULL;
	memmove(checking->days + at + 1, checking->days + at, (checking->day_count++ - at) * sizeof *checking->days);
	checking->days[at] = (struct day){ .number = number };
	return &checking->days[at];
}

static int
add_bin(void *arg, const struct cm_bin_sum *sum)
{
	struct cm_check_sum *total = arg;

	total->n = cm_sum_plus(total->n, sum->n);
	total->sum = cm_sum_plus(total->sum, sum->sum);
	return 0;
}

static void
tell(struct checking *checking, const struct cm_check_difference *difference)
{
	checking->wrong++;
	if (checking->silent)
		return;
	checking->check->wrong++;
	checking->check->lost += difference->lost;
	if (checking->check->differs != NULL)
		checking->check->differs(checking->check->arg, difference);
}

/* Looks at a pack by itself: its day has one more, and before the horizon it has to be readable at least. */
static int
count_pack(struct checking *checking, const struct cm_rows *rows)
{
	const int64_t pack_id = cm_rows_int(rows, 0);
	const struct cm_pack_key key = cm_pack_key_of(pack_id);
	struct cm_pack pack = { .counts = key.what == CM_PACK_COUNTS };
	struct cm_check_difference difference = { .pack_id = pack_id, .unreadable = true, .lost = true };
	struct day *day = day_of(checking, key.bucket_s / CM_DAY_S);

	if (day == NULL)
		return CM_ENOMEM;
	day->packs++;
	checking->check->packs++;
	if (key.bucket_s * CM_SECOND_US >= checking->horizon)
		return 0;
	pack.coarse.bytes = cm_rows_blob(rows, 1, &pack.coarse.count);
	pack.fine.bytes = cm_rows_blob(rows, 2, &pack.fine.count);
	if (cm_pack_each(&pack, add_bin, &difference.held) < 0)
		tell(checking, &difference);
	return 0;
}

/* Some packs after one, in a transaction of their own; how many. */
static int
count_some(struct checking *checking, int64_t *after)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("after", *after), CM_INT_PARAM("limit", PACKS_AT_ONCE), { 0 } };
	struct cm_rows *rows;
	int rc, count = 0;

	if ((rc = cm_store_begin(checking->store)) < 0)
		return rc;
	if ((rc = cm_store_pruned_before(checking->store, &checking->horizon)) == 0 &&
	    (rc = cm_store_query(checking->store, "pack-next", binds, &rows)) == 0) {
		for (; (rc = cm_rows_next(rows)) > 0; count++) {
			*after = cm_rows_int(rows, 0);
			if ((rc = count_pack(checking, rows)) < 0)
				break;
		}
		cm_rows_done(rows);
	}
	cm_store_end(checking->store, false);
	return rc < 0 ? rc : count;
}

static int
count_all(struct checking *checking)
{
	int64_t after = -1;
	int count;

	while ((count = count_some(checking, &after)) > 0)
		if (checking->check->progress != NULL && checking->check->progress->step != NULL)
			checking->check->progress->step(checking->check->progress->arg, "packs", checking->check->packs, 0);
	return count;
}

/* The days on which there are facts, too. */
static int
add_days_of_facts(struct checking *checking)
{
	cm_us from = checking->horizon, at;
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_begin(checking->store)) < 0)
		return rc;
	cm_store_no_deadline(checking->store);
	do {
		const struct cm_bind binds[] = { CM_INT_PARAM("from", from), { 0 } };

		if ((rc = cm_store_query(checking->store, "check-next", binds, &rows)) < 0)
			break;
		if ((rc = cm_rows_next(rows)) > 0 && (rc = !cm_rows_null(rows, 0)) > 0) {
			at = cm_time_floor(cm_rows_int(rows, 0), CM_DAY_US);
			from = at + CM_DAY_US;
			if (day_of(checking, at / CM_DAY_US) == NULL)
				rc = CM_ENOMEM;
		}
		cm_rows_done(rows);
	} while (rc > 0);
	cm_store_end(checking->store, false);
	return rc;
}

static int
append(struct due *due, const struct cm_delta *changes, size_t count)
{
	if (!cm_array_reserve(&due->changes, &due->room, due->count + count, sizeof *due->changes))
		return CM_ENOMEM;
	if (count > 0)
		memcpy(due->changes + due->count, changes, count * sizeof *changes);
	due->count += count;
	if (due->count > CHANGES_MOST)
		due->count = cm_deltas_merge(due->changes, due->count);
	return 0;
}

/* Puts what is noted to what is due: of days apart. */
static int
spread(struct checking *checking)
{
	struct cm_delta *changes;
	size_t count, at, n;
	int rc;

	if ((rc = cm_deltas_take(checking->store, &checking->deltas, &changes, &count)) < 0)
		return rc;
	for (at = 0; at < count && rc == 0; at += n) {
		bool wide = cm_pack_key_of(changes[at].pack_id).resolution_s == CM_DAY_S;

		n = cm_deltas_of_packs(changes + at, count - at, 1);
		rc = append(wide ? &checking->wide : &checking->narrow, changes + at, n);
	}
	free(changes);
	return rc;
}

static int
note_call(struct checking *checking, const struct cm_rows *rows)
{
	const struct cm_counted_call call = {
		.series_id = cm_rows_int(rows, 0), .started = cm_rows_int(rows, 1),
		.timed_us = cm_rows_null(rows, 2) ? -1 : cm_rows_int(rows, 2),
		.outcome = cm_outcome_of(cm_rows_text(rows, 3), cm_rows_text(rows, 4), cm_rows_text(rows, 5)),
		.has_transcript = cm_rows_int(rows, 6) != 0,
	};

	return cm_deltas_call(&checking->deltas, &call, 1);
}

static int
note_step(struct checking *checking, const struct cm_rows *rows)
{
	const struct cm_kind *kind = cm_kind_find(cm_rows_text(rows, 1));

	if (kind == NULL)
		return cm_store_fail(checking->store, CM_ESTORE,
		    "A step is of a kind that this program does not know; install a newer one.");
	return cm_deltas_value(&checking->deltas, cm_rows_int(rows, 0), kind->number, cm_rows_int(rows, 2), cm_rows_int(rows, 3), 1);
}

/* Notes the facts of an hour. */
static int
note_facts(struct checking *checking, const char *statement, cm_us from,
    int (*note)(struct checking *checking, const struct cm_rows *rows))
{
	const struct cm_bind binds[] = { CM_INT_PARAM("from", from), CM_INT_PARAM("to", from + CM_HOUR_US), { 0 } };
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_stream(checking->store, statement, binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		if ((rc = note(checking, rows)) < 0)
			break;
		if (cm_deltas_are_full(&checking->deltas) && (rc = spread(checking)) < 0)
			break;
	}
	cm_rows_done(rows);
	return rc;
}

/* What a pack holds beside what is due, where that is not the same. */
struct comparison {
	const struct cm_delta *due;
	size_t count;
	size_t at;
	bool same;
	struct cm_check_sum held;
};

/* A sum that came to its end once stays there. */
static int
compare_bin(void *arg, const struct cm_bin_sum *sum)
{
	struct comparison *comparison = arg;
	const struct cm_bin_sum *due = comparison->at < comparison->count ? &comparison->due[comparison->at++].sum : NULL;

	comparison->same &= due != NULL && due->bin == sum->bin && due->n == sum->n && (due->sum == sum->sum || sum->sum == CM_SUM_MOST);
	return add_bin(&comparison->held, sum);
}

static int
repair(struct checking *checking, int64_t pack_id, const struct cm_delta *changes, size_t count)
{
	struct cm_bin_sum *sums;
	size_t i;
	int rc;

	if (!checking->check->repair || checking->silent)
		return 0;
	if ((sums = malloc((count + 1) * sizeof *sums)) == NULL)
		return CM_ENOMEM;
	for (i = 0; i < count; i++)
		sums[i] = changes[i].sum;
	rc = cm_packs_replace(checking->store, pack_id, sums, count);
	free(sums);
	return rc;
}

/* Compares a pack with what is due. */
static int
compare(void *arg, const struct cm_delta *changes, size_t count, const struct cm_pack *pack)
{
	struct checking *checking = arg;
	struct comparison comparison = { .due = changes, .count = count, .same = true };
	struct cm_check_difference difference = { .pack_id = changes->pack_id };
	size_t i;

	if (!CM_ARRAY_GROWS(checking->seen, checking->seen_count, checking->seen_room))
		return CM_ENOMEM;
	checking->seen[checking->seen_count++] = changes->pack_id;
	checking->there += pack->coarse.bytes != NULL;
	difference.unreadable = cm_pack_each(pack, compare_bin, &comparison) < 0;
	if (!difference.unreadable && comparison.same && comparison.at == count)
		return 0;
	if (!difference.unreadable)
		difference.held = comparison.held;
	for (i = 0; i < count; i++)
		add_bin(&difference.due, &changes[i].sum);
	tell(checking, &difference);
	return repair(checking, changes->pack_id, changes, count);
}

static int
compare_all(struct checking *checking, struct due *due)
{
	int rc;

	due->count = cm_deltas_merge(due->changes, due->count);
	rc = cm_packs_visit(checking->store, due->changes, due->count, compare, checking);
	due->count = 0;
	return rc;
}

static int
by_number(const void *one, const void *other)
{
	const int64_t *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

/* Packs of a day that no fact makes; those that were found are told of once they are all read. */
static int
find_surplus(struct checking *checking, const struct day *day, struct due *surplus)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("from", day->number * DAY_SLOTS), CM_INT_PARAM("to", (day->number + 1) * DAY_SLOTS),
		{ 0 } };
	struct cm_rows *rows;
	int rc;

	if (checking->seen_count > 0)
		qsort(checking->seen, checking->seen_count, sizeof *checking->seen, by_number);
	if ((rc = cm_store_stream(checking->store, "check-packs", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		const struct cm_delta found = { .pack_id = cm_rows_int(rows, 0) };

		if (checking->seen_count > 0 &&
		    bsearch(&found.pack_id, checking->seen, checking->seen_count, sizeof *checking->seen, by_number) != NULL)
			continue;
		if ((rc = append(surplus, &found, 1)) < 0)
			break;
	}
	cm_rows_done(rows);
	return rc;
}

static int
take_surplus(void *arg, const struct cm_delta *changes, size_t count, const struct cm_pack *pack)
{
	struct checking *checking = arg;
	struct cm_check_difference difference = { .pack_id = changes->pack_id };

	(void)count;
	difference.unreadable = cm_pack_each(pack, add_bin, &difference.held) < 0;
	if (difference.unreadable)
		difference.held = (struct cm_check_sum){ 0 };
	tell(checking, &difference);
	return repair(checking, changes->pack_id, NULL, 0);
}

static int
compare_surplus(struct checking *checking, const struct day *day)
{
	struct due surplus = { 0 };
	int rc = find_surplus(checking, day, &surplus);

	if (rc == 0)
		rc = cm_packs_visit(checking->store, surplus.changes, surplus.count, take_surplus, checking);
	free(surplus.changes);
	return rc;
}

/* In one view of the data. */
static int
check_view(struct checking *checking, const struct day *day)
{
	cm_us from = day->number * CM_DAY_US, at;
	int rc = 0;

	checking->seen_count = 0;
	checking->there = checking->wrong = 0;
	for (at = from; at < from + CM_DAY_US && rc == 0; at += CM_HOUR_US)
		if ((rc = note_facts(checking, "check-calls", at, note_call)) == 0 &&
		    (rc = note_facts(checking, "check-steps", at, note_step)) == 0 && (rc = spread(checking)) == 0)
			rc = compare_all(checking, &checking->narrow);
	if (rc == 0)
		rc = compare_all(checking, &checking->wide);
	return rc == 0 && checking->there != day->packs ? compare_surplus(checking, day) : rc;
}

static int
check_once(struct checking *checking, const struct day *day)
{
	int rc;

	if ((rc = cm_store_begin(checking->store)) < 0)
		return rc;
	cm_store_no_deadline(checking->store);
	return cm_store_finish(checking->store, check_view(checking, day));
}

/* Where it is to be repaired, too, whoever writes waits while a day is that differs. */
static int
check_day(struct checking *checking, const struct day *day)
{
	int rc;

	if (day->number * CM_DAY_US < checking->horizon)
		return 0;
	checking->silent = checking->check->repair;
	rc = check_once(checking, day);
	if (rc < 0 || !checking->silent || checking->wrong == 0)
		return rc;
	checking->silent = false;
	return check_once(checking, day);
}

static int
check_days(struct checking *checking)
{
	const struct cm_progress *progress = checking->check->progress;
	size_t i;
	int rc = 0;

	for (i = 0; i < checking->day_count && rc == 0; i++) {
		rc = check_day(checking, &checking->days[i]);
		if (progress != NULL && progress->step != NULL)
			progress->step(progress->arg, "days", (int64_t)i + 1, (int64_t)checking->day_count);
	}
	return rc;
}

int
cm_check_packs(struct cm_store *store, struct cm_check *check)
{
	struct checking checking = { .store = store, .check = check };
	int rc;

	check->packs = check->wrong = check->lost = 0;
	if ((rc = count_all(&checking)) == 0 && (rc = add_days_of_facts(&checking)) == 0)
		rc = check_days(&checking);
	cm_deltas_done(&checking.deltas);
	free(checking.narrow.changes);
	free(checking.wide.changes);
	free(checking.seen);
	free(checking.days);
	return rc;
}
