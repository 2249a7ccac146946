/* tend: what a voice app's database needs now and then, which a question may not do; see follow.h. */
#include "config.h"

#include "follow_own.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "meta.h"
#include "schema.h"
#include "unit.h"

enum { TRIM_AT_ONCE = 1000, TRIM_PAUSE_MS = 2 };	/* rows of the journal, so that the app need not wait */

/* Why a table is not followed now; NULL: it is. */
static int
trouble_of(struct cm_store *app, const struct cm_app_table *table, const char **why)
{
	bool watched;
	int rc;

	*why = NULL;
	if (table->problem[0] != '\0') {
		*why = "can no longer be read";
		return 0;
	}
	if ((rc = cm_journal_watches(app, table, &watched)) == 0 && !watched)
		*why = "is no longer watched";
	return rc;
}

/* What is not followed, within a transaction of the app's: "" nothing. */
static int
describe(struct cm_store *app, const struct cm_app_tables *tables, char text[CM_FOLLOW_TROUBLE_TEXT])
{
	bool there = false;
	size_t length = 0;
	const char *why;
	int i, rc = cm_schema_exists(app, CM_APP_JOURNAL, &there);

	text[0] = '\0';
	if (rc == 0 && !there)
		length = (size_t)snprintf(text, CM_FOLLOW_TROUBLE_TEXT, "The voice app's database has no journal of callmetrics any "
		    "more; run: callmetrics attach DATABASE");
	for (i = 0; i < CM_SOURCES && rc == 0; i++) {
		const struct cm_app_table *table = &tables->of[i];

		if (!table->there || (rc = trouble_of(app, table, &why)) < 0 || why == NULL)
			continue;
		length += (size_t)snprintf(text + length, CM_FOLLOW_TROUBLE_TEXT - length, "%sThe voice app's table %s %s%s%s",
		    length > 0 ? " " : "", table->name, why, table->problem[0] != '\0' ? ": " : ", since it was made anew; run: "
		    "callmetrics attach DATABASE", table->problem);
	}
	return rc;
}

