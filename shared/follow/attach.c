/* attach: a journal in a voice app's database, and ours beside it; see attach.h. */
#include "config.h"

#include "attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chunks.h"
#include "error.h"
#include "follow_own.h"
#include "meta.h"
#include "partitions.h"
#include "repack.h"
#include "schema.h"

enum { CATCH_UP_MS = 1000 };

/* An attaching, or its undoing. */
struct attaching {
	const char *url;
	const char *zone;		/* of instants without an offset; NULL: as before */
	const struct cm_chunking *chunking;
	const struct cm_progress *progress;
	char *problem;
	char said[CM_CHUNKS_SAID];	/* what else there is to say */
	char *own_url;			/* of ours: beside the app's file, or on its server */
	struct cm_store *app;		/* the app's, for writing */
	struct cm_store *own;
	struct cm_app_tables tables;
	bool attached;			/* ours is there .. */
	bool former;			/* .. or an older version's, in the app's own file */
	bool reached;			/* its server has answered */
	bool named;			/* something of the app's has a name of ours */
};

static int
say(struct attaching *attaching, int error, const char *problem)
{
	snprintf(attaching->problem, CM_ATTACH_PROBLEM, "%s", problem);
	return error;
}

static int
fail(struct attaching *attaching, const struct cm_store *store, int rc)
{
	return say(attaching, rc, rc == CM_ENOMEM ? "Out of memory." : cm_store_problem(store));
}

enum { TRIES = 50, PAUSE_MS = 100 };

/* Runs work in a transaction of a store, and tells what failed.  On a server a lock of the app's tables is not waited for longer than
 * the app may wait behind us, but again and again. */
static int
transact(struct attaching *attaching, struct cm_store *store, int (*work)(struct cm_store *store, void *arg))
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int tries, rc = cm_schema_transact(store, work, attaching);

	for (tries = 1; rc == CM_EBUSY && attaching->reached && cm_store_is_remote(store) && tries < TRIES; tries++) {
		nanosleep(&pause, NULL);
		rc = cm_schema_transact(store, work, attaching);
	}
	attaching->reached |= rc == 0;
	return rc < 0 && attaching->problem[0] == '\0' ? fail(attaching, store, rc) : rc;
}

static int
open_stores(struct attaching *attaching, const char *url)
{
	bool remote;

	if (cm_store_open(url, CM_STORE_APP_WRITE, &attaching->app) < 0)
		return say(attaching, CM_ENOMEM, "Out of memory.");
	remote = cm_store_is_remote(attaching->app);
	if (asprintf(&attaching->own_url, "%s%s", url, remote ? "" : CM_OWN_SUFFIX) < 0) {
		attaching->own_url = NULL;
		return say(attaching, CM_ENOMEM, "Out of memory.");
	}
	attaching->attached = remote || access(attaching->own_url, F_OK) == 0;
	return cm_store_open(attaching->own_url, CM_STORE_CREATE, &attaching->own) == 0 ? 0
		: say(attaching, CM_ENOMEM, "Out of memory.");
}

static int
close_stores(struct attaching *attaching, int rc)
{
	cm_app_tables_done(&attaching->tables);
	cm_store_close(attaching->app);
	cm_store_close(attaching->own);
	free(attaching->own_url);
	return rc;
}

/* What is there. */
static int
look(struct cm_store *app, void *arg)
{
	struct attaching *attaching = arg;
	int rc;

	if ((rc = cm_app_tables_read(app, &attaching->tables)) < 0 || (rc = cm_schema_exists(app, "cm_meta", &attaching->former)) < 0)
		return rc;
	if (cm_store_is_remote(app))
		attaching->attached = attaching->former;
	return cm_journal_name_taken(app, &attaching->named);
}

/* Whether it can be followed; nothing was changed yet. */
static int
check(struct attaching *attaching)
{
	const char *problem = cm_app_tables_problem(&attaching->tables);

	if (!attaching->tables.of[CM_SOURCE_CALLS - 1].there)
		return CM_ENOTFOUND;
	if (problem != NULL)
		return say(attaching, CM_EPARAM, problem);
	if (attaching->named)
		return say(attaching, CM_EPARAM, "Something in this database has a name that begins with callmetrics_ and is not ours.");
	return 0;
}

