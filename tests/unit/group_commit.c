/*
 * Writers that wait together share a commit; what one of them refuses costs the others nothing, what the store cannot do fails all.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "group_commit.h"
#include "error.h"
#include "schema.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "cm_test.h"

enum { WRITERS = 24 };

static char folder[] = "/tmp/cm-unit-commits.XXXXXX";
static char path[64];
static atomic_int committed, refuse_commits, arrived, held, gate_open;

static int
on_commit(void *arg)
{
	(void)arg;
	committed++;
	return refuse_commits;
}

/* For every connection of this process. */
static int
watch_commits(sqlite3 *db, char **error, const void *api)
{
	(void)error;
	(void)api;
	sqlite3_commit_hook(db, on_commit, NULL);
	return SQLITE_OK;
}

/* One writer: it stores its number, and then is answered as it is to be. */
struct writer {
	struct cm_group_commit *commits;
	int number;
	bool waits;			/* until the gate opens, in its transaction */
	int answer;			/* of its work */
	int rc;
	int runs;
	char problem[CM_COMMIT_PROBLEM];
	pthread_t thread;
};

static void
pause_ms(int ms)
{
	const struct timespec pause = { .tv_nsec = ms * 1000000L };

	nanosleep(&pause, NULL);
}

static int
work(struct cm_store *store, void *arg)
{
	struct writer *writer = arg;
	const struct cm_bind binds[] = { CM_INT_PARAM("key_1", writer->number), CM_INT_PARAM("key_2", 0), CM_INT_PARAM("seen_us", 1), { 0 } };

	writer->runs++;
	held |= writer->waits;
	while (writer->waits && !gate_open)
		pause_ms(5);
	/* A refusal comes before anything is stored; a failure of the store may come after. */
	if (writer->answer == CM_EPARAM || writer->answer == CM_ENOTFOUND)
		return writer->answer;
	return cm_store_run(store, "event-new", binds) == 1 ? writer->answer : CM_ESTORE;
}

static void *
write_one(void *arg)
{
	struct writer *writer = arg;

	arrived++;
	writer->rc = cm_commit(writer->commits, NULL, work, writer, writer->problem);
	return NULL;
}

static int64_t
number_of(const char *statement)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int64_t number;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, statement, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return number;
}

static int64_t
stored(void)
{
	return number_of("SELECT count(*) FROM cm_event");
}

/* The first writer holds its transaction until all others wait for theirs. */
static void
write_all(struct writer *writers)
{
	int i;

	gate_open = arrived = held = 0;
	writers[0].waits = true;
	for (i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_create(&writers[i].thread, NULL, write_one, &writers[i]), 0);
		while (!held)
			pause_ms(5);
	}
	while (arrived < WRITERS)
		pause_ms(5);
	pause_ms(100);
	committed = 0;
	gate_open = 1;
	for (i = 0; i < WRITERS; i++)
		pthread_join(writers[i].thread, NULL);
}

static void
prepare(struct writer *writers, struct cm_group_commit *commits)
{
	int i;

	memset(writers, 0, WRITERS * sizeof *writers);
	for (i = 0; i < WRITERS; i++)
		writers[i] = (struct writer){ .commits = commits, .number = i + 1 };
}

static int
make_database(void **state)
{
	const struct cm_progress progress = { 0 };
	struct cm_group_commit *commits;
	struct cm_store *store;

	if (cm_store_open(path, CM_STORE_CREATE, &store) < 0 || cm_schema_create(store, &progress) < 0)
		return -1;
	cm_store_close(store);
	refuse_commits = committed = 0;
	if (cm_group_commit_open(path, &commits) < 0)
		return -1;
	*state = commits;
	return 0;
}

static int
remove_database(void **state)
{
	char name[80];

	cm_group_commit_close(*state);
	unlink(path);
	snprintf(name, sizeof name, "%s-wal", path);
	unlink(name);
	snprintf(name, sizeof name, "%s-shm", path);
	unlink(name);
	return 0;
}

static void
test_many_share_one(void **state)
{
	struct writer writers[WRITERS];
	int i;

	prepare(writers, *state);
	write_all(writers);
	for (i = 0; i < WRITERS; i++) {
		assert_int_equal(writers[i].rc, 0);
		assert_int_equal(writers[i].runs, 1);
	}
	assert_int_equal(stored(), WRITERS);
	/* The first, alone, and the others together; some may have come late. */
	assert_in_range(committed, 2, WRITERS / 4);
}

