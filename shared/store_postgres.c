/*
 * store_postgres: a store over a PostgreSQL server.  The only file that knows libpq.
 *
 * Names, TLS, password files and several hosts are libpq's own settings, in the URL or in the environment (PGSSLMODE, PGPASSFILE ...).
 * A connection that broke while nothing was asked is made anew without a word; a server that is away is tried again after ever longer
 * pauses, so that a crowd of workers does not fall upon it as it comes back.
 *
 * Values go and come as text.  Statements are prepared once in each connection; the types of their parameters are those of the binds
 * (bigint, text), or, for the statements source-*, which write to the voice app's own tables, what the server finds.
 */
#include "config.h"

#include "store_own.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "error.h"
#include "log.h"
#include "postgres_text.h"
#include "schema.h"
#include "settings.h"
#include "sql.h"
#include "text.h"

/* libpq is loaded when the first store on a server is opened: with all that it brings along it takes a megabyte of each process. */
#define LIBRARY "libpq.so.5"
#define FUNCTIONS(X) \
	X(PQclear) X(PQcmdStatus) X(PQcmdTuples) X(PQconnectdbParams) X(PQerrorMessage) X(PQescapeLiteral) \
	X(PQexec) X(PQexecParams) X(PQexecPrepared) X(PQfinish) X(PQfreemem) X(PQgetResult) X(PQgetisnull) \
	X(PQgetlength) X(PQgetvalue) X(PQnfields) X(PQntuples) X(PQprepare) X(PQputCopyData) X(PQputCopyEnd) \
	X(PQresultErrorField) X(PQresultStatus) X(PQsetNoticeReceiver) X(PQstatus) X(PQtransactionStatus)
#define DECLARE(function) __typeof__(function) *function;
#define LOAD(function) && (*(void **)(void *)&pq.function = dlsym(library, #function)) != NULL

static struct {
	bool loaded;
	FUNCTIONS(DECLARE)
} pq;

static pthread_once_t pq_once = PTHREAD_ONCE_INIT;

static void
load_libpq(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	pq.loaded = library != NULL FUNCTIONS(LOAD);
}

enum {
	RETRY_LEAST_MS = 100, RETRY_MOST_MS = 5000,
	FETCH_ROWS = 2000,		/* of a stream at a time */
	NUMBER_TEXT = 24,
};

/* Types by their numbers in pg_type. */
enum { TYPE_INFERRED = 0, TYPE_BIGINT = 20, TYPE_TEXT = 25, TYPE_TEXTS = 1009, TYPE_BIGINTS = 1016 };

/* A store's connection. */
struct link {
	PGconn *conn;
	int64_t retry_at_ms;		/* not before, on the monotonic clock */
	int64_t pause_ms;
	bool limited;			/* statement_timeout is in force in this transaction */
	int64_t changed;		/* rows, by the last statement */
	unsigned names;			/* given to statements so far */
};

struct statement {
	char name[16];
	char *text;			/* with $1 for :name */
	PGresult *result;
	int row;			/* the one that is read, of the result */
	bool started;
	bool cursor;			/* the result is a part of a stream */
	bool out_of_memory;		/* a value could not be kept */
	const char *values[CM_PARAMETERS_MAX];
	char *owned[CM_PARAMETERS_MAX];	/* what of the values was made here */
	char numbers[CM_PARAMETERS_MAX][NUMBER_TEXT];
};

static struct link *
link_of(const struct cm_store *store)
{
	return store->link;
}

static struct statement *
statement_of(const struct cm_rows *rows)
{
	return rows->statement;
}

#define REFUSED "The database server refuses the connection; the log says why."
#define GONE "The database server went away or cannot be reached; try again."

/* Every way PostgreSQL can fail, by the beginning of its SQLSTATE, in words that name neither hosts nor tables. */
static const struct {
	const char *state;
	int error;
	const char *problem;
} failures[] = {
	{ "08", CM_EBUSY, GONE },
	{ "57P", CM_EBUSY, GONE },
	{ "57014", CM_EBUSY, "The question took too long; ask for a narrower window." },
	{ "55P03", CM_EBUSY, "The call database is locked by another program; try again." },
	{ "40", CM_EBUSY, "The call database gave way to another transaction; try again." },
	{ "53100", CM_EBUSY, "The disk of the call database is full; free some space." },
	{ "53200", CM_EBUSY, "The database server is out of memory." },
	{ "53", CM_EBUSY, "The database server has no connection to spare; raise its max_connections or start fewer workers." },
	{ "25006", CM_ESTORE, "The database server only reads: what writes must be pointed to the primary." },
	{ "42501", CM_ESTORE, "The database role may not do this; see the roles in docs/operators.md." },
	{ "XX00", CM_ESTORE, "The call database is corrupt; restore it from a backup." },
};

