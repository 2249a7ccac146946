/*
 * JSON as it is read: strict by RFC 8259 but for tabs and ends of lines in strings, numbers as they were written, of two keys the
 * last, and nothing worse than a refusal.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "json.h"
#include "arena.h"
#include "error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cm_test.h"

enum { DEPTH = 8 };

static const char malformed[] = "this is not well-formed JSON", early[] = "the JSON ends too early", deep[] = "the JSON is nested too deep",
	trailing[] = "something follows the JSON text", not_utf8[] = "this is not UTF-8 text";

static struct cm_value *
read_text(const char *text, size_t bytes, const char **why)
{
	struct cm_json_reader *reader = cm_json_reader_new(DEPTH);
	struct cm_value *value = NULL;
	/* Of its own size, so that who reads beyond it is seen. */
	char *exact = malloc(bytes + !bytes);
	int rc;

	assert_non_null(reader);
	assert_non_null(exact);
	memcpy(exact, text, bytes);
	*why = NULL;
	rc = cm_json_read(reader, exact, bytes, &value, why);
	assert_int_equal(rc, *why == NULL ? 0 : CM_EPARAM);
	free(exact);
	cm_json_reader_free(reader);
	return value;
}

#define assert_refused(text, bytes, expected) \
	do { \
		const char *refused_why; \
		assert_null(read_text(text, bytes, &refused_why)); \
		assert_non_null(refused_why); \
		assert_string_equal(refused_why, expected); \
	} while (0)

/* What a text is when it is printed again. */
#define assert_read(text, expected) \
	do { \
		const char *read_why; \
		size_t read_bytes; \
		struct cm_value *read_value = read_text(text, sizeof(text) - 1, &read_why); \
		assert_non_null(read_value); \
		assert_string_equal(cm_value_print(read_value, &read_bytes), expected); \
		assert_int_equal(read_bytes, strlen(expected)); \
		cm_value_free(read_value); \
	} while (0)

static void
test_what_is_none(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} texts[] = {
		{ "", early }, { " ", early }, { "{", early }, { "{\"a\"", early }, { "{\"a\":", early }, { "{\"a\":1", early }, { "[1,", early },
		{ "\"abc", early }, { "\"abc\\", early }, { "\"\\u00", early }, { "tru", early }, { "-", early }, { "1.", early }, { "1e", early },
		{ "1e+", early }, { "\"\\ud83d\\u", early },
		{ "{a:1}", malformed }, { "{'a':1}", malformed }, { "{\"a\":1,}", malformed }, { "[1,]", malformed }, { "[,1]", malformed },
		{ "{,}", malformed }, { "[1 2]", malformed }, { "{\"a\" 1}", malformed }, { "{\"a\":1 \"b\":2}", malformed }, { "[1}", malformed },
		{ "{1:2}", malformed }, { "]", malformed }, { ",", malformed }, { "[01]", malformed }, { "[-01]", malformed }, { "[1.e5]", malformed },
		{ "[.5]", malformed }, { "[+1]", malformed }, { "[1e5.5]", malformed }, { "[0x10]", malformed }, { "[1_000]", malformed },
		{ "NaN", malformed }, { "[Infinity]", malformed }, { "[-Infinity]", malformed }, { "[1e999]", malformed }, { "[-1e999]", malformed },
		{ "[True]", malformed }, { "[nulL]", malformed }, { "\"\\x41\"", malformed }, { "\"\\u00g0\"", malformed }, { "\"\\ud83d\\u00g0\"", malformed },
		{ "\"\x01\"", malformed }, { "\"a\x1f\"", malformed }, { "\"a\n\x01\"", malformed }, { "\"a\n", early }, { "[\x0b""1]", malformed }, { "/* */1", malformed },
		{ "\xef\xbb\xbf{}", malformed },
		{ "{} x", trailing }, { "{}{}", trailing }, { "1 2", trailing }, { "00", trailing }, { "nullx", trailing }, { "[]]", trailing },
		{ "\xff", not_utf8 }, { "\"\xc3\x28\"", not_utf8 }, { "\"\xed\xa0\x80\"", not_utf8 }, { "\"\xc0\xaf\"", not_utf8 }, { "\"\xf4\x90\x80\x80\"", not_utf8 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_refused(texts[i].text, strlen(texts[i].text), texts[i].why);
	assert_refused("\"a\0b\"", 5, not_utf8);
	assert_refused("{}\0", 3, not_utf8);
}

static void
test_numbers_as_written(void **state)
{
	(void)state;
	assert_read(" [ 0 , -0 , 1.50 , 1E5 , 1e-400 , -2.5e+3 ] ", "[0,-0,1.50,1E5,1e-400,-2.5e+3]");
	assert_read("[9007199254740993,123456789012345678901234567890,0.1000000000000000055511151231257827]",
	    "[9007199254740993,123456789012345678901234567890,0.1000000000000000055511151231257827]");
}

static void
test_number_values(void **state)
{
	static const struct {
		const char *text;
		double number;
	} numbers[] = {
		{ "0", 0 }, { "-0", 0 }, { "3.6", 3.6 }, { "1e5", 1e5 }, { "1772449200.000001", 1772449200.000001 }, { "1e-400", 0 },
		{ "9007199254740993", 9007199254740992.0 }, { "1.7976931348623157e308", 1.7976931348623157e308 },
	};
	char digits[401], fraction[402];
	struct cm_value *value;
	const char *why;
	double number;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		value = read_text(numbers[i].text, strlen(numbers[i].text), &why);
		assert_true(cm_value_number(value, &number) && number == numbers[i].number);
		cm_value_free(value);
	}
	/* So many digits are a number, if none that a double holds; with a fraction they are one that should. */
	memset(digits, '9', sizeof digits - 1);
	digits[sizeof digits - 1] = '\0';
	value = read_text(digits, sizeof digits - 1, &why);
	assert_non_null(value);
	assert_false(cm_value_number(value, &number));
	cm_value_free(value);
	snprintf(fraction, sizeof fraction, "%.398s.5", digits);
	assert_refused(fraction, strlen(fraction), malformed);
}

