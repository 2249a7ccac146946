/*
 * store_postgres: a store over a PostgreSQL server: connecting, and transactions.  What else it can do is in postgres_*.c.
 *
 * Names, TLS, password files and several hosts are libpq's own settings, in the URL or in the environment (PGSSLMODE, PGPASSFILE ...).
 * A connection that broke while nothing was asked is made anew without a word; a server that is away is tried again after ever longer
 * pauses, so that a crowd of workers does not fall upon it as it comes back.
 */
#include "config.h"

#include "postgres_own.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "log.h"
#include "schema_version.h"
#include "settings.h"

/* libpq is loaded when the first store on a server is opened: with all that it brings along it takes a megabyte of each process. */
#define LIBRARY "libpq.so.5"
#define LOAD(function) && (*(void **)(void *)&cm_pq.function = dlsym(library, #function)) != NULL

struct cm_pq cm_pq;

static pthread_once_t pq_once = PTHREAD_ONCE_INIT;

static void
load_libpq(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	cm_pq.loaded = library != NULL CM_POSTGRES_FUNCTIONS(LOAD);
}

enum { RETRY_LEAST_MS = 100, RETRY_MOST_MS = 5000 };

static int
open_link(struct cm_store *store)
{
	pthread_once(&pq_once, load_libpq);
	store->link = calloc(1, sizeof(struct cm_postgres_link));
	return store->link != NULL ? 0 : CM_ENOMEM;
}

static void
disconnect(struct cm_store *store)
{
	if (cm_postgres_link(store)->conn != NULL)
		cm_pq.PQfinish(cm_postgres_link(store)->conn);
	cm_postgres_link(store)->conn = NULL;
}

static void
close_link(struct cm_store *store)
{
	free(store->link);
}

int
cm_postgres_script(struct cm_store *store, const char *text)
{
	PGresult *result = cm_pq.PQexec(cm_postgres_link(store)->conn, text);
	ExecStatusType status = cm_pq.PQresultStatus(result);
	int rc = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? 0 : cm_postgres_fail(store, result);

	cm_pq.PQclear(result);
	return rc;
}

/* Runs a statement that gives one row of `count` texts; what is null is "". */
static int
run_for_texts(struct cm_store *store, const char *text, char values[][32], int count)
{
	PGresult *result = cm_pq.PQexec(cm_postgres_link(store)->conn, text);
	int i, rc = cm_pq.PQresultStatus(result) == PGRES_TUPLES_OK ? 0 : cm_postgres_fail(store, result);

	for (i = 0; i < count && rc == 0; i++)
		snprintf(values[i], 32, "%s", cm_pq.PQgetvalue(result, 0, i));
	cm_pq.PQclear(result);
	return rc;
}

/*
 * Ours is found first, in the schema callmetrics; then the voice app's tables: where they were found as they were attached (app-path.sql),
 * whatever the path of this session, or where nothing is attached, as the URL, the role or the database say.
 */
#define WHAT_IS_THERE "SELECT to_regclass('callmetrics.cm_meta'), to_regclass('cm_meta')"
#define WHO_SAYS_PATH "SELECT set_config('callmetrics.path_from', source, false) FROM pg_settings WHERE name = 'search_path'"
#define PATH "SELECT set_config('search_path', concat_ws(', ', 'callmetrics', coalesce("
#define PATH_KEPT "(SELECT value FROM callmetrics.cm_meta WHERE key = 'app_path'), "
#define PATH_TOLD "nullif(current_setting('search_path'), ''))), false)"

static int
find_schemas(struct cm_store *store, bool *ours, bool *former)
{
	char there[2][32];
	int rc;

	if ((rc = run_for_texts(store, WHAT_IS_THERE, there, 2)) < 0)
		return rc;
	*ours = there[0][0] != '\0';
	*former = !*ours && there[1][0] != '\0';
	return cm_postgres_script(store, *ours ? PATH PATH_KEPT PATH_TOLD : PATH PATH_TOLD);
}

#define OLDER "The call database is of an older version; run: callmetrics migrate DATABASE"

/* A database that is there but cannot be ours yet says what to do. */
static int
check_attached(struct cm_store *store, bool ours, bool former)
{
	enum { MOVING, STATE, SCHEMA, TEXTS };
	char meta[TEXTS][32];
	long version;
	int rc;

	if (!ours)
		return cm_store_fail(store, CM_ESTORE, former ? OLDER
		    : "The call database is not attached; run: callmetrics attach DATABASE, or for one of its own: create DATABASE");
	if ((rc = run_for_texts(store, "SELECT max('moving') FILTER (WHERE key = 'moving'), max(value) FILTER (WHERE key = 'state'), "
	    "max(value) FILTER (WHERE key = 'schema_version') FROM cm_meta", meta, TEXTS)) < 0)
		return rc;
	if (meta[MOVING][0] != '\0')
		return cm_store_fail(store, CM_ESTORE, "The call database is still being copied; where that was broken off, run it again.");
	if (meta[STATE][0] != '\0')
		return cm_store_fail(store, CM_ESTORE, cm_store_state_problem(meta[STATE]));
	if (meta[SCHEMA][0] == '\0')
		return cm_store_fail(store, CM_ESTORE, "Attaching the call database was broken off; run: callmetrics attach DATABASE");
	version = strtol(meta[SCHEMA], NULL, 10);
	if (version < CM_SCHEMA_VERSION)
		return cm_store_fail(store, CM_ESTORE, OLDER);
	if (version > CM_SCHEMA_VERSION)
		return cm_store_fail(store, CM_ESTORE, "The call database is of a newer version than this program; upgrade callmetrics.");
	return 0;
}