/* Tells what a result, or without one the connection, failed of. */
static int
fail(struct cm_store *store, const PGresult *result)
{
	const char *state = pq.PQresultErrorField(result, PG_DIAG_SQLSTATE), *message, *hint;
	char problem[CM_PROBLEM_TEXT];
	size_t i;

	if (pq.PQstatus(link_of(store)->conn) == CONNECTION_BAD)
		return cm_store_fail(store, CM_EBUSY, GONE);
	for (i = 0; state != NULL && i < nitems(failures); i++)
		if (strncmp(state, failures[i].state, strlen(failures[i].state)) == 0)
			return cm_store_fail(store, failures[i].error, failures[i].problem);
	message = pq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	hint = pq.PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	snprintf(problem, sizeof problem, "The call database refused a statement: %s%s%s.", message != NULL ? message : "no memory",
	    hint != NULL ? "; " : "", hint != NULL ? hint : "");
	return cm_store_fail(store, CM_ESTORE, problem);
}

static int
open_link(struct cm_store *store)
{
	pthread_once(&pq_once, load_libpq);
	store->link = calloc(1, sizeof(struct link));
	return store->link != NULL ? 0 : CM_ENOMEM;
}

static void
disconnect(struct cm_store *store)
{
	if (link_of(store)->conn != NULL)
		pq.PQfinish(link_of(store)->conn);
	link_of(store)->conn = NULL;
}

static void
close_link(struct cm_store *store)
{
	free(store->link);
}

/* Runs statements that have no parameters and whose rows nobody wants. */
static int
run_text(struct cm_store *store, const char *text)
{
	PGresult *result = pq.PQexec(link_of(store)->conn, text);
	ExecStatusType status = pq.PQresultStatus(result);
	int rc = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? 0 : fail(store, result);

	pq.PQclear(result);
	return rc;
}

/* One text of one row; NULL in *value where there is none. */
static int
run_for_text(struct cm_store *store, const char *text, char value[32], bool *found)
{
	PGresult *result = pq.PQexec(link_of(store)->conn, text);
	int rc = pq.PQresultStatus(result) == PGRES_TUPLES_OK ? 0 : fail(store, result);

	*found = rc == 0 && pq.PQntuples(result) > 0 && !pq.PQgetisnull(result, 0, 0);
	if (*found)
		snprintf(value, 32, "%s", pq.PQgetvalue(result, 0, 0));
	pq.PQclear(result);
	return rc;
}

/* A database that is there but cannot be ours yet says what to do. */
static int
check_attached(struct cm_store *store)
{
	char value[32];
	bool found;
	long version;
	int rc;

	if ((rc = run_for_text(store, "SELECT to_regclass('cm_meta')", value, &found)) < 0)
		return rc;
	if (!found)
		return cm_store_fail(store, CM_ESTORE,
		    "The call database is not attached; run: callmetrics attach DATABASE, or for one of its own: create DATABASE");
	if ((rc = run_for_text(store, "SELECT value FROM cm_meta WHERE key = 'moving'", value, &found)) < 0)
		return rc;
	if (found)
		return cm_store_fail(store, CM_ESTORE, "The call database is still being copied; where that was broken off, run it again.");
	if ((rc = run_for_text(store, "SELECT value FROM cm_meta WHERE key = 'schema_version'", value, &found)) < 0)
		return rc;
	if (!found)
		return cm_store_fail(store, CM_ESTORE, "Attaching the call database was broken off; run: callmetrics attach DATABASE");
	version = strtol(value, NULL, 10);
	if (version < CM_SCHEMA_VERSION)
		return cm_store_fail(store, CM_ESTORE, "The call database is of an older version; run: callmetrics migrate DATABASE");
	if (version > CM_SCHEMA_VERSION)
		return cm_store_fail(store, CM_ESTORE, "The call database is of a newer version than this program; upgrade callmetrics.");
	return 0;
}

