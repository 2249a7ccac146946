/*
 * A body is cut into its events so that a broken one costs none of its neighbours.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "event_batch.h"
#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cm_test.h"

#define NOW INT64_C(1772449200000000)
#define ONE "{\"event_type\":\"x\",\"timestamp\":1770373800}"

/* Cuts a body and says what came of each event: + understood and to be stored, - understood and rejected, ! not understood. */
static const char *
cut_bytes(const char *bytes, size_t length, bool lines)
{
	static char told[64];
	const struct cm_event_source source = { .bytes = bytes, .length = length, .lines = lines, .now = NOW };
	struct cm_problem problem = { 0 };
	struct cm_event_batch batch;
	size_t i;
	int rc;

	rc = cm_event_batch_read(&source, &batch, &problem);
	for (i = 0; i < batch.count && i < sizeof told - 1; i++)
		told[i] = batch.events[i].unreadable ? '!' : batch.events[i].verdict == CM_REJECTED ? '-' : '+';
	told[i] = '\0';
	if (rc < 0) {
		assert_int_equal(rc, CM_EPARAM);
		assert_true(problem.detail[0] != '\0');
		snprintf(told, sizeof told, "%d", problem.status);
	}
	cm_event_batch_done(&batch);
	return told;
}

#define assert_cut(text, lines, expected) assert_string_equal(cut_bytes(text, strlen(text), lines), expected)

static void
test_one(void **state)
{
	(void)state;
	assert_cut(ONE, false, "+");
	assert_cut(" \r\n\t" ONE " \n", false, "+");
	assert_cut("{}", false, "-");
	assert_cut(ONE ONE, false, "400");
	assert_cut("nonsense", false, "400");
	assert_cut("\"text\"", false, "400");
	assert_cut("null", false, "400");
}

static void
test_nothing(void **state)
{
	(void)state;
	assert_cut("", false, "400");
	assert_cut(" \n\t ", false, "400");
	assert_cut("", true, "400");
	assert_cut("\n\n", true, "400");
	assert_cut("[]", false, "");
	assert_cut(" [ \n ] ", false, "");
}

static void
test_array(void **state)
{
	(void)state;
	assert_cut("[" ONE "]", false, "+");
	assert_cut(" [ " ONE " , " ONE ",\n" ONE " ] ", false, "+++");
	assert_cut("[" ONE ",{\"a\":[1,{\"b\":[2,3]}],\"c\":{}}," ONE "]", false, "+-+");
	assert_cut("[" ONE ",nonsense," ONE "]", false, "+!+");
	assert_cut("[" ONE ",," ONE "]", false, "+!+");
	assert_cut("[" ONE ",{\"a\":1,}," ONE "]", false, "+!+");
	assert_cut("[" ONE ",[1,2]," ONE "]", false, "+!+");
	assert_cut("[" ONE, false, "400");
}

/* What stands in a string cuts nothing. */
static void
test_strings(void **state)
{
	(void)state;
	assert_cut("[{\"a\":\"],[{\"}," ONE "]", false, "-+");
	assert_cut("[{\"a\":\"\\\"],\"}," ONE "]", false, "-+");
	assert_cut("[{\"a\":\"\\\\\"}," ONE "]", false, "-+");
	assert_cut("[{\"a\":\"\\", false, "400");
	assert_cut("[" ONE ",{\"a\":\"no end}," ONE "]", false, "+!");
}

/* A bracket too many ends the event that it stands in, and no other. */
static void
test_brackets(void **state)
{
	(void)state;
	assert_cut("[{}}}," ONE "]", false, "!+");
	assert_cut("[" ONE ",{[}," ONE "]", false, "+!");
	assert_cut("[[[[[", false, "400");
	assert_cut("]]]]]", false, "400");
}

static void
test_lines(void **state)
{
	(void)state;
	assert_cut(ONE "\n" ONE "\n", true, "++");
	assert_cut("\n\r\n" ONE "\r\n\r\n \t\n" ONE, true, "++");
	assert_cut(ONE "\n{\"a\":\n1}\n" ONE, true, "+!!+");
	assert_cut("[" ONE "]\n" ONE, true, "!+");
	assert_cut(ONE " " ONE "\n" ONE, true, "!+");
	/* No array, though the body starts and ends with brackets. */
	assert_cut("[1]\n" ONE "\n[2]", true, "!+!");
}

static void
test_nul(void **state)
{
	static const char text[] = ONE "\n{\"a\":\"\0\"}\n" ONE;

	(void)state;
	assert_string_equal(cut_bytes(text, sizeof text - 1, true), "+!+");
}

static void
test_limits(void **state)
{
	char *text = malloc(3 * (CM_EVENT_BATCH_MOST + 1) + 1);
	struct cm_event_source source = { .bytes = text, .lines = true, .now = NOW };
	struct cm_problem problem = { 0 };
	struct cm_event_batch batch;
	size_t i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i <= CM_EVENT_BATCH_MOST; i++)
		memcpy(text + 3 * i, "{}\n", 4);
	source.length = 3 * CM_EVENT_BATCH_MOST;
	assert_int_equal(cm_event_batch_read(&source, &batch, &problem), 0);
	assert_int_equal(batch.count, CM_EVENT_BATCH_MOST);
	cm_event_batch_done(&batch);
	source.length += 3;
	assert_int_equal(cm_event_batch_read(&source, &batch, &problem), CM_EPARAM);
	assert_int_equal(problem.status, 413);
	assert_int_equal(batch.count, 0);
	cm_event_batch_done(&batch);
	free(text);
}

/* Events that are made of something else: the same again has the same key, and says the same in the report. */
static void
test_made(void **state)
{
	struct cm_problem problem = { 0 };
	struct cm_event_batch batch;
	size_t i;

	(void)state;
	assert_int_equal(cm_event_batch_make(4, 100, &batch, &problem), 0);
	assert_int_equal(batch.count, 4);
	for (i = 0; i < batch.count; i++) {
		assert_int_equal(batch.events[i].verdict, CM_PENDING);
		assert_int_equal(batch.events[i].latency_us, -1);
		batch.events[i].event_id = i < 2 ? "span-1" : NULL;
		batch.events[i].tenant_id = i == 1 ? "acme" : NULL;
		cm_event_identify(&batch.events[i], "\0bytes", i == 3 ? 6 : 5);
	}
	for (i = 1; i < batch.count; i++)
		assert_memory_not_equal(batch.events[0].key, batch.events[i].key, sizeof batch.events[0].key);
	assert_memory_not_equal(batch.events[2].key, batch.events[3].key, sizeof batch.events[0].key);
	batch.events[1].tenant_id = NULL;
	cm_event_identify(&batch.events[1], "others", 6);
	assert_memory_equal(batch.events[0].key, batch.events[1].key, sizeof batch.events[0].key);
	cm_event_batch_done(&batch);
	assert_int_equal(cm_event_batch_make(CM_EVENT_BATCH_MOST + 1, 100, &batch, &problem), CM_EPARAM);
	assert_int_equal(problem.status, 413);
	cm_event_batch_done(&batch);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_array),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_brackets),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
