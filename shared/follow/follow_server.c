/*
 * follow_server: catching up where the voice app's tables and ours are in one database of a server; see follow.h.
 *
 * A row of the journal goes in the transaction that takes it, so the journal's rows are what is left to do, and whoever comes first takes
 * them.  Nothing has to be in order: a row of the app is read as it is after its key was taken, and what is written later is named again.
 */
#include "config.h"

#include "follow_own.h"

#include <time.h>

#include "error.h"
#include "log.h"
#include "pace.h"
#include "schema.h"

enum {
	PATIENCE_MS = 300,		/* of questions, with others */
	PAUSE_MS = 20,
	TRY_AGAIN_MS = 30000,		/* after it was not allowed */
	LOOK_AGAIN_MS = 2000,		/* for a journal, where there was none */
	WATCH_EACH_MS = 30000,
};

int64_t
cm_follow_server_cookie(void)
{
	return cm_pace_now_ms() / WATCH_EACH_MS;
}

void
cm_follow_server_ask(struct cm_follow *follow, struct cm_store *asking)
{
	cm_store_close(follow->app);
	follow->app = asking;
	cm_store_patience(follow->own, PATIENCE_MS);
}

/* Within a transaction of the app's store: whether there is a journal. */
static int
look_for_journal(struct cm_follow *follow)
{
	int rc;

	if ((rc = cm_schema_exists(follow->app, CM_APP_JOURNAL, &follow->has_app)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	follow->looked_ms = cm_pace_now_ms();
	return 0;
}

int
cm_follow_server_has_app(struct cm_follow *follow, bool *out)
{
	int rc;

	if ((rc = cm_store_begin(follow->app)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	rc = look_for_journal(follow);
	cm_store_end(follow->app, false);
	*out = follow->has_app;
	return rc;
}

/* Within a transaction: how many rows the journal has up to one, as far as that matters, and in *head the last of them. */
static int
read_journal(struct cm_follow *follow, int64_t until, int64_t *left, int64_t *head)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("until", until), { 0 } };
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(follow->app, "journal-head", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0) {
		*left = cm_rows_int(rows, 0);
		*head = cm_rows_int(rows, 1);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

static int
count_left(struct cm_follow *follow, int64_t until, int64_t *left, int64_t *head)
{
	int rc;

	*left = *head = 0;
	if (!follow->has_app && follow->looked_ms != 0 && cm_pace_now_ms() < follow->looked_ms + LOOK_AGAIN_MS)
		return 0;
	if (!follow->has_app && ((rc = look_for_journal(follow)) < 0 || !follow->has_app))
		return rc;
	if ((rc = read_journal(follow, until, left, head)) == 0)
		return 0;
	follow->has_app = false;
	follow->looked_ms = 0;
	return cm_follow_fail(follow, follow->app, rc);
}

int
cm_follow_is_current(struct cm_follow *follow, bool *out)
{
	int64_t left, head;
	int rc;

	*out = false;
	if (!follow->remote)
		return 0;
	if ((rc = count_left(follow, INT64_MAX, &left, &head)) == 0)
		*out = left == 0 && (!follow->has_app || follow->watch_cookie == cm_follow_server_cookie());
	return rc;
}

static int
look(struct cm_follow *follow, int64_t until, int64_t *left, int64_t *head)
{
	int rc;

	if ((rc = cm_store_begin(follow->app)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	rc = count_left(follow, until, left, head);
	cm_store_end(follow->app, false);
	return rc;
}

/* Sees now and then whether all is watched.  That a question cannot note it is no failure. */
static int
mind_watch(struct cm_follow *follow)
{
	int rc;

	if (!follow->has_app || cm_pace_now_ms() < follow->cannot_until_ms)
		return 0;
	rc = cm_follow_mind_schema(follow, cm_follow_server_cookie());
	if (rc == CM_ENOMEM || !follow->asks)
		return rc;
	follow->watched = true;
	follow->watch_cookie = cm_follow_server_cookie();
	return 0;
}

static void
tell_that_it_cannot(struct cm_follow *follow)
{
	const struct cm_field fields[] = { { .name = "reason", .text = follow->problem }, { 0 } };

	cm_log(CM_WARNING, "callmetrics.follow", "what the voice app wrote cannot be taken in here", fields);
	follow->cannot_until_ms = cm_pace_now_ms() + TRY_AGAIN_MS;
}

/* Takes some, or where that cannot be done now, waits a little for others to do so.  *whole: all is taken that was there. */
static int
take_or_wait(struct cm_follow *follow, bool *whole)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int rc;

	*whole = false;
	if (cm_pace_now_ms() >= follow->cannot_until_ms) {
		/* What was prepared may be of tables that were changed since. */
		if ((rc = cm_follow_take_some(follow, whole)) == CM_ESTORE)
			rc = cm_follow_take_some(follow, whole);
		if (rc == 0 || rc == CM_ENOMEM || !follow->asks)
			return rc;
		if (rc == CM_ESTORE)
			tell_that_it_cannot(follow);
	}
	*whole = false;
	nanosleep(&pause, NULL);
	return 0;
}

/* Rows have the numbers in which they were written, not committed: those that were committed when it began have none above *head. */
int
cm_follow_server_catch_up(struct cm_follow *follow, int64_t most_ms, int64_t *behind)
{
	int64_t until_ms, head, last;
	bool whole = false;
	int rc;

	if ((rc = look(follow, INT64_MAX, behind, &head)) < 0)
		return rc;
	until_ms = cm_follow_until_ms(follow, most_ms, *behind);
	while (*behind > 0 && cm_pace_now_ms() < until_ms) {
		if ((rc = take_or_wait(follow, &whole)) < 0 || (!whole && (rc = look(follow, head, behind, &last)) < 0))
			return rc;
		if (whole)
			*behind = 0;
	}
	return mind_watch(follow);
}
