/* follow: a voice app's database is followed; see follow.h. */
#include "config.h"

#include "follow_own.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "meta.h"
#include "schema.h"

/* Of the journal, in one transaction; and where there is much to take and nobody waits for an answer. */
enum { ROWS_AT_ONCE = 2000, MANY_ROWS_AT_ONCE = 10000, MUCH = 20000 };

enum { IMPATIENT_MS = 250 };	/* of a question that cannot wait for all that is left */

int
cm_follow_say(struct cm_follow *follow, int error, const char *problem)
{
	snprintf(follow->problem, sizeof follow->problem, "%s", problem);
	return error;
}

int
cm_follow_fail(struct cm_follow *follow, const struct cm_store *store, int error)
{
	return cm_follow_say(follow, error, error == CM_ENOMEM ? "Out of memory." : cm_store_problem(store));
}

const char *
cm_follow_problem(const struct cm_follow *follow)
{
	return follow->problem;
}

/* The app's own file, where `url` names it or ours beside it; allocated. */
static char *
app_url_of(const char *url)
{
	size_t length = strlen(url), suffix = strlen(CM_OWN_SUFFIX);

	if (length > suffix && strcmp(url + length - suffix, CM_OWN_SUFFIX) == 0)
		return strndup(url, length - suffix);
	return strdup(url);
}

int
cm_follow_open_mode(const char *url, enum cm_store_mode mode, struct cm_follow **out)
{
	struct cm_follow *follow = calloc(1, sizeof *follow);

	if (follow == NULL)
		return CM_ENOMEM;
	if ((follow->app_url = app_url_of(url)) == NULL || cm_store_open(follow->app_url, mode, &follow->own) < 0 ||
	    cm_store_open(follow->app_url, CM_STORE_APP_READ, &follow->app) < 0) {
		cm_follow_close(follow);
		return CM_ENOMEM;
	}
	follow->remote = cm_store_is_remote(follow->own);
	follow->taken = follow->remote ? 0 : -1;
	*out = follow;
	return 0;
}

int
cm_follow_open(const char *url, struct cm_follow **out)
{
	return cm_follow_open_mode(url, CM_STORE_FOLLOW, out);
}

int
cm_follow_open_asking(const char *url, struct cm_store *asking, struct cm_follow **out)
{
	int rc;

	if ((rc = cm_follow_open_mode(url, CM_STORE_CATCH_UP, out)) < 0)
		return rc;
	(*out)->asks = true;
	if ((*out)->remote)
		cm_follow_server_ask(*out, asking);
	return 0;
}

void
cm_follow_close(struct cm_follow *follow)
{
	if (follow == NULL)
		return;
	cm_app_tables_done(&follow->tables);
	cm_store_close(follow->own);
	if (!follow->asks || !follow->remote)
		cm_store_close(follow->app);
	free(follow->app_url);
	free(follow);
}

struct cm_store *
cm_follow_rows_store(const struct cm_follow *follow)
{
	return follow->remote ? follow->own : follow->app;
}

int
cm_follow_begin(struct cm_follow *follow)
{
	int rc;

	if ((rc = cm_store_begin(follow->own)) < 0)
		return cm_follow_fail(follow, follow->own, rc);
	if (follow->remote || (rc = cm_store_begin(follow->app)) == 0)
		return 0;
	cm_store_end(follow->own, false);
	return cm_follow_fail(follow, follow->app, rc);
}

int
cm_follow_end(struct cm_follow *follow, bool keep)
{
	int rc;

	if (!follow->remote)
		cm_store_end(follow->app, false);
	rc = cm_store_end(follow->own, keep);
	return rc < 0 ? cm_follow_fail(follow, follow->own, rc) : 0;
}

int
cm_follow_read_tables(struct cm_follow *follow)
{
	struct cm_store *store = cm_follow_rows_store(follow);
	int i, rc;

	follow->tables_known = false;
	if ((rc = cm_app_tables_find(store)) < 0 || (rc = cm_app_tables_read(store, &follow->tables)) < 0)
		return cm_follow_fail(follow, store, rc);
	for (i = 0; i < CM_SOURCES && rc == 0; i++)
		if (follow->tables.of[i].there && follow->tables.of[i].problem[0] == '\0')
			rc = cm_journal_define(store, &follow->tables.of[i]);
	follow->tables_known = rc == 0;
	return rc < 0 ? cm_follow_fail(follow, store, rc) : 0;
}