static int
make_journal(struct cm_store *app, void *arg)
{
	const struct attaching *attaching = arg;
	int rc = 0;

	if (!cm_store_is_remote(app) && attaching->former)
		rc = cm_store_script(app, "former-remove");
	return rc < 0 ? rc : cm_journal_make(app, &attaching->tables);
}

static int
set_zone(struct cm_store *own, void *arg)
{
	const struct attaching *attaching = arg;

	return cm_meta_set_text(own, CM_FOLLOW_ZONE, attaching->zone);
}

/* On a server: settles, and where ours is there notes, in which schemas the app's tables are. */
static int
find_path(struct cm_store *store, void *arg)
{
	(void)arg;
	return cm_store_is_remote(store) ? cm_store_script(store, "app-path") : 0;
}

/* Ours, as far as it is not there. */
static int
make_own(struct attaching *attaching, int64_t *version)
{
	int rc = cm_repack(attaching->own, attaching->progress);

	if (rc < 0 || (rc = cm_schema_make(attaching->own, "attaching", version)) < 0)
		return fail(attaching, attaching->own, rc);
	if ((rc = cm_chunks_make(attaching->own, attaching->chunking, attaching->said)) < 0)
		return fail(attaching, attaching->own, rc);
	if ((rc = cm_partitions_make(attaching->own, cm_pace_is_exclusive(attaching->progress))) < 0)
		return fail(attaching, attaching->own, rc);
	if ((rc = transact(attaching, attaching->own, find_path)) < 0)
		return rc;
	return attaching->zone != NULL ? transact(attaching, attaching->own, set_zone) : 0;
}

static int
has_lost_triggers(struct cm_store *app, void *arg)
{
	struct attaching *attaching = arg;
	bool watched = false;
	int i, rc = cm_schema_exists(app, CM_APP_JOURNAL, &watched);

	for (i = 0; i < CM_SOURCES && rc == 0 && watched; i++)
		if (attaching->tables.of[i].there)
			rc = cm_journal_watches(app, &attaching->tables.of[i], &watched);
	attaching->named = !watched;
	return rc;
}

/* Whether all rows are to be read: they never were, not to their end, or not by the words that count now. */
static int
wants_sweep(struct attaching *attaching, bool *sweep, bool *resume)
{
	struct cm_taker taker = { 0 };
	int64_t swept, seed;
	int rc;

	if ((rc = cm_store_begin(attaching->own)) < 0)
		return fail(attaching, attaching->own, rc);
	if ((rc = cm_meta_number(attaching->own, CM_FOLLOW_SWEEP, 1, &swept)) == 0 &&
	    (rc = cm_meta_number(attaching->own, CM_FOLLOW_SEED, 0, &seed)) == 0 && (rc = cm_taker_init(&taker, attaching->own)) == 0) {
		*resume = swept == CM_SWEEP_ON;
		*sweep = swept != CM_SWEEP_NONE || seed != taker.teller.seed;
		if (seed != taker.teller.seed && (rc = cm_meta_set_number(attaching->own, CM_FOLLOW_SEED, taker.teller.seed)) == 0 &&
		    seed != 0)
			rc = cm_meta_set_number(attaching->own, CM_FOLLOW_SWEEP, CM_SWEEP_FROM_START);
	}
	cm_taker_done(&taker);
	if (cm_store_end(attaching->own, rc == 0) < 0 || rc < 0)
		return fail(attaching, attaching->own, rc < 0 ? rc : CM_ESTORE);
	return 0;
}

/* From now on it answers. */
static int
open_to_questions(struct cm_store *own, void *arg)
{
	int rc = cm_meta_drop(own, CM_STATE);

	(void)arg;
	return rc < 0 ? rc : cm_meta_set_text(own, CM_FOLLOW_TROUBLE, "");
}