/* Values of the voice app's tables are to be written as they are wherever we read them. */
#define COMMON "SET jit = off; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET " \
	"extra_float_digits = 1; "

/* Plans are made once for all values, and join tables in the order in which the statements name them, as on SQLite. */
#define PLANS COMMON "SET plan_cache_mode = force_generic_plan; SET join_collapse_limit = 1; " \
	"SET max_parallel_workers_per_gather = 0; SET enable_seqscan = off; SET enable_bitmapscan = off; SET random_page_cost = 1.1; "
#define DURABLE "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')"

/* Whoever writes sees what the one before him has written, whatever the database's own default is.  (Where that is to only read, its
 * owner wants nothing written, and nothing is.) */
#define BEGIN_WRITING "BEGIN ISOLATION LEVEL READ COMMITTED; "

/* Advisory locks, in all of callmetrics' own two-part numbers: who writes facts, and who changes the schema. */
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
	[CM_STORE_WRITE] = { .set_up = PLANS "SET lock_timeout = '5s'; " DURABLE, .begin = BEGIN_WRITING LOCK_WRITING },
	[CM_STORE_BULK] = { .job = true, .set_up = PLANS "SET lock_timeout = '5s'; SET synchronous_commit = off",
	    .begin = BEGIN_WRITING LOCK_WRITING },
	[CM_STORE_ADMIN] = { .any_database = true, .job = true, .set_up = COMMON "SET lock_timeout = '5s'",
	    .begin = BEGIN_WRITING LOCK_SCHEMA },
	[CM_STORE_CREATE] = { .any_database = true, .job = true, .set_up = PLANS "SET lock_timeout = '5s'",
	    .begin = BEGIN_WRITING LOCK_SCHEMA },
	[CM_STORE_RETENTION] = { .job = true, .set_up = PLANS "SET lock_timeout = '5s'; SET callmetrics.retention = 'on'",
	    .begin = BEGIN_WRITING LOCK_SCHEMA },
	[CM_STORE_APP_READ] = { .any_database = true, .reads_only = true, .set_up = PLANS "SET default_transaction_read_only = on",
	    .begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" },
	[CM_STORE_APP_WRITE] = { .any_database = true, .job = true, .set_up = COMMON "SET lock_timeout = '200ms'; " WHO_SAYS_PATH,
	    .begin = BEGIN_WRITING LOCK_SCHEMA },
	[CM_STORE_FOLLOW] = { .job = true, .set_up = PLANS "SET lock_timeout = '5s'; SET synchronous_commit = off",
	    .begin = BEGIN_WRITING LOCK_WRITING },
	[CM_STORE_CATCH_UP] = { .set_up = PLANS "SET lock_timeout = '5s'; SET synchronous_commit = off",
	    .begin = BEGIN_WRITING LOCK_WRITING },
	[CM_STORE_COPY] = { .any_database = true, .job = true,
	    .set_up = COMMON "SET lock_timeout = '5s'; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; "
		"SET callmetrics.retention = 'on'",
	    .begin = BEGIN_WRITING LOCK_SCHEMA },
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
	bool ours = false, former = false;
	char limit[64];
	int rc;

	if ((rc = cm_postgres_script(store, modes[store->mode].set_up)) < 0)
		return rc;
	if (store->patience_ms > 0) {
		snprintf(limit, sizeof limit, "SET lock_timeout = %" PRId64, store->patience_ms);
		if ((rc = cm_postgres_script(store, limit)) < 0)
			return rc;
	}
	if (modes[store->mode].reads_only) {
		snprintf(limit, sizeof limit, "SET statement_timeout = %" PRId64,
		    cm_setting_int("CALLMETRICS_QUERY_LIMIT_MS", CM_QUERY_LIMIT_MS, 1, 3600000));
		if ((rc = cm_postgres_script(store, limit)) < 0)
			return rc;
	}
	if ((rc = find_schemas(store, &ours, &former)) < 0)
		return rc;
	return modes[store->mode].any_database ? 0 : check_attached(store, ours, former);
}

