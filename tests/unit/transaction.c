/*
 * What a transaction remembers: each owner its own, and a filter by its words; what is to be done before the commit is done.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "error.h"
#include "event_batch.h"
#include "intake.h"
#include "schema.h"
#include "store.h"
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cm_test.h"

#define NOW INT64_C(1772449200000000)

static char folder[] = "/tmp/cm-unit-transaction.XXXXXX";
static char path[64];

static int
make_database(void **state)
{
	const struct cm_progress progress = { 0 };
	struct cm_store *store;

	if (cm_store_open(path, CM_STORE_CREATE, &store) < 0 || cm_schema_create(store, &progress) < 0)
		return -1;
	cm_store_close(store);
	return cm_store_open(path, CM_STORE_WRITE, (struct cm_store **)state);
}

static int
remove_database(void **state)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	char name[80];
	size_t i;

	cm_store_close(*state);
	for (i = 0; i < nitems(endings); i++) {
		snprintf(name, sizeof name, "%s%s", path, endings[i]);
		unlink(name);
	}
	return 0;
}

/* Takes a call of an agent in, within a transaction; the batch is done when that has ended. */
static void
take_call(struct cm_store *store, const char *call_id, const char *agent, struct cm_event_batch *batch)
{
	struct cm_problem problem;
	struct cm_intake intake = { .batch = batch, .now = NOW };
	char text[256];

	snprintf(text, sizeof text, "{\"event_type\":\"call_started\",\"call_id\":\"%s\",\"agent\":\"%s\",\"timestamp\":%lld}", call_id,
	    agent, (long long)(NOW / CM_SECOND_US - 60));
	const struct cm_event_source source = { .bytes = text, .length = strlen(text), .now = NOW };

	assert_int_equal(cm_event_batch_read(&source, batch, &problem), 0);
	assert_int_equal(cm_intake_events(store, &intake), 0);
	assert_int_equal(batch->events[0].verdict, CM_ACCEPTED);
}

static int64_t
calls_of(struct cm_store *store, const char *agent)
{
	const struct cm_window window = { .from = NOW - CM_HOUR_US, .to = NOW, .filter.agent = agent };
	struct cm_tally tally;

	assert_int_equal(cm_tally(store, &window, &tally), 0);
	return tally.total;
}

static void
take_calls(struct cm_store *store)
{
	struct cm_event_batch batches[4];
	size_t i;

	assert_int_equal(cm_store_begin(store), 0);
	take_call(store, "a", "anna", &batches[0]);
	take_call(store, "b", "anna", &batches[1]);
	take_call(store, "c", "anna", &batches[2]);
	take_call(store, "d", "bert", &batches[3]);
	assert_int_equal(cm_store_end(store, true), 0);
	for (i = 0; i < nitems(batches); i++)
		cm_event_batch_done(&batches[i]);
}

static void
test_filter_by_its_words(void **state)
{
	static const struct {
		char agent[8];
		int64_t calls;
	} agents[] = { { "anna", 3 }, { "bert", 1 }, { "anna", 3 }, { "carl", 0 } };
	char buffer[8];
	size_t i;

	take_calls(*state);
	assert_int_equal(cm_store_begin(*state), 0);
	for (i = 0; i < nitems(agents); i++) {
		memcpy(buffer, agents[i].agent, sizeof buffer);
		assert_int_equal(calls_of(*state, buffer), agents[i].calls);
	}
	cm_store_end(*state, false);
}

/* A question between two writes takes neither's memory away. */
static void
test_question_within_a_write(void **state)
{
	struct cm_event_batch batches[2];

	assert_int_equal(cm_store_begin(*state), 0);
	take_call(*state, "a", "anna", &batches[0]);
	assert_int_equal(calls_of(*state, "anna"), 0);		/* it is written before the commit */
	take_call(*state, "b", "anna", &batches[1]);
	assert_int_equal(calls_of(*state, "bert"), 0);
	assert_int_equal(cm_store_end(*state, true), 0);
	cm_event_batch_done(&batches[0]);
	cm_event_batch_done(&batches[1]);
	assert_int_equal(cm_store_begin(*state), 0);
	assert_int_equal(calls_of(*state, "anna"), 2);
	cm_store_end(*state, false);
}

static int released, ran, answer;

static int
before_commit(struct cm_store *store, void *memo)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("key_1", *(int *)memo), CM_INT_PARAM("key_2", 0), CM_INT_PARAM("seen_us", 1), { 0 } };

	ran++;
	assert_int_equal(cm_store_run(store, "event-new", binds), 1);
	return answer;
}

static void
release(void *memo)
{
	(void)memo;
	released++;
}

static const struct cm_memo one = { .before_commit = before_commit, .release = release }, other = { .release = release };

/* Whether a transaction that remembers a key and is to be kept stores it. */
static int
end_with(struct cm_store *store, int *key, bool keep)
{
	int rc;

	released = ran = 0;
	assert_int_equal(cm_store_begin(store), 0);
	assert_null(cm_store_memo(store, &one));
	assert_int_equal(cm_store_remember(store, &one, key), 0);
	assert_int_equal(cm_store_remember(store, &other, store), 0);
	assert_ptr_equal(cm_store_memo(store, &one), key);
	assert_ptr_equal(cm_store_memo(store, &other), store);
	rc = cm_store_end(store, keep);
	assert_int_equal(released, 2);
	return rc;
}

static void
test_before_the_commit(void **state)
{
	int key = 1;

	answer = 0;
	assert_int_equal(end_with(*state, &key, false), 0);
	assert_int_equal(ran, 0);
	assert_int_equal(end_with(*state, &key, true), 0);
	assert_int_equal(ran, 1);
	/* One that cannot be done leaves nothing, though it stored something: the key is new again the second time. */
	key = 2;
	answer = CM_EBUSY;
	assert_int_equal(end_with(*state, &key, true), CM_EBUSY);
	assert_int_equal(end_with(*state, &key, true), CM_EBUSY);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_filter_by_its_words, make_database, remove_database),
		cmocka_unit_test_setup_teardown(test_question_within_a_write, make_database, remove_database),
		cmocka_unit_test_setup_teardown(test_before_the_commit, make_database, remove_database),
	};
	int failed;

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/calls.db", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