#define COMMON "SET jit = off; SET TimeZone = 'UTC'; "

/* Plans are made once for all values, and join tables in the order in which the statements name them, as on SQLite. */
#define PLANS COMMON "SET plan_cache_mode = force_generic_plan; SET join_collapse_limit = 1; " \
	"SET max_parallel_workers_per_gather = 0; SET enable_seqscan = off; SET enable_bitmapscan = off; SET random_page_cost = 1.1; "
#define DURABLE "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')"

/* Advisory locks, in all of callmetrics' own two-part numbers: who takes events in or folds (cm_fold), and who changes the schema. */
#define LOCK_WRITING "SELECT pg_advisory_xact_lock(25453, 1)"
#define LOCK_SCHEMA "SELECT pg_advisory_xact_lock(25453, 2)"

/* How each mode works. */
static const struct {
	bool any_database;		/* whether or not our tables are in it */
	bool reads_only;
	bool job;			/* a person waits: what libpq says is told whole */
	const char *set_up;
	const char *begin;
} modes[] = {
	[CM_STORE_READ] = { .reads_only = true,
	    .set_up = PLANS "SET default_transaction_read_only = on; SET lock_timeout = '2s'",
	    .begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" },
	[CM_STORE_WRITE] = { .set_up = PLANS "SET lock_timeout = '5s'; " DURABLE, .begin = "BEGIN; " LOCK_WRITING },
	[CM_STORE_BULK] = { .job = true, .set_up = PLANS "SET lock_timeout = '5s'; SET synchronous_commit = off",
	    .begin = "BEGIN; " LOCK_WRITING },
	[CM_STORE_ADMIN] = { .any_database = true, .job = true, .set_up = COMMON "SET lock_timeout = '5s'",
	    .begin = "BEGIN; " LOCK_SCHEMA },
	[CM_STORE_CREATE] = { .any_database = true, .job = true, .set_up = COMMON "SET lock_timeout = '5s'",
	    .begin = "BEGIN; " LOCK_SCHEMA },
	[CM_STORE_RETENTION] = { .job = true, .set_up = PLANS "SET lock_timeout = '5s'; SET callmetrics.retention = 'on'",
	    .begin = "BEGIN; " LOCK_SCHEMA },
	[CM_STORE_MOVE] = { .any_database = true, .job = true,
	    .set_up = COMMON "SET lock_timeout = '5s'; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; "
		"SET callmetrics.retention = 'on'",
	    .begin = "BEGIN; " LOCK_SCHEMA },
};

static void
no_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static int
set_up(struct cm_store *store)
{
	char limit[64];
	int rc;

	if ((rc = run_text(store, modes[store->mode].set_up)) < 0)
		return rc;
	if (modes[store->mode].reads_only) {
		snprintf(limit, sizeof limit, "SET statement_timeout = %" PRId64,
		    cm_setting_int("CALLMETRICS_QUERY_LIMIT_MS", CM_QUERY_LIMIT_MS, 1, 3600000));
		if ((rc = run_text(store, limit)) < 0)
			return rc;
	}
	return modes[store->mode].any_database ? 0 : check_attached(store);
}

/* A server that cannot be reached is left in peace for a while, longer each time and never the same for all. */
static void
back_off(struct link *link)
{
	int64_t now = cm_store_now_ms();

	link->pause_ms = link->pause_ms == 0 ? RETRY_LEAST_MS : 2 * link->pause_ms;
	if (link->pause_ms > RETRY_MOST_MS)
		link->pause_ms = RETRY_MOST_MS;
	link->retry_at_ms = now + link->pause_ms / 2 + (now * 7919 + (int64_t)(uintptr_t)link / 64) % (link->pause_ms / 2);
}

static int
fail_to_connect(struct cm_store *store)
{
	struct link *link = link_of(store);
	const char *message = pq.PQerrorMessage(link->conn);
	char problem[CM_PROBLEM_TEXT];

	snprintf(problem, sizeof problem, "%.*s", (int)strcspn(message, "\n"), message);
	if (!modes[store->mode].job) {
		const struct cm_field fields[] = { { .name = "reason", .text = problem }, { 0 } };

		cm_log(CM_WARNING, "callmetrics.store", "the database server cannot be reached", fields);
		snprintf(problem, sizeof problem, "%s", strstr(message, "FATAL:") != NULL ? REFUSED : GONE);
	}
	back_off(link);
	cm_store_forget(store);
	return cm_store_fail(store, CM_EBUSY, problem);
}

/* What stands before the URL may be overridden in it. */
static int
connect(struct cm_store *store)
{
	const char *const names[] = { "fallback_application_name", "connect_timeout", "keepalives_idle", "tcp_user_timeout", "dbname",
		"client_encoding", NULL };
	const char *const values[] = { "callmetrics", "5", "30", "15000", store->url, "UTF8", NULL };
	struct link *link = link_of(store);
	int rc;

	if (!pq.loaded)
		return cm_store_fail(store, CM_ESTORE, "The library " LIBRARY " is missing; on Debian: apt-get install libpq5");
	if (cm_store_now_ms() < link->retry_at_ms)
		return cm_store_fail(store, CM_EBUSY, GONE);
	link->conn = pq.PQconnectdbParams(names, values, 1);
	if (pq.PQstatus(link->conn) != CONNECTION_OK)
		return fail_to_connect(store);
	pq.PQsetNoticeReceiver(link->conn, no_notice, NULL);
	link->names = 0;
	if ((rc = set_up(store)) < 0) {
		cm_store_forget(store);
		return rc;
	}
	link->retry_at_ms = link->pause_ms = 0;
	return 0;
}

/* Sends the beginning of a transaction. */
static int
send_begin(struct cm_store *store)
{
	char text[512], *tenant;
	int rc;

	if (store->wall == NULL)
		return run_text(store, modes[store->mode].begin);
	if ((tenant = pq.PQescapeLiteral(link_of(store)->conn, store->wall, strlen(store->wall))) == NULL)
		return fail(store, NULL);
	snprintf(text, sizeof text, "%s; SET LOCAL callmetrics.tenant = %s", modes[store->mode].begin, tenant);
	pq.PQfreemem(tenant);
	rc = run_text(store, text);
	return rc;
}

static int
begin(struct cm_store *store)
{
	struct link *link = link_of(store);
	bool fresh = link->conn == NULL;
	int rc;

	if (fresh && (rc = connect(store)) < 0)
		return rc;
	rc = send_begin(store);
	if (rc < 0 && !fresh && pq.PQstatus(link->conn) == CONNECTION_BAD) {
		cm_store_forget(store);
		if ((rc = connect(store)) < 0)
			return rc;
		rc = send_begin(store);
	}
	if (rc < 0)
		cm_store_forget(store);
	link->limited = true;
	return rc;
}

/* A transaction in which something failed is rolled back by its COMMIT, which then says so. */
static int
commit(struct cm_store *store)
{
	PGresult *result = pq.PQexec(link_of(store)->conn, "COMMIT");
	int rc = 0;

	if (pq.PQresultStatus(result) != PGRES_COMMAND_OK)
		rc = fail(store, result);
	else if (strcmp(pq.PQcmdStatus(result), "COMMIT") != 0)
		rc = cm_store_fail(store, CM_ESTORE, "The call database refused a statement.");
	pq.PQclear(result);
	return rc;
}

/* The first failure is the one that is told. */
static int
roll_back(struct cm_store *store)
{
	PGconn *conn = link_of(store)->conn;
	PGTransactionStatusType status = pq.PQtransactionStatus(conn);
	PGresult *result;
	bool done;

	if (status == PQTRANS_IDLE)
		return 0;
	result = pq.PQexec(conn, "ROLLBACK");
	done = pq.PQresultStatus(result) == PGRES_COMMAND_OK;
	pq.PQclear(result);
	return done ? 0 : CM_EBUSY;
}

/* The text with $n in place of each :name; allocated. */
static char *
number_parameters(const struct cm_rows *rows, const char *text)
{
	const char *name, *from = text;
	char *numbered = malloc(strlen(text) + 8 * CM_PARAMETERS_MAX * CM_PARAMETERS_MAX), *to = numbered;
	size_t length;

	if (numbered == NULL)
		return NULL;
	while ((name = cm_next_parameter(from, &length)) != NULL) {
		memcpy(to, from, (size_t)(name - 1 - from));
		to += name - 1 - from;
		to += sprintf(to, "$%d", cm_parameter_position(rows, name, length));
		from = name + length;
	}
	strcpy(to, from);
	return numbered;
}

static Oid
type_of(const struct cm_rows *rows, int i)
{
	const struct cm_parameter *parameter = &rows->parameters[i];

	if (!parameter->known || strncmp(rows->name, "source-", 7) == 0)
		return TYPE_INFERRED;
	if (rows->many)
		return parameter->is_int ? TYPE_BIGINTS : TYPE_TEXTS;
	return parameter->is_int ? TYPE_BIGINT : TYPE_TEXT;
}

static void
free_statement(struct statement *statement)
{
	free(statement->text);
	free(statement);
}

static int
prepare(struct cm_rows *rows, const char *text)
{
	struct link *link = link_of(rows->store);
	struct statement *statement = calloc(1, sizeof *statement);
	Oid types[CM_PARAMETERS_MAX];
	PGresult *result;
	int i, rc;

	if (statement == NULL || (statement->text = number_parameters(rows, text)) == NULL) {
		free(statement);
		return cm_store_fail(rows->store, CM_ENOMEM, "Out of memory.");
	}
	for (i = 0; i < rows->parameter_count; i++)
		types[i] = type_of(rows, i);
	snprintf(statement->name, sizeof statement->name, "s%u", ++link->names);
	result = pq.PQprepare(link->conn, statement->name, statement->text, rows->parameter_count, types);
	rc = pq.PQresultStatus(result) == PGRES_COMMAND_OK ? 0 : fail(rows->store, result);
	pq.PQclear(result);
	if (rc < 0)
		free_statement(statement);
	else
		rows->statement = statement;
	return rc;
}

static void
drop_values(struct cm_rows *rows)
{
	struct statement *statement = statement_of(rows);
	int i;

	for (i = 0; i < rows->parameter_count; i++) {
		free(statement->owned[i]);
		statement->owned[i] = NULL;
		statement->values[i] = NULL;
	}
	pq.PQclear(statement->result);
	statement->result = NULL;
}

static void
finish(struct cm_rows *rows)
{
	drop_values(rows);
	free_statement(statement_of(rows));
}

/* A server takes no bytes that are not UTF-8; they would cost a whole group its transaction. */
static const char *
clean(struct statement *statement, int i, const char *text)
{
	if (text == NULL || cm_utf8_valid(text, strlen(text)))
		return text;
	statement->owned[i] = cm_utf8_repair(text, strlen(text));
	statement->out_of_memory |= statement->owned[i] == NULL;
	return statement->owned[i];
}

static void
bind(struct cm_rows *rows, int position, const struct cm_bind *bind)
{
	struct statement *statement = statement_of(rows);
	int i = position - 1;

	if (bind->type == CM_BIND_TEXT) {
		statement->values[i] = clean(statement, i, bind->text);
	} else if (bind->type == CM_BIND_INT) {
		snprintf(statement->numbers[i], NUMBER_TEXT, "%" PRId64, bind->number);
		statement->values[i] = statement->numbers[i];
	}
}

static int
bind_many(struct cm_rows *rows, int position, const struct cm_bind *binds, size_t width, size_t count)
{
	struct statement *statement = statement_of(rows);
	char *array = cm_postgres_array(binds, width, count);
	int i = position - 1;

	if (array == NULL)
		return cm_store_fail(rows->store, CM_ENOMEM, "Out of memory.");
	statement->values[i] = clean(statement, i, array);
	if (statement->values[i] == array)
		statement->owned[i] = array;
	else
		free(array);
	return 0;
}

/* Takes a result in: 1 it has rows, 0 none, or an error. */
static int
take_result(struct cm_rows *rows, PGresult *result)
{
	struct statement *statement = statement_of(rows);
	ExecStatusType status = pq.PQresultStatus(result);

	pq.PQclear(statement->result);
	statement->result = result;
	statement->row = 0;
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
		link_of(rows->store)->changed = strtoll(pq.PQcmdTuples(result), NULL, 10);
		return pq.PQntuples(result) > 0;
	}
	return fail(rows->store, result);
}