/* Reads the tables where they may not be as they were. */
static int
know_tables(struct cm_follow *follow)
{
	struct cm_store *store = cm_follow_rows_store(follow);
	int64_t cookie = 0;
	int rc;

	if (follow->remote)
		cookie = cm_follow_server_cookie();
	else if ((rc = cm_store_number(store, "journal-cookie", NULL, &cookie)) < 0)
		return cm_follow_fail(follow, store, rc);
	/* Calls that are nowhere may have moved. */
	if (follow->tables_known && cookie == follow->cookie && follow->tables.of[CM_SOURCE_CALLS - 1].there)
		return 0;
	follow->cookie = cookie;
	return cm_follow_read_tables(follow);
}

int
cm_follow_has_app(struct cm_follow *follow, bool *out)
{
	char own[4096];
	struct stat file;

	if (follow->remote)
		return cm_follow_server_has_app(follow, out);
	snprintf(own, sizeof own, "%s%s", follow->app_url, CM_OWN_SUFFIX);
	*out = follow->has_app = stat(own, &file) == 0;
	return 0;
}

int
cm_follow_want_sweep(struct cm_follow *follow, const char *why)
{
	int rc = cm_meta_set_number(follow->own, CM_FOLLOW_SWEEP, CM_SWEEP_FROM_START);

	return rc < 0 || why == NULL ? rc : cm_meta_set_text(follow->own, CM_FOLLOW_TROUBLE, why);
}

/* Rows that are known by SQLite's numbers may have got other ones, by VACUUM, where the schema's cookie is another. */
static int
mind_numbers(struct cm_follow *follow, int64_t cookie)
{
	int64_t known = cookie;
	int rc, end;

	if ((rc = cm_store_begin(follow->own)) < 0)
		return cm_follow_fail(follow, follow->own, rc);
	if ((rc = cm_meta_number(follow->own, CM_FOLLOW_COOKIE, cookie, &known)) == 0 && known != cookie &&
	    (rc = cm_meta_set_number(follow->own, CM_FOLLOW_COOKIE, cookie)) == 0)
		rc = cm_follow_want_sweep(follow, "Rows of the voice app that have no key of their own may have new numbers, since "
		    "its schema was "
		    "changed or its file vacuumed; they are compared by: callmetrics follow DATABASE");
	end = cm_store_end(follow->own, rc == 0);
	return rc < 0 || end < 0 ? cm_follow_fail(follow, follow->own, rc < 0 ? rc : end) : 0;
}

int
cm_follow_mind_schema(struct cm_follow *follow, int64_t cookie)
{
	char trouble[CM_FOLLOW_TROUBLE_TEXT];
	bool by_number;
	int rc;

	if (follow->watched && cookie == follow->watch_cookie)
		return 0;
	/* Whoever mends it notes that, too. */
	if ((rc = cm_follow_watch(follow, trouble, &by_number)) < 0 || (by_number && (rc = mind_numbers(follow, cookie)) < 0) ||
	    (trouble[0] != '\0' && (rc = cm_follow_note_trouble(follow, trouble)) < 0))
		return rc;
	follow->watched = true;
	follow->watch_cookie = cookie;
	return 0;
}

static int
look(struct cm_follow *follow, int64_t *head, int64_t *mark)
{
	int64_t cookie = 0;
	bool there = false;
	int rc;

	if ((rc = cm_store_begin(follow->app)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	if ((rc = cm_schema_exists(follow->app, CM_APP_JOURNAL, &there)) == 0 && there)
		rc = cm_follow_read_head(follow->app, head, mark);
	if (rc == 0)
		rc = cm_store_number(follow->app, "journal-cookie", NULL, &cookie);
	cm_store_end(follow->app, false);
	if (rc < 0)
		return cm_follow_fail(follow, follow->app, rc);
	return there ? cm_follow_mind_schema(follow, cookie) : cm_follow_say(follow, CM_ESTORE,
	    "The voice app's database has no journal of callmetrics any more: it was restored or replaced; run: callmetrics attach "
	    "DATABASE");
}

/* What is taken in one transaction. */
struct taking {
	struct cm_taker taker;
	int64_t after;			/* of the journal's rows */
	int64_t until;
	int64_t mark;			/* of the last of them */
	struct cm_row_batch keys[CM_SOURCES];	/* on a server: the rows that it named .. */
	struct cm_arena arena;			/* .. and their keys */
	bool all;			/* a table was emptied */
};

int
cm_follow_mind_keyless(struct cm_follow *follow, struct cm_taker *taker, const struct cm_app_table *table)
{
	struct cm_store *store = cm_follow_rows_store(follow);
	int64_t count;
	int rc;

	if (!taker->keyless || table->key_is_rowid)
		return 0;
	taker->keyless = false;
	if ((rc = cm_store_number(store, cm_journal_statement(table->source, CM_KEYLESS), NULL, &count)) < 0)
		return cm_follow_fail(follow, store, rc);
	return cm_take_keyless(taker, table->source, count > 0);
}

static int
read_journaled(struct cm_follow *follow, struct taking *taking, const struct cm_app_table *table)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("after", taking->after), CM_INT_PARAM("until", taking->until), { 0 } };
	struct cm_row_batch *keys = &taking->keys[table->source - 1];
	const char *name = cm_journal_statement(table->source, CM_JOURNALED);
	struct cm_store *store = cm_follow_rows_store(follow);
	struct cm_rows *rows;
	int rc;

	if (follow->remote && keys->count == 0)
		return 0;
	if (follow->remote)
		rc = cm_store_query_many(store, name, NULL, keys->binds, keys->width, keys->count, &rows);
	else
		rc = cm_store_query(store, name, binds, &rows);
	if (rc < 0)
		return cm_follow_fail(follow, store, rc);
	rc = cm_take_rows(&taking->taker, table->source, rows);
	cm_rows_done(rows);
	return rc < 0 ? cm_follow_fail(follow, follow->own, rc) : cm_follow_mind_keyless(follow, &taking->taker, table);
}

