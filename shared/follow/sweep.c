/* sweep: all rows of the voice app are read anew, and what is not as it is known is mended; see follow.h. */
#include "config.h"

#include "follow_own.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "meta.h"
#include "schema.h"

enum { ROWS_AT_ONCE = 2000, KEY_TEXT = 1024, META_TEXT = 64 };

/* A place among the rows of a table, or among those that are known. */
struct place {
	bool begun;
	bool is_number;
	int64_t number;
	char text[KEY_TEXT];
};

struct sweep {
	struct cm_follow *follow;
	const struct cm_progress *progress;
	const struct cm_app_table *table;
	struct cm_taker taker;
	struct place place;
	int64_t done;			/* rows of this table .. */
	int64_t total;			/* .. of about so many */
	int64_t mended;
	bool more;
	bool again;			/* some rows are to be read once more */
	bool broken_off;
};

static struct cm_bind
bind_place(const struct place *place, const char *name)
{
	if (place->is_number)
		return (struct cm_bind){ .name = name, .type = CM_BIND_INT, .number = place->number };
	return (struct cm_bind){ .name = name, .type = CM_BIND_TEXT, .text = place->text };
}

static void
note_place(struct place *place, const struct cm_rows *rows, int column)
{
	place->begun = true;
	place->is_number = cm_rows_type(rows, column) == CM_VALUE_INT;
	place->number = place->is_number ? cm_rows_int(rows, column) : 0;
	snprintf(place->text, sizeof place->text, "%s", cm_rows_text(rows, column));
}

/* How far the rows of a table are read stands in cm_meta as the place's text, behind what it is. */
static int
keep_place(struct sweep *sweep)
{
	char key[META_TEXT], text[KEY_TEXT + 2];

	snprintf(key, sizeof key, "%s%s", CM_FOLLOW_PLACE, sweep->table->name);
	snprintf(text, sizeof text, "%c%s", sweep->place.is_number ? '#' : '=', sweep->place.text);
	return cm_meta_set_text(sweep->follow->own, key, text);
}

static int
find_place(struct sweep *sweep)
{
	char key[META_TEXT], text[KEY_TEXT] = "";
	int rc;

	snprintf(key, sizeof key, "%s%s", CM_FOLLOW_PLACE, sweep->table->name);
	if ((rc = cm_meta_text(sweep->follow->own, key, text, sizeof text)) < 0 || text[0] == '\0')
		return rc;
	sweep->place.begun = true;
	sweep->place.is_number = text[0] == '#';
	snprintf(sweep->place.text, sizeof sweep->place.text, "%s", text + 1);
	if (sweep->place.is_number)
		sscanf(text + 1, "%lld", (long long *)&sweep->place.number);
	return 0;
}

/* Takes the rows after the place that was reached. */
static int
read_on(struct sweep *sweep)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("most", ROWS_AT_ONCE), bind_place(&sweep->place, "after"), { 0 } };
	static const int ends[] = {
		[CM_SOURCE_CALLS] = CM_CALLS_END, [CM_SOURCE_TRANSCRIPTS] = CM_LINES_END, [CM_SOURCE_LATENCY_EVENTS] = CM_STEPS_END,
	};
	enum cm_source source = sweep->table->source;
	struct cm_store *store = cm_follow_rows_store(sweep->follow);
	struct cm_rows *rows;
	int64_t count = 0;
	int rc;

	if ((rc = cm_store_query(store, cm_journal_statement(source, sweep->place.begun ? CM_NEXT_ROWS : CM_FIRST_ROWS), binds, &rows)) < 0)
		return cm_follow_fail(sweep->follow, store, rc);
	while ((rc = cm_rows_next(rows)) > 0 && (rc = cm_take_row(&sweep->taker, source, rows)) == 0) {
		note_place(&sweep->place, rows, ends[source]);
		count++;
	}
	cm_rows_done(rows);
	sweep->done += count;
	sweep->more = count == ROWS_AT_ONCE;
	/* All together, at the end. */
	sweep->taker.keyless = !sweep->more;
	if (rc == 0)
		rc = cm_follow_mind_keyless(sweep->follow, &sweep->taker, sweep->table);
	return rc == 0 && count > 0 ? keep_place(sweep) : rc;
}

