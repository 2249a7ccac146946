/*
 * JSON as it is written: numbers exact, text clean, a failure remembered.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "json.h"
#include "error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cm_test.h"

/* What a document of one value is. */
#define assert_written(call, expected) \
	do { \
		struct cm_json *json = cm_json_new(); \
		size_t length; \
		const char *written; \
		assert_non_null(json); \
		call; \
		written = cm_json_print(json, false, &length); \
		assert_non_null(written); \
		assert_string_equal(written, expected); \
		assert_int_equal(length, strlen(written)); \
		cm_json_free(json); \
	} while (0)

static void
test_decimals(void **state)
{
	(void)state;
	assert_written(cm_json_decimal(json, "x", 0.25, 1), "{\"x\":0.2}");
	assert_written(cm_json_decimal(json, "x", 0.75, 1), "{\"x\":0.8}");
	assert_written(cm_json_decimal(json, "x", 100, 1), "{\"x\":100.0}");
	assert_written(cm_json_decimal(json, "x", -0.04, 1), "{\"x\":0.0}");
	assert_written(cm_json_decimal(json, "x", -0.4, 0), "{\"x\":0}");
	assert_written(cm_json_decimal(json, "x", -3.6, 1), "{\"x\":-3.6}");
	assert_written(cm_json_decimal(json, "x", 24, 0), "{\"x\":24}");
	assert_written(cm_json_decimal(json, "x", 1234567.8912, 3), "{\"x\":1234567.891}");
	assert_written(cm_json_decimal(json, "x", (double)NAN, 1), "{\"x\":null}");
	assert_written(cm_json_decimal(json, "x", (double)INFINITY, 1), "{\"x\":null}");
	assert_written(cm_json_decimal(json, "x", -(double)INFINITY, 1), "{\"x\":null}");
}