/* On a server: takes rows out of the journal, and notes the keys that they name. */
static int
take_keys(struct cm_follow *follow, struct taking *taking)
{
	const struct cm_bind most[] = { CM_INT_PARAM("most", ROWS_AT_ONCE), { 0 } };
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(follow->own, "journal-take", most, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		int64_t source = cm_rows_int(rows, 0);
		struct cm_bind binds[] = { CM_TEXT_PARAM("row_key", NULL), { 0 } };
		int column;

		taking->until++;
		taking->all |= source == 0;
		for (column = 1; column <= 2 && rc > 0; column++) {
			if (cm_rows_null(rows, column) || source < 1 || source > CM_SOURCES)
				continue;
			binds[0].text = cm_arena_copy(&taking->arena, cm_rows_text(rows, column), cm_rows_bytes(rows, column));
			rc = binds[0].text == NULL || cm_row_batch_add(&taking->keys[source - 1], binds) < 0 ? CM_ENOMEM : 1;
		}
		if (rc < 0)
			break;
	}
	cm_rows_done(rows);
	return rc;
}

/* How far the journal is to be taken now. */
static int
find_reach(struct cm_follow *follow, struct taking *taking)
{
	struct cm_bind binds[] = { CM_INT_PARAM("after", 0), { 0 } };
	struct cm_bind until[] = { CM_INT_PARAM("journal_id", 0), { 0 } };
	int64_t head, mark, next, most;
	int rc;

	if (follow->remote)
		return take_keys(follow, taking);
	if ((rc = cm_follow_realign(follow)) < 0 || (rc = cm_meta_number(follow->own, CM_FOLLOW_TAKEN, 0, &taking->after)) < 0 ||
	    (rc = cm_meta_number(follow->own, CM_FOLLOW_MARK, 0, &taking->mark)) < 0)
		return rc;
	taking->until = taking->after;
	/* Others took it meanwhile. */
	if (follow->asks && taking->after >= follow->wanted)
		return 0;
	binds[0].number = taking->after;
	if ((rc = cm_follow_read_head(follow->app, &head, &mark)) < 0 ||
	    (rc = cm_store_number(follow->app, "journal-next", binds, &next)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	if (next == 0)
		return 0;
	/* Up to a row that is there. */
	most = !follow->asks && head - next > MUCH ? MANY_ROWS_AT_ONCE : ROWS_AT_ONCE;
	until[0].number = taking->until = head < next + most ? head : next + most - 1;
	if (taking->until != head && (rc = cm_follow_note_seen(follow, head, mark)) < 0)
		return rc;
	if (taking->until != head && (rc = cm_store_number(follow->app, "journal-mark", until, &mark)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	taking->mark = mark;
	return 0;
}

static int
take_sources(struct cm_follow *follow, struct taking *taking)
{
	int i, rc = 0;

	for (i = 0; i < CM_SOURCES && rc == 0; i++) {
		const struct cm_app_table *table = &follow->tables.of[i];

		if (!table->there)
			taking->all |= taking->keys[i].count > 0;
		else if (table->problem[0] == '\0')
			rc = read_journaled(follow, taking, table);
		else
			taking->all = true;
	}
	if (rc == 0 && (taking->all || taking->taker.again))
		rc = cm_follow_want_sweep(follow, NULL);
	return rc;
}

static int
take_journaled(struct cm_follow *follow, struct taking *taking)
{
	int rc;

	if ((rc = know_tables(follow)) < 0 || (rc = cm_taker_init(&taking->taker, follow->own)) < 0 ||
	    (rc = find_reach(follow, taking)) < 0 || taking->until <= taking->after || (rc = take_sources(follow, taking)) < 0 ||
	    (rc = cm_take_write(&taking->taker)) < 0)
		return rc;
	if (follow->remote || (rc = cm_meta_set_number(follow->own, CM_FOLLOW_TAKEN, taking->until)) < 0)
		return rc;
	return cm_meta_set_number(follow->own, CM_FOLLOW_MARK, taking->mark);
}

int
cm_follow_take_some(struct cm_follow *follow, bool *whole)
{
	struct taking taking = { 0 };
	int rc, end, i;

	follow->problem[0] = '\0';
	if ((rc = cm_follow_begin(follow)) < 0)
		return rc;
	rc = take_journaled(follow, &taking);
	if (rc < 0 && follow->problem[0] == '\0')
		cm_follow_fail(follow, follow->own, rc);
	end = cm_follow_end(follow, rc == 0);
	if (rc == 0 && end == 0 && !follow->remote) {
		follow->taken = taking.until > taking.after ? taking.until : taking.after;
		follow->mark = taking.mark;
		follow->is_ahead = false;
	}
	follow->rows += taking.taker.taken;
	*whole = follow->remote && taking.until < ROWS_AT_ONCE;
	for (i = 0; i < CM_SOURCES; i++)
		cm_row_batch_done(&taking.keys[i]);
	cm_arena_done(&taking.arena);
	cm_taker_done(&taking.taker);
	if (rc < 0)
		follow->tables_known = false;
	return rc < 0 ? rc : end;
}

/* Reads how far the journal was taken, once, without asking for the right to write. */
static int
know_taken(struct cm_follow *follow)
{
	struct cm_store *reader;
	int64_t seen;
	int rc;

	if (follow->taken >= 0)
		return 0;
	if (cm_store_open(follow->app_url, CM_STORE_READ, &reader) < 0)
		return cm_follow_say(follow, CM_ENOMEM, "Out of memory.");
	if ((rc = cm_store_begin(reader)) == 0 && (rc = cm_meta_number(reader, CM_FOLLOW_MARK, 0, &follow->mark)) == 0 &&
	    (rc = cm_meta_number(reader, CM_FOLLOW_SEEN, 0, &seen)) == 0)
		rc = cm_meta_number(reader, CM_FOLLOW_TAKEN, 0, &follow->taken);
	follow->is_ahead = rc == 0 && seen > follow->taken;
	cm_store_end(reader, false);
	if (rc < 0)
		cm_follow_fail(follow, reader, rc);
	cm_store_close(reader);
	return rc;
}

int64_t
cm_follow_rows(const struct cm_follow *follow)
{
	return follow->rows;
}

int64_t
cm_follow_until_ms(const struct cm_follow *follow, int64_t most_ms, int64_t left)
{
	return cm_pace_now_ms() + (follow->asks && left > MUCH && most_ms > IMPATIENT_MS ? IMPATIENT_MS : most_ms);
}

static int
expect_much(struct cm_follow *follow, bool much)
{
	int rc;

	if (follow->asks || follow->expects_much == much)
		return 0;
	follow->expects_much = much;
	rc = cm_store_expect_much(follow->own, much);
	return rc < 0 ? cm_follow_fail(follow, follow->own, rc) : 0;
}

/* Takes until what is wanted is taken, by whomever. */
static int
take_wanted(struct cm_follow *follow, int64_t until_ms)
{
	int64_t left_ms = until_ms - cm_pace_now_ms();
	bool whole;
	int rc = 0;

	do {
		/* Where it cannot wait for all, whoever is at it already is left alone. */
		if (follow->asks)
			cm_store_patience(follow->own, left_ms > 0 && follow->wanted - follow->taken <= MUCH ? left_ms : 1);
		if ((rc = cm_follow_take_some(follow, &whole)) == 0)
			rc = expect_much(follow, follow->wanted - follow->taken > MUCH);
		left_ms = until_ms - cm_pace_now_ms();
	} while (rc == 0 && follow->wanted > follow->taken && left_ms > 0);
	if (rc != CM_EBUSY || !follow->asks)
		return rc;
	follow->taken = -1;
	return know_taken(follow);
}

int
cm_follow_catch_up(struct cm_follow *follow, int64_t most_ms, int64_t *behind)
{
	int64_t mark;
	bool has_app;
	int rc;

	*behind = 0;
	if (follow->remote)
		return cm_follow_server_catch_up(follow, most_ms, behind);
	if ((rc = cm_follow_has_app(follow, &has_app)) < 0 || !has_app || (rc = know_taken(follow)) < 0 ||
	    (rc = look(follow, &follow->wanted, &mark)) < 0)
		return rc;
	if (follow->wanted == follow->taken && mark == follow->mark && !follow->is_ahead)
		return 0;
	if ((rc = take_wanted(follow, cm_follow_until_ms(follow, most_ms, follow->wanted - follow->taken))) < 0)
		return rc;
	*behind = follow->wanted > follow->taken ? follow->wanted - follow->taken : 0;
	return 0;
}