/* Reads rows by their keys, one, or on a server many: they may be gone. */
static int
take_named(struct sweep *sweep, const struct cm_bind *keys, size_t count)
{
	const char *name = cm_journal_statement(sweep->table->source, CM_NAMED_ROWS);
	struct cm_store *store = cm_follow_rows_store(sweep->follow);
	struct cm_rows *rows;
	int rc;

	if (sweep->follow->remote)
		rc = cm_store_query_many(store, name, NULL, keys, 1, count, &rows);
	else
		rc = cm_store_query(store, name, keys, &rows);
	if (rc < 0)
		return cm_follow_fail(sweep->follow, store, rc);
	rc = cm_take_rows(&sweep->taker, sweep->table->source, rows);
	cm_rows_done(rows);
	return rc;
}

static int
take_place(struct sweep *sweep)
{
	const struct cm_bind key[] = { bind_place(&sweep->place, "row_key"), { 0 } };

	return take_named(sweep, key, 1);
}

static int
keep_key(struct sweep *sweep, struct cm_row_batch *keys)
{
	struct cm_bind key[] = { bind_place(&sweep->place, "row_key"), { 0 } };

	key[0].text = cm_arena_copy(&sweep->taker.teller.unit->arena, sweep->place.text, strlen(sweep->place.text));
	return key[0].text != NULL ? cm_row_batch_add(keys, key) : CM_ENOMEM;
}