/* Whether questions are not answered yet, so that nobody else takes rows. */
static int
is_closed(struct attaching *attaching, bool *out)
{
	char state[16] = "";
	int rc;

	if ((rc = cm_store_begin(attaching->own)) < 0)
		return fail(attaching, attaching->own, rc);
	rc = cm_meta_text(attaching->own, CM_STATE, state, sizeof state);
	cm_store_end(attaching->own, false);
	*out = state[0] != '\0';
	return rc < 0 ? fail(attaching, attaching->own, rc) : 0;
}

/* Takes in what was written while it was attached; so it is found out, too, whether this is the file that was followed. */
static int
catch_up(struct attaching *attaching, struct cm_follow *follow)
{
	int64_t behind;
	int rc;

	do
		if ((rc = cm_follow_catch_up(follow, CATCH_UP_MS, &behind)) < 0)
			return say(attaching, rc, cm_follow_problem(follow));
	while (behind > 0);
	return 0;
}

static int
read_with(struct attaching *attaching, struct cm_follow *follow, bool closed, bool again)
{
	bool sweep = true, resume = false;
	int64_t mended;
	int rc;

	if ((!closed && (rc = catch_up(attaching, follow)) < 0) || (rc = wants_sweep(attaching, &sweep, &resume)) < 0)
		return rc;
	if ((sweep || again) && (rc = cm_follow_sweep(follow, resume && !again, attaching->progress, &mended)) < 0)
		return say(attaching, rc, cm_follow_problem(follow));
	return 0;
}

static int
read_rows(struct attaching *attaching, bool again)
{
	struct cm_follow *follow;
	bool closed = true;
	int rc;

	if ((rc = is_closed(attaching, &closed)) < 0)
		return rc;
	if (cm_follow_open_mode(attaching->url, closed ? CM_STORE_CREATE : CM_STORE_WRITE, &follow) < 0)
		return say(attaching, CM_ENOMEM, "Out of memory.");
	rc = read_with(attaching, follow, closed, again);
	cm_follow_close(follow);
	return rc;
}

/* One of our own, for calls that are sent, is brought up to this version and nothing else. */
static int
bring_up(struct attaching *attaching)
{
	struct cm_store *store;
	int rc;

	if (cm_store_open(attaching->url, CM_STORE_ADMIN, &store) < 0)
		return say(attaching, CM_ENOMEM, "Out of memory.");
	if ((rc = cm_repack(store, attaching->progress)) < 0 || (rc = cm_schema_migrate(store, attaching->progress)) < 0 ||
	    (rc = cm_chunks_make(store, attaching->chunking, attaching->said)) < 0 ||
	    (rc = cm_partitions_make(store, cm_pace_is_exclusive(attaching->progress))) < 0)
		fail(attaching, store, rc);
	else
		say(attaching, 0, attaching->said);
	cm_store_close(store);
	return rc;
}

/* Who writes to a file with a rollback journal waits for who reads, which an app may not be prepared for. */
static int
warn_of_waits(struct attaching *attaching)
{
	char mode[16] = "";
	int rc;

	if (cm_store_is_remote(attaching->app))
		return say(attaching, 0, attaching->said);
	if ((rc = cm_store_journal_mode(attaching->app, NULL, mode)) < 0)
		return fail(attaching, attaching->app, rc);
	if (strcmp(mode, "wal") != 0)
		say(attaching, 0, "Its journal mode is not wal, so a write of the app may have to wait some milliseconds for our "
		    "reads: its "
		    "connections need a busy timeout, as those of most libraries have, or PRAGMA journal_mode = wal.");
	return 0;
}

static int
attach(struct attaching *attaching)
{
	int64_t version;
	bool lost;
	int rc;

	if ((rc = transact(attaching, attaching->app, find_path)) < 0 || (rc = transact(attaching, attaching->app, look)) < 0)
		return rc;
	if (attaching->former && !attaching->tables.of[CM_SOURCE_CALLS - 1].there)
		return bring_up(attaching);
	if ((rc = check(attaching)) < 0 || (rc = make_own(attaching, &version)) < 0 ||
	    (rc = transact(attaching, attaching->app, has_lost_triggers)) < 0)
		return rc;
	lost = attaching->named;
	if (lost && (rc = transact(attaching, attaching->app, make_journal)) < 0)
		return rc;
	if ((rc = read_rows(attaching, lost && version > 0)) < 0)
		return rc;
	if ((rc = transact(attaching, attaching->own, open_to_questions)) < 0)
		return rc;
	return warn_of_waits(attaching);
}