static void
test_strings(void **state)
{
	const char *why, *text;
	struct cm_value *value;
	size_t bytes;

	(void)state;
	assert_read("\"\"", "\"\"");
	assert_read("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00z\"",
	    "\"a\\\"\\\\/\\b\\f\\n\\r\\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z\"");
	assert_read("\"caf\xc3\xa9 \x7f\"", "\"caf\xc3\xa9 \x7f\"");
	assert_read("\"a\tb\n\r\n\\n\t\"", "\"a\\tb\\n\\r\\n\\n\\t\"");
	/* Half of a pair stands for nothing, wherever the other half is not. */
	assert_read("\"\\ud800\"", "\"\xef\xbf\xbd\"");
	assert_read("\"\\ud800x\\udc00\"", "\"\xef\xbf\xbdx\xef\xbf\xbd\"");
	assert_read("\"\\ud800\\ud83d\\ude00\"", "\"\xef\xbf\xbd\xf0\x9f\x98\x80\"");
	assert_read("\"\\ud800\\n\"", "\"\xef\xbf\xbd\\n\"");
	value = read_text("\"a\\u0000b\"", 10, &why);
	text = cm_value_text(value, &bytes);
	assert_int_equal(bytes, 3);
	assert_memory_equal(text, "a\0b", 4);
	assert_string_equal(cm_value_print(value, &bytes), "\"a\\u0000b\"");
	cm_value_free(value);
}

static void
count(void *arg, const char *key, const struct cm_value *value)
{
	(void)value;
	assert_non_null(key);
	++*(size_t *)arg;
}

static void
test_members(void **state)
{
	static const char text[] = "{\"a\":1,\"b\":null,\"a\\u0000\":2,\"c\":{\"a\":[3]},\"a\":\"last\",\"b\":false,\"n\":null}";
	size_t bytes, counted = 0;
	struct cm_value *value;
	const char *why;
	bool flag = true;

	(void)state;
	value = read_text(text, sizeof text - 1, &why);
	assert_string_equal(cm_value_text(cm_value_get(value, "a"), &bytes), "last");
	assert_true(cm_value_flag(cm_value_get(value, "b"), &flag) && !flag);
	assert_int_equal(cm_value_count(value), 5);
	assert_true(cm_value_has(value, "n"));
	assert_null(cm_value_get(value, "n"));
	assert_false(cm_value_has(value, "x"));
	assert_null(cm_value_get(cm_value_get(value, "a"), "a"));
	assert_null(cm_value_get(NULL, "a"));
	assert_int_equal(cm_value_length(cm_value_get(cm_value_get(value, "c"), "a")), 1);
	cm_value_each(value, count, &counted);
	assert_int_equal(counted, 5);
	assert_string_equal(cm_value_print(value, &bytes), "{\"a\\u0000\":2,\"c\":{\"a\":[3]},\"a\":\"last\",\"b\":false,\"n\":null}");
	cm_value_free(value);
	assert_null(read_text("null", 4, &why));
	assert_null(why);
}