/* Looks whether the next ones of the rows that are known are still there. */
static int
look_for_gone(struct sweep *sweep)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("source", sweep->table->source), CM_INT_PARAM("most", ROWS_AT_ONCE),
		bind_place(&sweep->place, "after"), { 0 } };
	struct cm_row_batch keys = { 0 };
	struct cm_rows *rows;
	int64_t count = 0;
	int rc;

	if ((rc = cm_store_query(sweep->follow->own, sweep->place.begun ? "source-rows-next" : "source-rows-first", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		note_place(&sweep->place, rows, 0);
		count++;
		if ((rc = sweep->follow->remote ? keep_key(sweep, &keys) : take_place(sweep)) < 0)
			break;
	}
	cm_rows_done(rows);
	if (rc == 0 && keys.count > 0)
		rc = take_named(sweep, keys.binds, keys.count);
	cm_row_batch_done(&keys);
	sweep->more = count == ROWS_AT_ONCE;
	return rc;
}

/* One piece of work, in a transaction of its own. */
static int
step(struct sweep *sweep, int (*work)(struct sweep *sweep))
{
	struct cm_follow *follow = sweep->follow;
	int rc, end;

	follow->problem[0] = '\0';
	if ((rc = cm_follow_begin(follow)) < 0)
		return rc;
	if ((rc = cm_follow_realign(follow)) == 0 && (rc = cm_follow_note_seen_now(follow)) == 0 &&
	    (rc = cm_taker_init(&sweep->taker, follow->own)) == 0 && (rc = work(sweep)) == 0)
		rc = cm_take_write(&sweep->taker);
	sweep->mended += sweep->taker.changed;
	sweep->again |= sweep->taker.again;
	if (rc < 0 && follow->problem[0] == '\0')
		cm_follow_fail(follow, follow->own, rc);
	cm_taker_done(&sweep->taker);
	end = cm_follow_end(follow, rc == 0);
	return rc < 0 ? rc : end;
}

/* Whether to read on; if not, the next sweep goes on from there. */
static bool
goes_on(struct sweep *sweep)
{
	const struct cm_progress *progress = sweep->progress;

	sweep->broken_off = progress != NULL && progress->goes_on != NULL && !progress->goes_on(progress->arg);
	return !sweep->broken_off;
}

/* Does a piece of work until there is no more of it. */
static int
repeat(struct sweep *sweep, int (*work)(struct sweep *sweep))
{
	int rc;

	do {
		rc = step(sweep, work);
		cm_schema_report(sweep->progress, sweep->table->name, sweep->done, sweep->total);
	} while (rc == 0 && sweep->more && goes_on(sweep));
	return rc;
}

/* For people who look on. */
static int
count_rows(struct sweep *sweep)
{
	struct cm_store *store = cm_follow_rows_store(sweep->follow);
	char text[128];
	int rc;

	if (sweep->progress == NULL || sweep->progress->step == NULL)
		return 0;
	snprintf(text, sizeof text, "SELECT count(*) FROM \"%s\"", sweep->table->name);
	if ((rc = cm_follow_begin(sweep->follow)) < 0)
		return rc;
	if ((rc = cm_store_define(store, "app-rows", text)) == 0)
		rc = cm_store_number(store, "app-rows", NULL, &sweep->total);
	cm_follow_end(sweep->follow, false);
	return rc < 0 ? cm_follow_fail(sweep->follow, store, rc) : 0;
}

static int
sweep_table(struct sweep *sweep)
{
	int rc;

	sweep->done = 0;
	if ((rc = count_rows(sweep)) < 0)
		return rc;
	if ((rc = repeat(sweep, read_on)) < 0 || sweep->broken_off)
		return rc;
	sweep->place = (struct place){ 0 };
	return repeat(sweep, look_for_gone);
}

/* Rows have the numbers that they are read by now. */
static int
note_cookie(struct cm_follow *follow)
{
	int64_t cookie;
	int rc = cm_store_number(follow->app, "journal-cookie", NULL, &cookie);

	return rc < 0 ? cm_follow_fail(follow, follow->app, rc) : cm_meta_set_number(follow->own, CM_FOLLOW_COOKIE, cookie);
}

/* Before all: what the tables are, and where reading goes on. */
static int
prepare(struct sweep *sweep, bool resume, struct place places[CM_SOURCES])
{
	struct cm_follow *follow = sweep->follow;
	int64_t state = CM_SWEEP_NONE;
	char key[META_TEXT];
	int i, rc;

	if ((rc = cm_follow_begin(follow)) < 0)
		return rc;
	/* What the journal names by now is found, too; and what was read may be to be read again. */
	if ((rc = cm_follow_read_tables(follow)) == 0 && (rc = cm_follow_realign(follow)) == 0)
		rc = cm_meta_number(follow->own, CM_FOLLOW_SWEEP, CM_SWEEP_NONE, &state);
	resume = resume && state == CM_SWEEP_ON;
	for (i = 0; i < CM_SOURCES && rc == 0; i++) {
		sweep->table = &follow->tables.of[i];
		sweep->place = (struct place){ 0 };
		snprintf(key, sizeof key, "%s%s", CM_FOLLOW_PLACE, sweep->table->name);
		rc = resume ? find_place(sweep) : cm_meta_set_text(follow->own, key, "");
		places[i] = sweep->place;
	}
	if (rc == 0 && !follow->remote)
		rc = note_cookie(follow);
	if (rc == 0)
		rc = cm_meta_set_number(follow->own, CM_FOLLOW_SWEEP, CM_SWEEP_ON);
	i = cm_follow_end(follow, rc == 0);
	return rc < 0 ? rc : i;
}

/* After all: that was it, and how much was not as it was known. */
static int
conclude(struct sweep *sweep)
{
	struct cm_store *own = sweep->follow->own;
	int64_t mended, state;
	char key[META_TEXT];
	int i, rc;

	if ((rc = cm_follow_begin(sweep->follow)) < 0)
		return rc;
	for (i = 0; i < CM_SOURCES && rc == 0; i++) {
		snprintf(key, sizeof key, "%s%s", CM_FOLLOW_PLACE, cm_source_name(i + 1));
		rc = cm_meta_set_text(own, key, "");
	}
	/* What was read first was not mended. */
	if (rc == 0 && (rc = cm_meta_number(own, CM_FOLLOW_MENDED, -1, &mended)) == 0)
		rc = cm_meta_set_number(own, CM_FOLLOW_MENDED, mended < 0 ? 0 : mended + sweep->mended);
	/* Somebody may have asked for another one meanwhile. */
	if (rc == 0 && (rc = cm_meta_number(own, CM_FOLLOW_SWEEP, CM_SWEEP_ON, &state)) == 0 && state == CM_SWEEP_ON)
		rc = cm_meta_set_number(own, CM_FOLLOW_SWEEP, sweep->again ? CM_SWEEP_FROM_START : CM_SWEEP_NONE);
	i = cm_follow_end(sweep->follow, rc == 0);
	return rc < 0 ? rc : i;
}

static int
sweep_all(struct sweep *sweep, bool resume)
{
	struct cm_follow *follow = sweep->follow;
	struct place places[CM_SOURCES];
	int i, rc;

	sweep->again = false;
	if ((rc = prepare(sweep, resume, places)) < 0)
		return rc;
	for (i = 0; i < CM_SOURCES && rc == 0 && !sweep->broken_off; i++) {
		sweep->table = &follow->tables.of[i];
		sweep->place = places[i];
		if (sweep->table->there && sweep->table->problem[0] == '\0')
			rc = sweep_table(sweep);
	}
	return rc < 0 || sweep->broken_off ? rc : conclude(sweep);
}

int
cm_follow_sweep(struct cm_follow *follow, bool resume, const struct cm_progress *progress, int64_t *mended)
{
	struct sweep sweep = { .follow = follow, .progress = progress };
	int rc = sweep_all(&sweep, resume);

	if (rc == 0 && sweep.again && !sweep.broken_off)
		rc = sweep_all(&sweep, false);
	*mended = sweep.mended;
	return rc;
}
