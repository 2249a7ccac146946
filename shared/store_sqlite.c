/*
 * store_sqlite: the store over a SQLite file.  The only file that knows sqlite3.
 *
 * Readers open read-only; the file is looked at before each transaction, so that one that was moved away, replaced or
 * attached meanwhile is noticed without a restart.
 */
#include "config.h"

#include "store.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "error.h"
#include "schema.h"
#include "settings.h"
#include "sql.h"
#include "store_sqlite.h"

enum {
	STATEMENTS_MAX = 96,
	PARAMETERS_MAX = 32,
	NOTES_MAX = 1000,
	BUSY_READ_MS = 2000,
	BUSY_WRITE_MS = 5000,
	QUERY_LIMIT_MS = 8000,		/* a question's; under nginx's patience */
	PROGRESS_OPS = 100000,
};

/* A parameter's name, within the text of its statement. */
struct parameter {
	const char *name;
	size_t length;
};

struct cm_rows {
	struct cm_store *store;
	sqlite3_stmt *stmt;
	const char *name;		/* NULL: free */
	struct parameter parameters[PARAMETERS_MAX];	/* ?1, ?2 .. */
	int parameter_count;
	struct timespec started;
	int64_t count;
};

struct cm_store {
	char *path;
	enum cm_store_mode mode;
	sqlite3 *db;
	dev_t device;
	ino_t inode;
	char problem[256];
	struct cm_rows rows[STATEMENTS_MAX];
	size_t rows_count;
	bool in_transaction;
	bool horizon_known;		/* pruned_before_us is of this transaction */
	int64_t pruned_before_us;
	bool inexact;
	void *memo;
	void (*release_memo)(void *memo);
	int64_t deadline_ms;
	bool explain;
	struct cm_note notes[NOTES_MAX];
	size_t note_count;
};

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Every way SQLite can fail, in words that name no path. */
static const struct {
	int code;
	int error;
	const char *problem;
} failures[] = {
	{ SQLITE_BUSY, CM_EBUSY, "The call database is locked by another program; try again." },
	{ SQLITE_LOCKED, CM_EBUSY, "The call database is locked by another program; try again." },
	{ SQLITE_INTERRUPT, CM_EBUSY, "The question took too long; ask for a narrower window." },
	{ SQLITE_NOMEM, CM_ENOMEM, "Out of memory." },
	{ SQLITE_NOTADB, CM_ESTORE, "The call database is corrupt or is not a SQLite database; restore it from a backup." },
	{ SQLITE_CORRUPT, CM_ESTORE,
	    "The call database is corrupt; check it with PRAGMA integrity_check and restore it from a backup." },
	{ SQLITE_FULL, CM_EBUSY, "The disk of the call database is full; free some space." },
	{ SQLITE_READONLY, CM_ESTORE, "The call database cannot be written: check its owner and mode, and those of its folder." },
	{ SQLITE_PERM, CM_ESTORE, "The call database cannot be read: check its owner and mode." },
	{ SQLITE_AUTH, CM_ESTORE, "The call database cannot be read: check its owner and mode." },
	{ SQLITE_CANTOPEN, CM_ESTORE,
	    "The call database cannot be opened: check its owner and mode, and those of its folder." },
	{ SQLITE_IOERR, CM_ESTORE, "Reading the call database failed; check the disk." },
};

static int
fail_as(struct cm_store *store, int error, const char *problem)
{
	snprintf(store->problem, sizeof store->problem, "%s", problem);
	return error;
}

static int
fail(struct cm_store *store, int code)
{
	size_t i;

	for (i = 0; i < nitems(failures); i++)
		if (failures[i].code == (code & 0xff))
			return fail_as(store, failures[i].error, failures[i].problem);
	snprintf(store->problem, sizeof store->problem, "The call database refused a statement: %s.",
	    store->db != NULL ? sqlite3_errmsg(store->db) : sqlite3_errstr(code));
	return CM_ESTORE;
}