/* A question must end in time, all of its statements together; what streams may take as long as it needs. */
static int
mind_deadline(struct cm_store *store)
{
	struct link *link = link_of(store);

	if (!modes[store->mode].reads_only)
		return 0;
	if (store->deadline_ms != 0)
		return cm_store_now_ms() <= store->deadline_ms ? 0
			: cm_store_fail(store, CM_EBUSY, "The question took too long; ask for a narrower window.");
	if (!link->limited)
		return 0;
	link->limited = false;
	return run_text(store, "SET LOCAL statement_timeout = 0");
}

static int
fetch(struct cm_rows *rows)
{
	char text[64];

	snprintf(text, sizeof text, "FETCH %d FROM %s", FETCH_ROWS, statement_of(rows)->name);
	return take_result(rows, pq.PQexec(link_of(rows->store)->conn, text));
}

static int
open_cursor(struct cm_rows *rows)
{
	static const char declare[] = "DECLARE %s NO SCROLL CURSOR FOR %s";
	struct statement *statement = statement_of(rows);
	size_t room = sizeof declare + sizeof statement->name + strlen(statement->text);
	char *text = malloc(room);
	Oid types[CM_PARAMETERS_MAX];
	int i, rc;

	if (text == NULL)
		return cm_store_fail(rows->store, CM_ENOMEM, "Out of memory.");
	for (i = 0; i < rows->parameter_count; i++)
		types[i] = type_of(rows, i);
	snprintf(text, room, declare, statement->name, statement->text);
	rc = take_result(rows, pq.PQexecParams(link_of(rows->store)->conn, text, rows->parameter_count, types, statement->values, NULL,
	    NULL, 0));
	free(text);
	if (rc < 0)
		return rc;
	statement->cursor = true;
	return fetch(rows);
}