int
cm_follow_watch(struct cm_follow *follow, char text[CM_FOLLOW_TROUBLE_TEXT], bool *by_number)
{
	struct cm_app_tables tables = { 0 };
	int i, rc;

	if ((rc = cm_store_begin(follow->app)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	if ((rc = cm_app_tables_find(follow->app)) == 0 && (rc = cm_app_tables_read(follow->app, &tables)) == 0)
		rc = describe(follow->app, &tables, text);
	cm_store_end(follow->app, false);
	for (i = 0, *by_number = false; i < CM_SOURCES; i++)
		*by_number |= tables.of[i].there && tables.of[i].key_is_rowid;
	cm_app_tables_done(&tables);
	return rc < 0 ? cm_follow_fail(follow, follow->app, rc) : 0;
}

int
cm_follow_note_trouble(struct cm_follow *follow, const char *text)
{
	char noted[CM_FOLLOW_TROUBLE_TEXT] = "";
	int rc, end;

	if ((rc = cm_store_begin(follow->own)) < 0)
		return cm_follow_fail(follow, follow->own, rc);
	rc = cm_meta_text(follow->own, CM_FOLLOW_TROUBLE, noted, sizeof noted);
	if (rc == 0 && strcmp(noted, text) != 0)
		rc = cm_meta_set_text(follow->own, CM_FOLLOW_TROUBLE, text);
	end = cm_store_end(follow->own, rc == 0);
	return rc < 0 || end < 0 ? cm_follow_fail(follow, follow->own, rc < 0 ? rc : end) : 0;
}

/* The app's own file, for writing.  What is lost in a power cut is done again, so with a write-ahead log the app does not wait for our
 * wait for the disk; without one, that is what keeps its file whole. */
static int
open_app(struct cm_follow *follow, struct cm_store **out)
{
	struct cm_store *app;
	char mode[16];
	int rc = 0;

	if (cm_store_open(follow->app_url, CM_STORE_APP_WRITE, &app) < 0)
		return cm_follow_say(follow, CM_ENOMEM, "Out of memory.");
	if (!follow->remote && (rc = cm_store_journal_mode(app, NULL, mode)) == 0 && strcmp(mode, "wal") == 0)
		rc = cm_store_script_text(app, "PRAGMA synchronous = NORMAL");
	if (rc == 0) {
		*out = app;
		return 0;
	}
	cm_follow_fail(follow, app, rc);
	cm_store_close(app);
	return rc;
}

/* Work on it, in a transaction. */
static int
change_app(struct cm_follow *follow, struct cm_store *app, int (*work)(struct cm_store *app, void *arg), void *arg)
{
	int rc, end;

	if ((rc = cm_store_begin(app)) == 0) {
		rc = work(app, arg);
		end = cm_store_end(app, rc >= 0);
		rc = rc < 0 || end == 0 ? rc : end;
	}
	return rc < 0 ? cm_follow_fail(follow, app, rc) : rc;
}

static int
make_journal(struct cm_store *app, void *arg)
{
	struct cm_app_tables tables = { 0 };
	int i, rc = cm_app_tables_read(app, &tables);

	(void)arg;
	/* What cannot be read stays as it is. */
	for (i = 0; i < CM_SOURCES; i++)
		tables.of[i].there &= tables.of[i].problem[0] == '\0';
	if (rc == 0)
		rc = cm_journal_make(app, &tables);
	cm_app_tables_done(&tables);
	return rc;
}

static int
mend_journal(struct cm_follow *follow)
{
	struct cm_store *app;
	int rc;

	if ((rc = open_app(follow, &app)) < 0)
		return rc;
	rc = change_app(follow, app, make_journal, NULL);
	cm_store_close(app);
	return rc;
}

/* A row of the journal: up to which it is taken for good. */
struct settled {
	int64_t journal_id;
	int64_t mark;
};

static int
trim(struct cm_store *app, void *arg)
{
	const struct settled *settled = arg;
	const struct cm_bind binds[] = { CM_INT_PARAM("until", settled->journal_id), CM_INT_PARAM("mark", settled->mark),
		CM_INT_PARAM("most", TRIM_AT_ONCE), { 0 } };
	int64_t removed = cm_store_run(app, "journal-trim", binds);

	return removed < 0 ? (int)removed : removed == TRIM_AT_ONCE;
}

/* How far the journal was taken, once that is on the disk for good: taking does not wait for the disk, but a commit that does waits for
 * all before it. */
static int
settle(struct cm_follow *follow, struct settled *settled)
{
	int64_t *taken = &settled->journal_id;
	struct cm_store *own;
	int64_t trimmed;
	int rc;

	if (cm_store_open(follow->app_url, CM_STORE_WRITE, &own) < 0)
		return cm_follow_say(follow, CM_ENOMEM, "Out of memory.");
	if ((rc = cm_store_begin(own)) == 0) {
		if ((rc = cm_meta_number(own, CM_FOLLOW_TAKEN, 0, taken)) == 0 &&
		    (rc = cm_meta_number(own, CM_FOLLOW_MARK, 0, &settled->mark)) == 0 &&
		    (rc = cm_meta_number(own, CM_FOLLOW_TRIMMED, 0, &trimmed)) == 0) {
			if (trimmed == *taken)
				*taken = 0;
			else
				rc = cm_meta_set_number(own, CM_FOLLOW_TRIMMED, *taken);
		}
		rc = cm_store_finish(own, rc);
	}
	if (rc < 0)
		cm_follow_fail(follow, own, rc);
	cm_store_close(own);
	return rc;
}

int
cm_follow_trim(struct cm_follow *follow)
{
	static const struct timespec pause = { .tv_nsec = TRIM_PAUSE_MS * 1000000 };
	struct settled settled;
	struct cm_store *app;
	int64_t behind;
	int rc;

	if (follow->remote)
		return 0;
	if ((rc = settle(follow, &settled)) < 0 || settled.journal_id == 0)
		return rc;
	if ((rc = open_app(follow, &app)) < 0)
		return rc;
	while ((rc = change_app(follow, app, trim, &settled)) > 0) {
		nanosleep(&pause, NULL);
		/* What is written meanwhile would be left to questions. */
		if ((rc = cm_follow_catch_up(follow, TRIM_PAUSE_MS, &behind)) < 0)
			break;
	}
	cm_store_close(app);
	return rc;
}

/* Whether all rows are to be read anew, since somebody said so. */
static int
is_sweep_due(struct cm_follow *follow, int64_t *due)
{
	int rc;

	if ((rc = cm_store_begin(follow->own)) < 0)
		return cm_follow_fail(follow, follow->own, rc);
	rc = cm_meta_number(follow->own, CM_FOLLOW_SWEEP, CM_SWEEP_NONE, due);
	cm_store_end(follow->own, false);
	return rc < 0 ? cm_follow_fail(follow, follow->own, rc) : 0;
}

/* Whoever writes counts the calls that have settled; so it is done where nobody writes, too. */
static int
count_settled(struct cm_follow *follow)
{
	int rc;

	if ((rc = cm_store_begin(follow->own)) < 0)
		return cm_follow_fail(follow, follow->own, rc);
	rc = cm_store_finish(follow->own, cm_unit_of(follow->own) != NULL ? 0 : CM_ENOMEM);
	return rc < 0 ? cm_follow_fail(follow, follow->own, rc) : 0;
}

int
cm_follow_tend(struct cm_follow *follow, const struct cm_progress *progress, int64_t *mended)
{
	char trouble[CM_FOLLOW_TROUBLE_TEXT];
	bool has_app, by_number;
	int64_t due = 0;
	int rc;

	*mended = 0;
	if ((rc = cm_follow_has_app(follow, &has_app)) < 0 || !has_app)
		return rc;
	if ((rc = count_settled(follow)) < 0 || (rc = cm_follow_watch(follow, trouble, &by_number)) < 0 ||
	    (rc = is_sweep_due(follow, &due)) < 0)
		return rc;
	if (trouble[0] != '\0') {
		if ((rc = mend_journal(follow)) < 0)
			return rc;
		due = CM_SWEEP_FROM_START;
	}
	if (due != CM_SWEEP_NONE && ((rc = cm_follow_sweep(follow, due == CM_SWEEP_ON, progress, mended)) < 0 ||
	    (rc = cm_follow_watch(follow, trouble, &by_number)) < 0))
		return rc;
	return cm_follow_note_trouble(follow, trouble);
}