const char *
cm_store_problem(const struct cm_store *store)
{
	return store->problem;
}

int
cm_store_open(const char *url, enum cm_store_mode mode, struct cm_store **out)
{
	struct cm_store *store = calloc(1, sizeof *store);

	if (store == NULL || (store->path = strdup(url)) == NULL) {
		free(store);
		return CM_ENOMEM;
	}
	store->mode = mode;
	*out = store;
	return 0;
}

static void
forget_notes(struct cm_store *store)
{
	while (store->note_count > 0)
		sqlite3_free((void *)(uintptr_t)store->notes[--store->note_count].statement);
}

void *
cm_store_memo(struct cm_store *store)
{
	return store->memo;
}

void
cm_store_set_memo(struct cm_store *store, void *memo, void (*release)(void *memo))
{
	if (store->memo != NULL)
		store->release_memo(store->memo);
	store->memo = memo;
	store->release_memo = release;
}

static void
disconnect(struct cm_store *store)
{
	size_t i;

	for (i = 0; i < store->rows_count; i++)
		sqlite3_finalize(store->rows[i].stmt);
	store->rows_count = 0;
	store->in_transaction = false;
	cm_store_set_memo(store, NULL, NULL);
	forget_notes(store);
	sqlite3_close(store->db);
	store->db = NULL;
}

void
cm_store_close(struct cm_store *store)
{
	if (store == NULL)
		return;
	disconnect(store);
	free(store->path);
	free(store);
}

sqlite3 *
cm_store_sqlite(struct cm_store *store)
{
	return store->db;
}

static int
past_deadline(void *arg)
{
	const struct cm_store *store = arg;

	return store->deadline_ms != 0 && monotonic_ms() > store->deadline_ms;
}

static int
run_text(struct cm_store *store, const char *text)
{
	int code = sqlite3_exec(store->db, text, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : fail(store, code);
}

/* A database that is there but cannot be ours yet says what to do. */
static int
check_attached(struct cm_store *store)
{
	sqlite3_stmt *stmt;
	int code, version = 0, objects = 0;

	code = sqlite3_prepare_v2(store->db, "SELECT count(*), sum(name = 'cm_meta') FROM sqlite_master", -1, &stmt, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		objects = sqlite3_column_int(stmt, 0);
		version = sqlite3_column_int(stmt, 1);
		code = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	if (code != SQLITE_OK)
		return fail(store, code);
	if (objects == 0)
		return fail_as(store, CM_ESTORE, "The call database is empty; run: callmetrics attach DATABASE");
	if (version == 0)
		return fail_as(store, CM_ESTORE, "The call database is not attached; run: callmetrics attach DATABASE");
	code = sqlite3_prepare_v2(store->db, "SELECT value FROM cm_meta WHERE key = 'schema_version'", -1, &stmt, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		version = sqlite3_column_int(stmt, 0);
		code = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	if (code != SQLITE_OK && code != SQLITE_DONE)
		return fail(store, code);
	if (code == SQLITE_DONE)
		return fail_as(store, CM_ESTORE, "Attaching the call database was broken off; run: callmetrics attach DATABASE");
	if (version < CM_SCHEMA_VERSION)
		return fail_as(store, CM_ESTORE, "The call database is of an older version; run: callmetrics migrate DATABASE");
	if (version > CM_SCHEMA_VERSION)
		return fail_as(store, CM_ESTORE, "The call database is of a newer version than this program; upgrade callmetrics.");
	return 0;
}

#define ADMIN_PRAGMAS "PRAGMA cache_size = -262144; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 2000"

/* How each mode opens.  Attaching may be broken off and run again, so it need not wait for the disk at each step. */
static const struct {
	int flags;
	int busy_ms;
	bool any_file;			/* whether or not our tables are in it */
	bool without_triggers;
	const char *set_up;
} modes[] = {
	[CM_STORE_READ] = { SQLITE_OPEN_READONLY, BUSY_READ_MS, .set_up = "PRAGMA cache_size = -8192; PRAGMA query_only = 1" },
	[CM_STORE_WRITE] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS,
	    .set_up = "PRAGMA cache_size = -16384; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000" },
	[CM_STORE_BULK] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS, .set_up = ADMIN_PRAGMAS },
	[CM_STORE_ADMIN] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS, .any_file = true, .set_up = ADMIN_PRAGMAS },
	[CM_STORE_CREATE] = { SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, BUSY_WRITE_MS, .any_file = true,
	    .set_up = ADMIN_PRAGMAS },
	[CM_STORE_RETENTION] = { SQLITE_OPEN_READWRITE, BUSY_WRITE_MS, .without_triggers = true,
	    .set_up = "PRAGMA cache_size = -65536; PRAGMA synchronous = NORMAL" },
};