int
cm_attach(const char *url, const char *zone, const struct cm_chunking *chunking, const struct cm_progress *progress,
    char problem[CM_ATTACH_PROBLEM])
{
	struct attaching attaching = { .url = url, .zone = zone, .chunking = chunking, .progress = progress, .problem = problem };
	int rc;

	problem[0] = '\0';
	if ((rc = open_stores(&attaching, url)) == 0)
		rc = attach(&attaching);
	return close_stores(&attaching, rc);
}

static int
migrate(struct attaching *attaching)
{
	int rc;

	if ((rc = transact(attaching, attaching->app, look)) < 0)
		return rc;
	return attaching->former || attaching->attached ? attach(attaching) : CM_ENOTFOUND;
}

int
cm_migrate(const char *url, const struct cm_chunking *chunking, const struct cm_progress *progress, char problem[CM_ATTACH_PROBLEM])
{
	struct attaching attaching = { .url = url, .chunking = chunking, .progress = progress, .problem = problem };
	int rc;

	problem[0] = '\0';
	if ((rc = open_stores(&attaching, url)) == 0)
		rc = migrate(&attaching);
	return close_stores(&attaching, rc);
}

static int
stop_answering(struct cm_store *own, void *arg)
{
	(void)arg;
	return cm_meta_set_text(own, CM_STATE, "detaching");
}

static int
remove_journal(struct cm_store *app, void *arg)
{
	const struct attaching *attaching = arg;
	int rc = cm_journal_remove(app, &attaching->tables);

	return rc < 0 || !attaching->former ? rc : cm_store_script(app, "former-remove");
}

/* On a server, where all goes at once; what is asked from then on is told that it is not attached. */
static int
remove_schema(struct cm_store *app, void *arg)
{
	int rc = cm_store_script(app, "own-schema");

	(void)arg;
	return rc < 0 ? rc : cm_store_script(app, "detach");
}

/* Ours beside the app's file: the write-ahead log first, since without it the rest is of no use to anybody. */
static int
remove_files(struct attaching *attaching)
{
	static const char *const suffixes[] = { "-wal", "-shm", "-journal", "" };
	char name[4096];
	size_t i;

	cm_store_close(attaching->own);
	attaching->own = NULL;
	for (i = 0; i < nitems(suffixes); i++) {
		snprintf(name, sizeof name, "%s%s", attaching->own_url, suffixes[i]);
		if (unlink(name) < 0 && errno != ENOENT)
			return say(attaching, CM_ESTORE, "The database of callmetrics beside it cannot be removed: check the mode of "
			    "their folder.");
	}
	return 0;
}

static int
detach(struct attaching *attaching)
{
	int rc;

	if ((rc = transact(attaching, attaching->app, look)) < 0)
		return rc;
	if (!attaching->attached && !attaching->former)
		return CM_ENOTFOUND;
	if (!attaching->tables.of[CM_SOURCE_CALLS - 1].there)
		return say(attaching, CM_EPARAM, "There is no voice app's table `calls` in this database, so the calls in it are "
		    "nowhere else: "
		    "it is not detached; export them first.");
	if (cm_store_is_remote(attaching->app))
		return transact(attaching, attaching->app, remove_schema);
	if (attaching->attached && (rc = transact(attaching, attaching->own, stop_answering)) < 0)
		return rc;
	if ((rc = transact(attaching, attaching->app, remove_journal)) < 0)
		return rc;
	return remove_files(attaching);
}

int
cm_detach(const char *url, const struct cm_progress *progress, char problem[CM_ATTACH_PROBLEM])
{
	struct attaching attaching = { .url = url, .progress = progress, .problem = problem };
	int rc;

	problem[0] = '\0';
	if ((rc = open_stores(&attaching, url)) == 0)
		rc = detach(&attaching);
	return close_stores(&attaching, rc);
}
