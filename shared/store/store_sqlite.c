/*
 * store_sqlite: a store over a SQLite file.
 *
 * Readers open read-only; the file is looked at before each transaction, so that one that was moved away, replaced or
 * attached meanwhile is noticed without a restart.
 */
#include "config.h"

#include "sqlite_own.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "error.h"
#include "schema_version.h"
#include "settings.h"

enum { BUSY_READ_MS = 2000, BUSY_WRITE_MS = 5000, PROGRESS_OPS = 100000, BUSY_STEP_US = 100, BUSY_TRIES = 50 };

static int
open_link(struct cm_store *store)
{
	/* Statistics of memory that nobody asks for take a lock at each allocation.  Refused, and no matter, once SQLite is in use. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	store->link = calloc(1, sizeof(struct cm_sqlite_link));
	return store->link != NULL ? 0 : CM_ENOMEM;
}

static void
disconnect(struct cm_store *store)
{
	sqlite3_close(cm_sqlite_link(store)->db);
	cm_sqlite_link(store)->db = NULL;
}

static void
close_link(struct cm_store *store)
{
	free(store->link);
}

static int
past_deadline(void *arg)
{
	const struct cm_store *store = arg;

	return (store->deadline_ms != 0 && cm_store_now_ms() > store->deadline_ms) || cm_store_is_given_up(store);
}

static int
run_text(struct cm_store *store, const char *text)
{
	int code = sqlite3_exec(cm_sqlite_link(store)->db, text, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : cm_sqlite_fail(store, code);
}

static int
fail_empty(struct cm_store *store)
{
	return cm_store_fail(store, CM_ESTORE, "The call database is an empty file; attach it when the voice app has made its tables, or, "
	    "for calls that are sent: callmetrics create DATABASE");
}

static int
check_state(struct cm_store *store)
{
	sqlite3_stmt *stmt;
	int rc = 0, code;

	code = sqlite3_prepare_v2(cm_sqlite_link(store)->db, "SELECT value FROM cm_meta WHERE key = 'state'", -1, &stmt, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW)
		rc = cm_store_fail(store, CM_ESTORE, cm_store_state_problem((const char *)sqlite3_column_text(stmt, 0)));
	sqlite3_finalize(stmt);
	return rc < 0 || code == SQLITE_DONE ? rc : cm_sqlite_fail(store, code);
}

/* A database that is there but cannot be ours yet says what to do. */
static int
check_attached(struct cm_store *store)
{
	sqlite3_stmt *stmt;
	int code, rc, version = 0, objects = 0;

	code = sqlite3_prepare_v2(cm_sqlite_link(store)->db, "SELECT count(*), sum(name = 'cm_meta') FROM sqlite_master", -1, &stmt, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		objects = sqlite3_column_int(stmt, 0);
		version = sqlite3_column_int(stmt, 1);
		code = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	if (code != SQLITE_OK)
		return cm_sqlite_fail(store, code);
	if (objects == 0)
		return fail_empty(store);
	if (version == 0)
		return cm_store_fail(store, CM_ESTORE, "The call database is not attached; run: callmetrics attach DATABASE");
	if ((rc = check_state(store)) < 0)
		return rc;
	code = sqlite3_prepare_v2(cm_sqlite_link(store)->db, "SELECT value FROM cm_meta WHERE key = 'schema_version'", -1, &stmt, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		version = sqlite3_column_int(stmt, 0);
		code = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	if (code != SQLITE_OK && code != SQLITE_DONE)
		return cm_sqlite_fail(store, code);
	if (code == SQLITE_DONE)
		return cm_store_fail(store, CM_ESTORE, "Attaching the call database was broken off; run: callmetrics attach DATABASE");
	if (version < CM_SCHEMA_VERSION)
		return cm_store_fail(store, CM_ESTORE, "The call database is of an older version; run: callmetrics migrate DATABASE");
	if (version > CM_SCHEMA_VERSION)
		return cm_store_fail(store, CM_ESTORE, "The call database is of a newer version than this program; upgrade callmetrics.");
	return 0;
}

#define ADMIN_PRAGMAS "PRAGMA cache_size = -262144; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 2000"

/* How each mode opens.  Attaching may be broken off and run again, so it need not wait for the disk at each step. */
static const struct {
	int flags;
	int busy_ms;
	bool any_file;			/* whether or not our tables are in it */
	bool without_triggers;
	bool is_app;			/* the voice app's own file, not ours beside it */
	const char *set_up;
} modes[] = {
	[CM_STORE_READ] = { SQLITE_OPEN_READONLY, BUSY_READ_MS, .set_up = "PRAGMA cache_size = -1024; PRAGMA query_only = 1" },
	[CM_STORE_WRITE] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS,
	    .set_up = "PRAGMA cache_size = -16384; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000" },
	[CM_STORE_BULK] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS, .set_up = ADMIN_PRAGMAS },
	[CM_STORE_ADMIN] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS, .any_file = true, .set_up = ADMIN_PRAGMAS },
	[CM_STORE_CREATE] = { SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, BUSY_WRITE_MS, .any_file = true,
	    .set_up = ADMIN_PRAGMAS },
	[CM_STORE_RETENTION] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS, .without_triggers = true,
	    .set_up = "PRAGMA cache_size = -65536; PRAGMA synchronous = NORMAL" },
	[CM_STORE_APP_READ] = { SQLITE_OPEN_READONLY, BUSY_READ_MS, .is_app = true, .any_file = true,
	    .set_up = "PRAGMA cache_size = -1024; PRAGMA query_only = 1" },
	[CM_STORE_APP_WRITE] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS, .is_app = true, .any_file = true,
	    .set_up = "PRAGMA cache_size = -1024; PRAGMA synchronous = FULL" },
	[CM_STORE_FOLLOW] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS,
	    .set_up = "PRAGMA cache_size = -16384; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 2000" },
	[CM_STORE_CATCH_UP] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS,
	    .set_up = "PRAGMA cache_size = -16384; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000" },
	[CM_STORE_COPY] = { SQLITE_OPEN_READONLY, BUSY_READ_MS, .set_up = "PRAGMA query_only = 1" },
};