static int
connect(struct cm_store *store)
{
	struct stat file;
	int code, rc;

	code = sqlite3_open_v2(store->path, &store->db, modes[store->mode].flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK || stat(store->path, &file) < 0) {
		rc = fail(store, code != SQLITE_OK ? code : SQLITE_CANTOPEN);
		disconnect(store);
		return rc;
	}
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, modes[store->mode].busy_ms);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	if (modes[store->mode].without_triggers)
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_progress_handler(store->db, PROGRESS_OPS, past_deadline, store);
	store->device = file.st_dev;
	store->inode = file.st_ino;
	if ((rc = run_text(store, modes[store->mode].set_up)) < 0 || (!modes[store->mode].any_file && (rc = check_attached(store)) < 0))
		disconnect(store);
	return rc;
}

/* Makes sure that the connection is to the file that now bears the name. */
static int
reconnect(struct cm_store *store)
{
	struct stat file;

	if (store->mode == CM_STORE_CREATE)
		return store->db != NULL ? 0 : connect(store);
	if (stat(store->path, &file) < 0) {
		disconnect(store);
		if (errno == ENOENT)
			return fail_as(store, CM_ESTORE,
			    "There is no call database where CALLMETRICS_DB points; put it there or correct the setting.");
		return fail(store, SQLITE_PERM);
	}
	if (file.st_size == 0) {
		disconnect(store);
		return fail_as(store, CM_ESTORE, store->mode == CM_STORE_ADMIN
			? "The file is empty; it becomes a call database when the voice app has made its tables."
			: "The call database is empty; run: callmetrics attach DATABASE");
	}
	if (access(store->path, store->mode == CM_STORE_READ ? R_OK : R_OK | W_OK) < 0) {
		disconnect(store);
		return fail(store, SQLITE_PERM);
	}
	if (store->db != NULL && (store->device != file.st_dev || store->inode != file.st_ino))
		disconnect(store);
	return store->db != NULL ? 0 : connect(store);
}

int
cm_store_begin(struct cm_store *store)
{
	int64_t limit_ms = cm_setting_int("CALLMETRICS_QUERY_LIMIT_MS", QUERY_LIMIT_MS, 1, 3600000);
	int rc;

	if ((rc = reconnect(store)) < 0)
		return rc;
	store->deadline_ms = store->mode == CM_STORE_READ ? monotonic_ms() + limit_ms : 0;
	if ((rc = run_text(store, store->mode == CM_STORE_READ ? "BEGIN" : "BEGIN IMMEDIATE")) < 0) {
		disconnect(store);
		return rc;
	}
	store->in_transaction = true;
	store->horizon_known = false;
	store->inexact = false;
	return 0;
}

void
cm_store_no_deadline(struct cm_store *store)
{
	store->deadline_ms = 0;
}