static int
start(struct cm_rows *rows)
{
	struct statement *statement = statement_of(rows);
	int rc;

	statement->started = true;
	if (statement->out_of_memory)
		return cm_store_fail(rows->store, CM_ENOMEM, "Out of memory.");
	if ((rc = mind_deadline(rows->store)) < 0)
		return rc;
	if (rows->streams)
		return open_cursor(rows);
	return take_result(rows, pq.PQexecPrepared(link_of(rows->store)->conn, statement->name, rows->parameter_count, statement->values,
	    NULL, NULL, 0));
}

static int
next(struct cm_rows *rows)
{
	struct statement *statement = statement_of(rows);

	if (!statement->started)
		return start(rows);
	if (++statement->row < pq.PQntuples(statement->result))
		return 1;
	return statement->cursor && pq.PQntuples(statement->result) == FETCH_ROWS ? fetch(rows) : 0;
}

static void
reset(struct cm_rows *rows)
{
	struct statement *statement = statement_of(rows);
	char text[32];

	drop_values(rows);
	if (statement->cursor && pq.PQtransactionStatus(link_of(rows->store)->conn) == PQTRANS_INTRANS) {
		snprintf(text, sizeof text, "CLOSE %s", statement->name);
		run_text(rows->store, text);
	}
	statement->started = statement->cursor = statement->out_of_memory = false;
}