/* SQLite tells nobody that a lock is free, and one that writes in between holds it for less than a millisecond: it is tried again soon, and
 * the less often the longer that takes. */
static int
wait_for_others(void *arg, int tries)
{
	const struct cm_store *store = arg;
	struct cm_sqlite_link *link = cm_sqlite_link(store);
	struct timespec pause = { .tv_nsec = (tries < BUSY_TRIES ? tries + 1 : BUSY_TRIES) * BUSY_STEP_US * 1000L };

	if (tries == 0)
		link->busy_until_ms = cm_store_now_ms() + (store->patience_ms > 0 ? store->patience_ms : modes[store->mode].busy_ms);
	if (cm_store_now_ms() >= link->busy_until_ms)
		return 0;
	nanosleep(&pause, NULL);
	return 1;
}

/* A new file is for its owner and its group; what SQLite puts beside it follows.  Where it cannot be made, opening says why; a mode or
 * group that makes no sense counts as not given. */
static void
make_file(const char *path)
{
	const char *mode = cm_setting("CALLMETRICS_DB_MODE"), *name = cm_setting("CALLMETRICS_DB_GROUP");
	const struct group *group = name != NULL ? getgrnam(name) : NULL;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0)
		return;
	if ((group == NULL || fchown(fd, (uid_t)-1, group->gr_gid) == 0) && mode != NULL && strspn(mode, "0246") == strlen(mode))
		fchmod(fd, (mode_t)strtoul(mode, NULL, 8) & 0666);
	close(fd);
}