int
cm_store_end(struct cm_store *store, bool keep)
{
	size_t i;
	int rc = 0;

	if (!store->in_transaction)
		return 0;
	for (i = 0; i < store->rows_count; i++)
		cm_rows_done(&store->rows[i]);
	store->deadline_ms = 0;
	store->in_transaction = false;
	cm_store_set_memo(store, NULL, NULL);
	if (keep && (rc = run_text(store, "COMMIT")) == 0)
		return 0;
	if (run_text(store, "ROLLBACK") < 0)
		disconnect(store);
	return rc;
}

int
cm_store_savepoint(struct cm_store *store)
{
	return run_text(store, "SAVEPOINT part");
}

int
cm_store_release(struct cm_store *store, bool keep)
{
	return run_text(store, keep ? "RELEASE part" : "ROLLBACK TO part; RELEASE part");
}

static struct cm_rows *
kept_rows(struct cm_store *store, const char *name)
{
	size_t i;

	for (i = 0; i < store->rows_count; i++)
		if (strcmp(store->rows[i].name, name) == 0)
			return &store->rows[i];
	return NULL;
}

/* Notes the names of a statement's parameters, since to ask SQLite for each at each run costs as much as a short statement.
 * SQLite's own copy of a name goes away when it prepares the statement anew; the text stays. */
static int
name_parameters(struct cm_rows *rows, const char *text)
{
	const char *name;
	int i;

	rows->parameter_count = sqlite3_bind_parameter_count(rows->stmt);
	if (rows->parameter_count > PARAMETERS_MAX)
		return CM_ESTORE;
	for (i = 0; i < rows->parameter_count; i++) {
		if ((name = sqlite3_bind_parameter_name(rows->stmt, i + 1)) == NULL || (name = strstr(text, name)) == NULL)
			return CM_ESTORE;
		rows->parameters[i].name = name + 1;
		rows->parameters[i].length = strlen(sqlite3_bind_parameter_name(rows->stmt, i + 1)) - 1;
	}
	return 0;
}

static bool
is_named(const struct cm_bind *bind, const struct parameter *parameter)
{
	return strncmp(bind->name, parameter->name, parameter->length) == 0 && bind->name[parameter->length] == '\0';
}

static int
prepare(struct cm_store *store, const char *name, struct cm_rows **out)
{
	struct cm_rows *rows = kept_rows(store, name);
	const char *text;
	int code;

	if (rows == NULL) {
		if ((text = cm_sql_text("sqlite", name)) == NULL || store->rows_count == STATEMENTS_MAX)
			return fail_as(store, CM_ESTORE, "A statement is missing from this program; install it again.");
		rows = &store->rows[store->rows_count];
		code = sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT, &rows->stmt, NULL);
		if (code != SQLITE_OK)
			return fail(store, code);
		rows->store = store;
		rows->name = name;
		if (name_parameters(rows, text) < 0) {
			sqlite3_finalize(rows->stmt);
			return fail_as(store, CM_ESTORE, "A statement of this program has parameters that it should not have.");
		}
		store->rows_count++;
	}
	*out = rows;
	return 0;
}

static void
bind_one(sqlite3_stmt *stmt, int at, const struct cm_bind *bind)
{
	if (bind->type == CM_BIND_INT)
		sqlite3_bind_int64(stmt, at, bind->number);
	else if (bind->type == CM_BIND_TEXT && bind->text != NULL)
		sqlite3_bind_text(stmt, at, bind->text, -1, SQLITE_STATIC);
}

/* Binds by name.  Both lists tend to be in the same order, so each search goes on from where the last one ended. */
static void
bind(struct cm_rows *rows, const struct cm_bind *binds)
{
	size_t count = 0, at = 0, left;
	int i;

	while (binds != NULL && binds[count].name != NULL)
		count++;
	for (i = 0; i < rows->parameter_count; i++) {
		for (left = count; left > 0 && !is_named(&binds[at], &rows->parameters[i]); left--)
			at = at + 1 < count ? at + 1 : 0;
		if (left > 0)
			bind_one(rows->stmt, i + 1, &binds[at]);
	}
}