/* A server that cannot be reached is left in peace for a while, longer each time and never the same for all. */
static void
back_off(struct cm_postgres_link *link)
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
	struct cm_postgres_link *link = cm_postgres_link(store);
	const char *message = cm_pq.PQerrorMessage(link->conn);
	char problem[CM_PROBLEM_TEXT];

	link->refusal = cm_postgres_refusal(message);
	snprintf(problem, sizeof problem, "%.*s", (int)strcspn(message, "\n"), message);
	if (!modes[store->mode].job) {
		const struct cm_field fields[] = { { .name = "reason", .text = problem }, { 0 } };

		cm_log(CM_WARNING, "callmetrics.store", "the database server cannot be reached", fields);
		snprintf(problem, sizeof problem, "%s", link->refusal);
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
	struct cm_postgres_link *link = cm_postgres_link(store);
	int rc;

	if (!cm_pq.loaded)
		return cm_store_fail(store, CM_ESTORE, "The library " LIBRARY " is missing; on Debian: apt-get install libpq5");
	if (cm_store_now_ms() < link->retry_at_ms)
		return cm_store_fail(store, CM_EBUSY, link->refusal);
	link->conn = cm_pq.PQconnectdbParams(names, values, 1);
	if (cm_pq.PQstatus(link->conn) != CONNECTION_OK)
		return fail_to_connect(store);
	cm_pq.PQsetNoticeReceiver(link->conn, no_notice, NULL);
	link->names = 0;
	link->lost = false;
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
		return cm_postgres_script(store, modes[store->mode].begin);
	if ((tenant = cm_pq.PQescapeLiteral(cm_postgres_link(store)->conn, store->wall, strlen(store->wall))) == NULL)
		return cm_store_fail(store, CM_ESTORE, "The name of the tenant is not UTF-8.");
	snprintf(text, sizeof text, "%s; SET LOCAL callmetrics.tenant = %s", modes[store->mode].begin, tenant);
	cm_pq.PQfreemem(tenant);
	rc = cm_postgres_script(store, text);
	return rc;
}

static int
begin(struct cm_store *store)
{
	struct cm_postgres_link *link = cm_postgres_link(store);
	bool fresh = link->conn == NULL;
	int rc;

	if (fresh && (rc = connect(store)) < 0)
		return rc;
	rc = send_begin(store);
	if (rc < 0 && !fresh && link->lost) {
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
	PGresult *result = cm_pq.PQexec(cm_postgres_link(store)->conn, "COMMIT");
	int rc = 0;

	if (cm_pq.PQresultStatus(result) != PGRES_COMMAND_OK)
		rc = cm_postgres_fail(store, result);
	else if (strcmp(cm_pq.PQcmdStatus(result), "COMMIT") != 0)
		rc = cm_store_fail(store, CM_ESTORE, "The call database refused a statement.");
	cm_pq.PQclear(result);
	return rc;
}

/* The first failure is the one that is told. */
static int
roll_back(struct cm_store *store)
{
	PGconn *conn = cm_postgres_link(store)->conn;
	PGTransactionStatusType status = cm_pq.PQtransactionStatus(conn);
	PGresult *result;
	bool done;

	if (status == PQTRANS_IDLE)
		return 0;
	result = cm_pq.PQexec(conn, "ROLLBACK");
	done = cm_pq.PQresultStatus(result) == PGRES_COMMAND_OK;
	cm_pq.PQclear(result);
	return done ? 0 : CM_EBUSY;
}

int
cm_postgres_mind_deadline(struct cm_store *store)
{
	struct cm_postgres_link *link = cm_postgres_link(store);

	if (!modes[store->mode].reads_only)
		return 0;
	if (cm_store_is_given_up(store))
		return cm_store_fail(store, CM_EBUSY, "Nobody waits for the answer.");
	if (store->deadline_ms != 0)
		return cm_store_now_ms() <= store->deadline_ms ? 0
			: cm_store_fail(store, CM_EBUSY, "The question took too long; ask for a narrower window.");
	if (!link->limited)
		return 0;
	link->limited = false;
	return cm_postgres_script(store, "SET LOCAL statement_timeout = 0");
}

static int64_t
changes(struct cm_store *store)
{
	return cm_postgres_link(store)->changed;
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
	.roll_back = roll_back, .disconnect = disconnect, .script = cm_postgres_script, .append = cm_postgres_append,
	.journal_mode = journal_mode, .changes = changes,
	.prepare = cm_postgres_prepare, .finish = cm_postgres_finish, .bind = cm_postgres_bind, .bind_many = cm_postgres_bind_many,
	.next = cm_postgres_next, .reset = cm_postgres_reset, .is_null = cm_postgres_is_null, .get_int = cm_postgres_get_int,
	.get_real = cm_postgres_get_real, .get_type = cm_postgres_get_type, .get_text = cm_postgres_get_text,
	.get_bytes = cm_postgres_get_bytes, .get_blob = cm_postgres_get_blob, .shown = cm_postgres_shown,
};