static int
connect(struct cm_store *store)
{
	struct cm_sqlite_link *link = cm_sqlite_link(store);
	struct stat file;
	int code, rc;

	if (store->mode == CM_STORE_CREATE)
		make_file(link->path);
	code = sqlite3_open_v2(link->path, &link->db, modes[store->mode].flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK || stat(link->path, &file) < 0) {
		rc = cm_sqlite_fail(store, code != SQLITE_OK ? code : SQLITE_CANTOPEN);
		cm_store_forget(store);
		return rc;
	}
	sqlite3_extended_result_codes(link->db, 1);
	sqlite3_busy_handler(link->db, wait_for_others, store);
	sqlite3_db_config(link->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	if (modes[store->mode].without_triggers)
		sqlite3_db_config(link->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_progress_handler(link->db, PROGRESS_OPS, past_deadline, store);
	link->device = file.st_dev;
	link->inode = file.st_ino;
	link->wal = 0;
	if ((rc = run_text(store, modes[store->mode].set_up)) < 0 || (!modes[store->mode].any_file && (rc = check_attached(store)) < 0))
		cm_store_forget(store);
	return rc;
}

/* Whether the write-ahead log that is open is not the one that lies there.  While somebody has it open SQLite leaves it there, so then
 * somebody took it away, and what is committed to it from now on is gone with the last who has it open. */
static bool
wal_is_gone(struct cm_store *store)
{
	struct cm_sqlite_link *link = cm_sqlite_link(store);
	char path[PATH_MAX];
	struct stat file;

	if (snprintf(path, sizeof path, "%s-wal", store->url) >= (int)sizeof path)
		return false;
	if (stat(path, &file) < 0)
		return errno == ENOENT && link->wal != 0;
	if (link->wal == 0)
		link->wal = file.st_ino;
	return link->wal != file.st_ino;
}

static int
fail_wal(struct cm_store *store)
{
	return cm_store_fail(store, CM_ESTORE, "The -wal file of the call database was deleted or replaced while it was in use; what was "
	    "stored last may be lost with it.  Look for what deletes it.");
}

/* What was committed to a log that has lost its name is brought into the database, as long as somebody has it open who may write. */
static int
leave_wal(struct cm_store *store)
{
	if (modes[store->mode].flags & SQLITE_OPEN_READWRITE)
		sqlite3_wal_checkpoint_v2(cm_sqlite_link(store)->db, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL);
	cm_store_forget(store);
	return fail_wal(store);
}

/* What a name that leads to no database is told. */
static int
check_name(struct cm_store *store, const struct stat *file)
{
	const char *slash = strrchr(store->url, '/');
	char folder[PATH_MAX];

	if (strstr(store->url, "://") != NULL)
		return cm_store_fail(store, CM_ESTORE,
		    "There is no such kind of database; it is the path of a SQLite file, or postgresql://[USER@]HOST/NAME.");
	if (file != NULL && !S_ISREG(file->st_mode))
		return cm_store_fail(store, CM_ESTORE, S_ISDIR(file->st_mode)
			? "This is a folder; a call database is a file in it." : "This is no file that could be a call database.");
	if (file != NULL || store->mode != CM_STORE_CREATE || slash == NULL)
		return 0;
	snprintf(folder, sizeof folder, "%.*s", (int)(slash - store->url) + 1, store->url);
	if (access(folder, F_OK) < 0)
		return cm_store_fail(store, CM_ESTORE, "The folder that it is to lie in is not there; make that first.");
	return 0;
}

static int
fail_missing(struct cm_store *store)
{
	return cm_store_fail(store, CM_ESTORE, !modes[store->mode].any_file || store->mode == CM_STORE_APP_READ
		? "There is no call database where CALLMETRICS_DB or --db points; correct that, or make one: callmetrics create DATABASE"
		: "There is no such file; for calls that are sent make one: callmetrics create DATABASE");
}

/* Ours is the file beside the voice app's, where there is one; else the file itself. */
static void
find_path(struct cm_store *store)
{
	struct cm_sqlite_link *link = cm_sqlite_link(store);
	struct stat file;

	snprintf(link->path, sizeof link->path, "%s%s", store->url, CM_OWN_SUFFIX);
	if (modes[store->mode].is_app || stat(link->path, &file) < 0)
		snprintf(link->path, sizeof link->path, "%s", store->url);
}

/* Makes sure that the connection is to the file that now bears the name. */
static int
reconnect(struct cm_store *store)
{
	const struct cm_sqlite_link *link = cm_sqlite_link(store);
	struct stat file;
	int missing, rc;

	find_path(store);
	missing = stat(link->path, &file) < 0 ? errno : 0;
	if ((rc = check_name(store, missing == 0 ? &file : NULL)) < 0) {
		cm_store_forget(store);
		return rc;
	}
	if (store->mode == CM_STORE_CREATE)
		return link->db != NULL ? 0 : connect(store);
	if (missing != 0) {
		cm_store_forget(store);
		return missing == ENOENT || missing == ENOTDIR ? fail_missing(store) : cm_sqlite_fail(store, SQLITE_PERM);
	}
	if (file.st_size == 0) {
		cm_store_forget(store);
		return fail_empty(store);
	}
	if (access(link->path, modes[store->mode].flags & SQLITE_OPEN_READONLY ? R_OK : R_OK | W_OK) < 0) {
		cm_store_forget(store);
		return cm_sqlite_fail(store, SQLITE_PERM);
	}
	if (link->db != NULL && (link->device != file.st_dev || link->inode != file.st_ino))
		cm_store_forget(store);
	return link->db != NULL ? 0 : connect(store);
}

static int
begin(struct cm_store *store)
{
	int rc;

	if ((rc = reconnect(store)) < 0)
		return rc;
	if (wal_is_gone(store))
		return leave_wal(store);
	if ((rc = run_text(store, modes[store->mode].flags & SQLITE_OPEN_READONLY ? "BEGIN" : "BEGIN IMMEDIATE")) < 0)
		cm_store_forget(store);
	return rc;
}

static int
commit(struct cm_store *store)
{
	return store->mode != CM_STORE_READ && wal_is_gone(store) ? fail_wal(store) : run_text(store, "COMMIT");
}

/* A full disk may have rolled it back already; and the first failure is the one that is told. */
static int
roll_back(struct cm_store *store)
{
	sqlite3 *db = cm_sqlite_link(store)->db;

	if (sqlite3_get_autocommit(db) != 0 || sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return CM_ESTORE;
}

static int
read_journal_mode(struct cm_store *store, const char *pragma, char mode[16])
{
	sqlite3_stmt *stmt;
	int code;

	code = sqlite3_prepare_v2(cm_sqlite_link(store)->db, pragma, -1, &stmt, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		snprintf(mode, 16, "%s", (const char *)sqlite3_column_text(stmt, 0));
		code = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return code == SQLITE_OK ? 0 : cm_sqlite_fail(store, code);
}

static int
journal_mode(struct cm_store *store, const char *mode, char former[16])
{
	char pragma[48], now[16];
	int rc;

	if ((rc = reconnect(store)) < 0 || (rc = read_journal_mode(store, "PRAGMA journal_mode", former)) < 0)
		return rc;
	if (mode == NULL || strcmp(former, mode) == 0)
		return 0;
	snprintf(pragma, sizeof pragma, "PRAGMA journal_mode = %s", mode);
	return read_journal_mode(store, pragma, now);
}

/* Pages that are written again and again stay in memory, and are brought into the file less often. */
static int
expect_much(struct cm_store *store, bool much)
{
	int rc;

	if (cm_sqlite_link(store)->db == NULL)
		return 0;
	if (much)
		return run_text(store, "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16000");
	return (rc = run_text(store, modes[store->mode].set_up)) < 0 ? rc : run_text(store, "PRAGMA shrink_memory");
}

static bool
lies_beside(const struct cm_store *store)
{
	return strcmp(cm_sqlite_link(store)->path, store->url) != 0;
}

const struct cm_engine cm_engine_sqlite = {
	.name = "sqlite", .open = open_link, .close = close_link, .begin = begin, .commit = commit, .roll_back = roll_back,
	.disconnect = disconnect, .script = run_text, .journal_mode = journal_mode, .lies_beside = lies_beside, .expect_much = expect_much,
	.changes = cm_sqlite_changes, .prepare = cm_sqlite_prepare, .finish = cm_sqlite_finish, .bind = cm_sqlite_bind,
	.next = cm_sqlite_next, .reset = cm_sqlite_reset, .is_null = cm_sqlite_is_null, .get_int = cm_sqlite_get_int,
	.get_real = cm_sqlite_get_real, .get_type = cm_sqlite_get_type, .get_text = cm_sqlite_get_text,
	.get_bytes = cm_sqlite_get_bytes, .get_blob = cm_sqlite_get_blob, .shown = cm_sqlite_shown,
};