static void
test_a_refusal_is_one_writers(void **state)
{
	struct writer writers[WRITERS];
	int i;

	prepare(writers, *state);
	writers[5].answer = writers[6].answer = CM_EPARAM;
	writers[WRITERS - 1].answer = CM_ENOTFOUND;
	write_all(writers);
	for (i = 0; i < WRITERS; i++) {
		assert_int_equal(writers[i].rc, writers[i].answer);
		assert_int_equal(writers[i].runs, 1);
	}
	assert_int_equal(stored(), WRITERS - 3);
	assert_int_equal(number_of("SELECT count(*) FROM cm_event WHERE key_1 IN (6, 7)"), 0);
}

static void
test_a_refusal_of_one_alone(void **state)
{
	struct writer writer = { .commits = *state, .number = 1, .answer = CM_EPARAM };

	write_one(&writer);
	assert_int_equal(writer.rc, CM_EPARAM);
	assert_int_equal(stored(), 0);
	writer.answer = 0;
	write_one(&writer);
	assert_int_equal(writer.rc, 0);
	assert_int_equal(stored(), 1);
}

static void
test_failure_of_the_store_fails_all(void **state)
{
	static const int failures[] = { CM_ESTORE, CM_EBUSY, CM_ENOMEM };
	struct writer writers[WRITERS];
	size_t n;
	int i, failed, wrong;

	for (n = 0; n < nitems(failures); n++) {
		prepare(writers, *state);
		/* The first of those that wait together: those before it in the line are none, those after it never run. */
		for (i = 1; i < WRITERS; i++)
			writers[i].answer = failures[n];
		write_all(writers);
		assert_int_equal(writers[0].rc, n == 0 ? 0 : CM_ESTORE);	/* its number is there the second time */
		for (i = 1, failed = wrong = 0; i < WRITERS; i++) {
			failed += writers[i].rc == failures[n];
			wrong += writers[i].runs > 1;
		}
		assert_int_equal(failed, WRITERS - 1);
		assert_int_equal(wrong, 0);
		assert_int_equal(stored(), 1);
	}
}

static void
test_a_commit_that_fails_fails_all(void **state)
{
	struct writer writers[WRITERS];
	int i;

	refuse_commits = 1;
	prepare(writers, *state);
	write_all(writers);
	for (i = 0; i < WRITERS; i++) {
		assert_int_equal(writers[i].rc, CM_ESTORE);
		assert_true(writers[i].problem[0] != '\0');
	}
	assert_int_equal(stored(), 0);
	refuse_commits = 0;
	prepare(writers, *state);
	write_all(writers);
	assert_int_equal(stored(), WRITERS);
}

/* Waits as long as a writer does: five seconds. */
static void
test_locked(void **state)
{
	struct writer writer = { .commits = *state, .number = 1 };
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	write_one(&writer);
	assert_int_equal(writer.rc, CM_EBUSY);
	assert_int_equal(writer.runs, 0);
	assert_non_null(strstr(writer.problem, "locked"));
	sqlite3_close(db);
	write_one(&writer);
	assert_int_equal(writer.rc, 0);
	assert_int_equal(stored(), 1);
}

static void
test_no_database(void **state)
{
	struct writer writer = { .commits = *state, .number = 1 };
	char away[80];

	snprintf(away, sizeof away, "%s.away", path);
	assert_int_equal(rename(path, away), 0);
	write_one(&writer);
	assert_int_equal(writer.rc, CM_ESTORE);
	assert_non_null(strstr(writer.problem, "no call database"));
	assert_int_equal(rename(away, path), 0);
	write_one(&writer);
	assert_int_equal(writer.rc, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_many_share_one, make_database, remove_database),
		cmocka_unit_test_setup_teardown(test_a_refusal_is_one_writers, make_database, remove_database),
		cmocka_unit_test_setup_teardown(test_a_refusal_of_one_alone, make_database, remove_database),
		cmocka_unit_test_setup_teardown(test_failure_of_the_store_fails_all, make_database, remove_database),
		cmocka_unit_test_setup_teardown(test_a_commit_that_fails_fails_all, make_database, remove_database),
		cmocka_unit_test_setup_teardown(test_locked, make_database, remove_database),
		cmocka_unit_test_setup_teardown(test_no_database, make_database, remove_database),
	};
	int failed;

	if (mkdtemp(folder) == NULL || sqlite3_auto_extension((void (*)(void))watch_commits) != SQLITE_OK)
		return 1;
	snprintf(path, sizeof path, "%s/calls.db", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