/* Half up, whatever a double would make of it, and in full width. */
static void
test_ratios(void **state)
{
	(void)state;
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ 30050000, 1000000 }), 1), "{\"x\":30.1}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ 30150000, 1000000 }), 1), "{\"x\":30.2}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ 30049999, 1000000 }), 1), "{\"x\":30.0}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ -5, 100 }), 1), "{\"x\":-0.1}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ -4, 100 }), 1), "{\"x\":0.0}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ 2, 3 }), 3), "{\"x\":0.667}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ 1, 2 }), 0), "{\"x\":1}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ 0, 7 }), 3), "{\"x\":0.0}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ 7, 0 }), 1), "{\"x\":null}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ INT64_MAX, INT64_MAX - 1 }), 6), "{\"x\":1.000000}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ INT64_MAX, 1 }), 0), "{\"x\":9223372036854775807}");
	assert_written(cm_json_ratio(json, "x", ((struct cm_ratio){ INT64_MIN, 1 }), 1), "{\"x\":null}");
}

static void
test_changes(void **state)
{
	const int64_t large = INT64_C(1) << 62, many = INT64_C(1) << 40;

	(void)state;
	assert_written(cm_json_change(json, "x", ((struct cm_ratio){ 3, 1 }), ((struct cm_ratio){ 2, 1 })), "{\"x\":50.0}");
	assert_written(cm_json_change(json, "x", ((struct cm_ratio){ 1999, 1 }), ((struct cm_ratio){ 2000, 1 })), "{\"x\":-0.1}");
	assert_written(cm_json_change(json, "x", ((struct cm_ratio){ 2, 3 }), ((struct cm_ratio){ 1, 3 })), "{\"x\":100.0}");
	assert_written(cm_json_change(json, "x", ((struct cm_ratio){ 5, 5 }), ((struct cm_ratio){ 1, 1 })), "{\"x\":0.0}");
	assert_written(cm_json_change(json, "x", ((struct cm_ratio){ 5, 0 }), ((struct cm_ratio){ 1, 1 })), "{\"x\":null}");
	assert_written(cm_json_change(json, "x", ((struct cm_ratio){ 5, 1 }), ((struct cm_ratio){ 0, 1 })), "{\"x\":null}");
	assert_written(cm_json_change(json, "x", ((struct cm_ratio){ 5, 1 }), ((struct cm_ratio){ 1, 0 })), "{\"x\":null}");
	assert_written(cm_json_change(json, "x", ((struct cm_ratio){ large, many }), ((struct cm_ratio){ large / 2, many - 1 })),
	    "{\"x\":100.0}");
}

/* Rounded as printf does, which works with the exact binary value. */
static void
test_decimals_as_printf(void **state)
{
	uint64_t random = 88172645463325252u;
	char expected[400];
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		int places = i % 4;
		double value;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		/* Near ties, halves of the last place, and anything. */
		value = (double)(int64_t)(random >> (11 + i % 40)) / (i % 3 == 0 ? 8 : i % 3 == 1 ? 2000 : 1.7) * (i % 2 == 0 ? 1 : -1);
		snprintf(expected, sizeof expected, "{\"x\":%.*f}", places, value);
		if (strspn(expected + 5, "-0.}") != strlen(expected + 5))
			assert_written(cm_json_decimal(json, "x", value, places), expected);
	}
	snprintf(expected, sizeof expected, "{\"x\":%.1f}", 1e300);
	assert_written(cm_json_decimal(json, "x", 1e300, 1), expected);
}

/* Indented, it says the same. */
static void
test_indented(void **state)
{
	struct cm_json *json = cm_json_new();
	size_t length;

	(void)state;
	cm_json_text(json, "a", "b");
	cm_json_array(json, "c");
	cm_json_decimal(json, NULL, 1.5, 2);
	cm_json_object(json, NULL);
	cm_json_null(json, "e");
	assert_string_equal(cm_json_print(json, true, &length),
	    "{\n  \"a\": \"b\",\n  \"c\": [\n    1.50,\n    {\n      \"e\": null\n    }\n  ]\n}");
	cm_json_int(json, "d", 1);
	assert_string_equal(cm_json_print(json, false, &length), "{\"a\":\"b\",\"c\":[1.50,{\"e\":null,\"d\":1}]}");
	cm_json_free(json);
}

static void
test_exact_durations(void **state)
{
	char text[CM_DECIMAL_TEXT];

	(void)state;
	assert_written(cm_json_seconds(json, "x", 0), "{\"x\":0.0}");
	assert_written(cm_json_seconds(json, "x", 1), "{\"x\":0.000001}");
	assert_written(cm_json_seconds(json, "x", 30500000), "{\"x\":30.5}");
	assert_written(cm_json_seconds(json, "x", INT64_C(31622400000001)), "{\"x\":31622400.000001}");
	assert_written(cm_json_milliseconds(json, "x", 12500), "{\"x\":12.5}");
	assert_written(cm_json_milliseconds(json, "x", 1000), "{\"x\":1.0}");
	assert_string_equal(cm_decimal_text(-1, 6, text), "-0.000001");
	assert_string_equal(cm_decimal_text(-1500000, 6, text), "-1.5");
	assert_string_equal(cm_decimal_text(INT64_MAX, 6, text), "9223372036854.775807");
	assert_string_equal(cm_decimal_text(INT64_MIN + 1, 3, text), "-9223372036854775.807");
	assert_string_equal(cm_decimal_text(1230, 3, text), "1.23");
}

static void
test_text(void **state)
{
	(void)state;
	assert_written(cm_json_text(json, "x", NULL), "{\"x\":null}");
	assert_written(cm_json_text(json, "x", ""), "{\"x\":\"\"}");
	assert_written(cm_json_text(json, "x", "a\"b\\c/d\n\x01"), "{\"x\":\"a\\\"b\\\\c/d\\n\\u0001\"}");
	assert_written(cm_json_text(json, "x", "caf\xc3\xa9 \xf0\x9f\x98\x80"), "{\"x\":\"caf\xc3\xa9 \xf0\x9f\x98\x80\"}");
	assert_written(cm_json_text(json, "x", "a\xff\xc3z"), "{\"x\":\"a\xef\xbf\xbd\xef\xbf\xbdz\"}");
	assert_written(cm_json_time(json, "x", INT64_C(1770373800123456)), "{\"x\":\"2026-02-06T10:30:00.123Z\"}");
}

static void
test_raw(void **state)
{
	static const char *const nulls[] = { "", "5", "\"x\"", "true", "null", "{", "[1", "{\"a\":1} x", "nonsense", "{\"a\":\"\xff\"}",
		"{'a':1}x", "{\"a\":NaN}", "[Infinity]", "[[-Infinity]]", "{\"a\":1,}", "[01]", "[/*c*/1]", "[TRUE]" };
	char deep[5001];
	size_t i;

	(void)state;
	assert_written(cm_json_raw(json, "x", "{\"a\":[1,2.50,\"b\"]}"), "{\"x\":{\"a\":[1,2.50,\"b\"]}}");
	assert_written(cm_json_raw(json, "x", "[]"), "{\"x\":[]}");
	assert_written(cm_json_raw(json, "x", NULL), "{\"x\":null}");
	for (i = 0; i < nitems(nulls); i++)
		assert_written(cm_json_raw(json, "x", nulls[i]), "{\"x\":null}");
	memset(deep, '[', sizeof deep - 1);
	deep[sizeof deep - 1] = '\0';
	assert_written(cm_json_raw(json, "x", deep), "{\"x\":null}");
}

static void
test_structure(void **state)
{
	(void)state;
	assert_written((void)json, "{}");
	assert_written((cm_json_array(json, "a"), cm_json_int(json, NULL, 1), cm_json_object(json, NULL), cm_json_bool(json, "b", true),
	    cm_json_end(json), cm_json_null(json, NULL), cm_json_end(json), cm_json_int(json, "z", INT64_MIN), cm_json_end(json),
	    cm_json_end(json)), "{\"a\":[1,{\"b\":true},null],\"z\":-9223372036854775808}");
	assert_written((cm_json_int(json, "a", 1), cm_json_clear(json), cm_json_int(json, "b", 2)), "{\"b\":2}");
}

static void
test_too_deep_is_a_failure(void **state)
{
	struct cm_json *json = cm_json_new();
	size_t length;
	int i;

	(void)state;
	for (i = 0; i < 40; i++)
		cm_json_object(json, "x");
	cm_json_int(json, "y", 1);
	assert_null(cm_json_print(json, false, &length));
	cm_json_clear(json);
	assert_string_equal(cm_json_print(json, false, &length), "{}");
	cm_json_free(json);
	cm_json_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decimals),
		cmocka_unit_test(test_ratios),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_decimals_as_printf),
		cmocka_unit_test(test_indented),
		cmocka_unit_test(test_exact_durations),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_too_deep_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