int
cm_store_query(struct cm_store *store, const char *name, const struct cm_bind *binds, struct cm_rows **out)
{
	struct cm_rows *rows = NULL;
	int rc;

	if ((rc = prepare(store, name, &rows)) < 0)
		return rc;
	bind(rows, binds);
	rows->count = 0;
	if (store->explain)
		clock_gettime(CLOCK_MONOTONIC, &rows->started);
	*out = rows;
	return 0;
}

int64_t
cm_store_run(struct cm_store *store, const char *name, const struct cm_bind *binds)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(store, name, binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		continue;
	cm_rows_done(rows);
	return rc < 0 ? rc : sqlite3_changes(store->db);
}

int
cm_rows_next(struct cm_rows *rows)
{
	int code = sqlite3_step(rows->stmt);

	if (code == SQLITE_ROW) {
		rows->count++;
		return 1;
	}
	return code == SQLITE_DONE ? 0 : fail(rows->store, code);
}

bool
cm_rows_null(const struct cm_rows *rows, int column)
{
	return sqlite3_column_type(rows->stmt, column) == SQLITE_NULL;
}

int64_t
cm_rows_int(const struct cm_rows *rows, int column)
{
	return sqlite3_column_int64(rows->stmt, column);
}

const char *
cm_rows_text(const struct cm_rows *rows, int column)
{
	const unsigned char *text = sqlite3_column_text(rows->stmt, column);

	return text != NULL ? (const char *)text : "";
}

size_t
cm_rows_bytes(const struct cm_rows *rows, int column)
{
	return (size_t)sqlite3_column_bytes(rows->stmt, column);
}

static void
note(struct cm_rows *rows)
{
	struct cm_store *store = rows->store;
	struct timespec now;
	struct cm_note *note;

	if (store->note_count == NOTES_MAX)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	note = &store->notes[store->note_count++];
	note->statement = sqlite3_expanded_sql(rows->stmt);
	note->rows = rows->count;
	note->milliseconds = (double)(now.tv_sec - rows->started.tv_sec) * 1e3 +
	    (double)(now.tv_nsec - rows->started.tv_nsec) / 1e6;
}

void
cm_rows_done(struct cm_rows *rows)
{
	if (rows == NULL)
		return;
	if (rows->started.tv_sec != 0)
		note(rows);
	rows->started.tv_sec = 0;
	sqlite3_reset(rows->stmt);
	sqlite3_clear_bindings(rows->stmt);
}

int
cm_store_script(struct cm_store *store, const char *name)
{
	const char *text = cm_sql_text("sqlite", name);

	return text != NULL ? run_text(store, text) : fail_as(store, CM_ESTORE, "A script is missing from this program.");
}

static int
read_journal_mode(struct cm_store *store, const char *pragma, char mode[16])
{
	sqlite3_stmt *stmt;
	int code;

	code = sqlite3_prepare_v2(store->db, pragma, -1, &stmt, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		snprintf(mode, 16, "%s", (const char *)sqlite3_column_text(stmt, 0));
		code = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return code == SQLITE_OK ? 0 : fail(store, code);
}

int
cm_store_journal_mode(struct cm_store *store, const char *mode, char former[16])
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

int
cm_store_pruned_before(struct cm_store *store, int64_t *out_us)
{
	int rc = 0;

	if (!store->horizon_known)
		rc = cm_store_number(store, "pruned-before", NULL, &store->pruned_before_us);
	if (rc < 0)
		return rc;
	store->horizon_known = true;
	*out_us = store->pruned_before_us;
	return 0;
}

void
cm_store_set_inexact(struct cm_store *store)
{
	store->inexact = true;
}

bool
cm_store_is_inexact(const struct cm_store *store)
{
	return store->inexact;
}

void
cm_store_explain(struct cm_store *store, bool on)
{
	forget_notes(store);
	store->explain = on;
}

const struct cm_note *
cm_store_notes(const struct cm_store *store, size_t *count)
{
	*count = store->note_count;
	return store->notes;
}