static int64_t
changes(struct cm_store *store)
{
	return link_of(store)->changed;
}

static bool
is_null(const struct cm_rows *rows, int column)
{
	const struct statement *statement = statement_of(rows);

	return pq.PQgetisnull(statement->result, statement->row, column) != 0;
}

static const char *
get_text(const struct cm_rows *rows, int column)
{
	const struct statement *statement = statement_of(rows);

	return pq.PQgetvalue(statement->result, statement->row, column);
}

static int64_t
get_int(const struct cm_rows *rows, int column)
{
	const char *text = get_text(rows, column);
	bool negative = *text == '-';
	uint64_t number = 0;

	if (*text == 't')
		return 1;
	for (text += negative; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return (int64_t)(negative ? -number : number);
}

static size_t
get_bytes(const struct cm_rows *rows, int column)
{
	const struct statement *statement = statement_of(rows);

	return (size_t)pq.PQgetlength(statement->result, statement->row, column);
}

/* A value as it stands in a statement; allocated. */
static char *
literal(PGconn *conn, const char *value, Oid type)
{
	char *escaped, *copy;

	if (value == NULL)
		return strdup("NULL");
	if (type == TYPE_BIGINT)
		return strdup(value);
	if ((escaped = pq.PQescapeLiteral(conn, value, strlen(value))) == NULL)
		return NULL;
	copy = strdup(escaped);
	pq.PQfreemem(escaped);
	return copy;
}

/* Replaces each $n; the numbers are one or two digits. */
static char *
shown(const struct cm_rows *rows)
{
	const struct statement *statement = statement_of(rows);
	const char *from;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	for (from = statement->text; *from != '\0'; from++) {
		if (from[0] == '$' && from[1] >= '1' && from[1] <= '9') {
			char *end, *value;
			long n = strtol(from + 1, &end, 10) - 1;

			value = literal(link_of(rows->store)->conn, statement->values[n], type_of(rows, (int)n));
			fputs(value != NULL ? value : "NULL", out);
			free(value);
			from = end - 1;
		} else {
			fputc(*from, out);
		}
	}
	fclose(out);
	return text;
}

/* Adds a column of another store's row; bytes that are not UTF-8 are mended. */
static int
put_column(struct cm_postgres_row *line, const struct cm_rows *rows, int column)
{
	const char *text = cm_rows_null(rows, column) ? NULL : cm_rows_text(rows, column);
	char *mended;
	int rc;

	if (text == NULL || cm_utf8_valid(text, strlen(text)))
		return cm_postgres_field(line, text);
	if ((mended = cm_utf8_repair(text, strlen(text))) == NULL)
		return CM_ENOMEM;
	rc = cm_postgres_field(line, mended);
	free(mended);
	return rc;
}

static int64_t
put_rows(struct cm_store *store, struct cm_rows *rows, int columns, int64_t most)
{
	PGconn *conn = link_of(store)->conn;
	struct cm_postgres_row line = { 0 };
	int64_t count = 0;
	int column, rc = 1;

	while (count < most && rc > 0 && (rc = cm_rows_next(rows)) > 0) {
		line.bytes = 0;
		for (column = 0; column < columns && rc > 0; column++)
			if (put_column(&line, rows, column) < 0)
				rc = cm_store_fail(store, CM_ENOMEM, "Out of memory.");
		if (rc > 0)
			cm_postgres_row_end(&line);
		if (rc > 0 && pq.PQputCopyData(conn, line.text, (int)line.bytes) < 0)
			rc = fail(store, NULL);
		count++;
	}
	if (rc < 0 && rows->store->problem[0] != '\0')
		cm_store_fail(store, rc, cm_store_problem(rows->store));
	free(line.text);
	return rc < 0 ? rc : count;
}

static int64_t
append(struct cm_store *store, const char *table, struct cm_rows *rows, int64_t most)
{
	PGconn *conn = link_of(store)->conn;
	int64_t count, rc = 0;
	PGresult *result;
	char text[96];

	snprintf(text, sizeof text, "COPY %s FROM STDIN", table);
	result = pq.PQexec(conn, text);
	if (pq.PQresultStatus(result) != PGRES_COPY_IN) {
		rc = fail(store, result);
		pq.PQclear(result);
		return rc;
	}
	count = put_rows(store, rows, pq.PQnfields(result), most);
	pq.PQclear(result);
	pq.PQputCopyEnd(conn, count < 0 ? "the rows cannot be read" : NULL);
	while ((result = pq.PQgetResult(conn)) != NULL) {
		if (pq.PQresultStatus(result) != PGRES_COMMAND_OK && count >= 0)
			rc = fail(store, result);
		pq.PQclear(result);
	}
	return rc < 0 ? rc : count;
}

static int
journal_mode(struct cm_store *store, const char *mode, char former[16])
{
	(void)store;
	(void)mode;
	former[0] = '\0';
	return 0;
}

const struct cm_engine cm_engine_postgres = {
	.name = "postgres", .remote = true, .open = open_link, .close = close_link, .begin = begin, .commit = commit,
	.roll_back = roll_back, .disconnect = disconnect, .script = run_text, .append = append, .journal_mode = journal_mode,
	.changes = changes,
	.prepare = prepare, .finish = finish, .bind = bind, .bind_many = bind_many, .next = next, .reset = reset, .is_null = is_null,
	.get_int = get_int, .get_text = get_text, .get_bytes = get_bytes, .shown = shown,
};