/* As many members as make an object to be sorted, each of them twice. */
static void
test_many_members(void **state)
{
	enum { MANY = 20000 };
	char *text = malloc(2 * MANY * 16), key[16];
	struct cm_value *value;
	const char *why;
	double number;
	size_t used = 0;
	int i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < 2 * MANY; i++)
		used += (size_t)sprintf(text + used, "%c\"%d\":%d", i == 0 ? '{' : ',', i % MANY, i);
	text[used++] = '}';
	value = read_text(text, used, &why);
	assert_int_equal(cm_value_count(value), MANY);
	for (i = 0; i < MANY; i += MANY / 7) {
		snprintf(key, sizeof key, "%d", i);
		assert_true(cm_value_number(cm_value_get(value, key), &number));
		assert_int_equal((int)number, MANY + i);
	}
	cm_value_free(value);
	free(text);
}

static void
test_depth(void **state)
{
	(void)state;
	assert_read("[[[[[[[1]]]]]]]", "[[[[[[[1]]]]]]]");
	assert_read("[[[[[[[[]]]]]]]]", "[[[[[[[[]]]]]]]]");
	assert_refused("[[[[[[[[1]]]]]]]]", 17, deep);
	assert_refused("{\"a\":[[[[[[[1]]]]]]]}", 21, deep);
	assert_refused("[[[[[[[[[", 9, deep);
	assert_read("[[[[[[[1]]]]],[[[[[2]]]]]]]", "[[[[[[[1]]]]],[[[[[2]]]]]]]");
}

static void
test_indented(void **state)
{
	static const char text[] = "{\"a\":[],\"b\":{},\"c\":[1,{\"d\":null}],\"a\":true}";
	struct cm_value *value;
	const char *why;
	size_t bytes;

	(void)state;
	value = read_text(text, sizeof text - 1, &why);
	assert_string_equal(cm_value_indent(value, &bytes),
	    "{\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n      \"d\": null\n    }\n  ],\n  \"a\": true\n}");
	assert_string_equal(cm_value_print(cm_value_get(value, "c"), &bytes), "[1,{\"d\":null}]");
	assert_null(cm_value_at(cm_value_at(cm_value_get(value, "c"), 1), 0));
	cm_value_free(value);
	cm_value_free(NULL);
}

/* What a voice app or a file has as metadata. */
static void
test_loosely(void **state)
{
	static const struct {
		const char *text;
		const char *agent;		/* NULL: it is not read */
	} texts[] = {
		{ "{\"agent\":\"x\"}", "x" }, { "{\"n\":NaN,\"agent\":\"x\"}", "x" }, { "{\"n\":[-Infinity,Infinity],\"agent\":\"x\"}", "x" },
		{ "{\"agent\":\"NaN Infinity \\\"NaN\",\"n\":NaN}", "NaN Infinity \"NaN" }, { "{\"note\":\"a\nb\tc\x01\",\"agent\":\"x\ny\"}", "x y" },
		{ "{\"agent\":\"x\"", NULL }, { "{agent:1}", NULL }, { "{\"agent\":\"x\",\"n\":NaNs}", NULL }, { "{\"agent\":\"x\ny", NULL },
	};
	struct cm_json_reader *reader = cm_json_reader_new(64);
	struct cm_arena arena = { 0 };
	struct cm_value *value;
	const char *agent;
	size_t i, bytes;

	(void)state;
	for (i = 0; i < nitems(texts); i++) {
		assert_int_equal(cm_json_read_loosely(reader, &arena, texts[i].text, &value), 0);
		agent = cm_value_text(cm_value_get(value, "agent"), &bytes);
		assert_true((agent == NULL) == (texts[i].agent == NULL));
		if (agent != NULL)
			assert_string_equal(agent, texts[i].agent);
		cm_value_free(value);
	}
	cm_arena_done(&arena);
	cm_json_reader_free(reader);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loosely),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_numbers_as_written),
		cmocka_unit_test(test_number_values),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_many_members),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_indented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
