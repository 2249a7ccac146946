/*
 * Bytes from outside: UTF-8, percent escapes, shown text, and fields of CSV.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "text.h"
#include "csv_text.h"
#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cm_test.h"

static const struct {
	const char *bytes;
	size_t length;
	bool valid;
	const char *repaired;
} utf8[] = {
	{ "", 0, true, "" },
	{ "plain", 5, true, "plain" },
	{ "\0", 1, true, "\0" },
	{ "\x7f", 1, true, "\x7f" },
	{ "\x80", 1, false, "\xef\xbf\xbd" },
	{ "\xbf", 1, false, "\xef\xbf\xbd" },
	{ "\xc2\x80", 2, true, "\xc2\x80" },
	{ "\xdf\xbf", 2, true, "\xdf\xbf" },
	{ "\xc0\x80", 2, false, "\xef\xbf\xbd\xef\xbf\xbd" },			/* over-long NUL */
	{ "\xc1\xbf", 2, false, "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe0\xa0\x80", 3, true, "\xe0\xa0\x80" },
	{ "\xe0\x9f\xbf", 3, false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },	/* over-long */
	{ "\xed\x9f\xbf", 3, true, "\xed\x9f\xbf" },
	{ "\xed\xa0\x80", 3, false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },	/* first surrogate */
	{ "\xed\xbf\xbf", 3, false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },	/* last surrogate */
	{ "\xee\x80\x80", 3, true, "\xee\x80\x80" },
	{ "\xef\xbf\xbf", 3, true, "\xef\xbf\xbf" },
	{ "\xf0\x90\x80\x80", 4, true, "\xf0\x90\x80\x80" },
	{ "\xf0\x8f\xbf\xbf", 4, false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x8f\xbf\xbf", 4, true, "\xf4\x8f\xbf\xbf" },			/* U+10FFFF */
	{ "\xf4\x90\x80\x80", 4, false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf8\x88\x80\x80\x80", 5, false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xfe", 1, false, "\xef\xbf\xbd" },
	{ "\xff", 1, false, "\xef\xbf\xbd" },
	{ "\xc3", 1, false, "\xef\xbf\xbd" },					/* cut off */
	{ "\xe2\x82", 2, false, "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf0\x9f\x98", 3, false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xc3(", 2, false, "\xef\xbf\xbd(" },
	{ "a\xffz", 3, false, "a\xef\xbf\xbdz" },
	{ "\xc3\xa9\xff\xc3\xa9", 5, false, "\xc3\xa9\xef\xbf\xbd\xc3\xa9" },
};

static void
test_utf8(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < nitems(utf8); i++) {
		/* Exactly as long as it is, so that a byte read too far is seen. */
		char *exact = malloc(utf8[i].length + (utf8[i].length == 0)), *repaired;

		assert_non_null(exact);
		memcpy(exact, utf8[i].bytes, utf8[i].length);
		if (cm_utf8_valid(exact, utf8[i].length) != utf8[i].valid)
			fail_msg("row %zu", i);
		repaired = cm_utf8_repair(exact, utf8[i].length);
		assert_non_null(repaired);
		assert_string_equal(repaired, utf8[i].repaired);
		if (utf8[i].bytes[0] != '\0')
			assert_true(cm_utf8_valid(repaired, strlen(repaired)));
		free(repaired);
		free(exact);
	}
}

static void
test_every_code_point(void **state)
{
	uint32_t code;
	char bytes[4];

	(void)state;
	for (code = 0x800; code < 0x10000; code++) {
		bytes[0] = (char)(0xe0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (code & 0x3f));
		assert_int_equal(cm_utf8_valid(bytes, 3), code < 0xd800 || code > 0xdfff);
	}
}

static void
test_percent_decode(void **state)
{
	static const struct {
		const char *text;
		const char *decoded;	/* NULL: malformed */
		long length;
	} rows[] = {
		{ "", "", 0 }, { "plain", "plain", 5 }, { "a+b", "a b", 3 }, { "%2b", "+", 1 }, { "%2B%20", "+ ", 2 },
		{ "%c3%A9", "\xc3\xa9", 2 }, { "%00", "", 1 }, { "a%00b", "a", 3 }, { "%25%32%35", "%25", 3 }, { "%", NULL, -1 },
		{ "%4", NULL, -1 }, { "a%4", NULL, -1 }, { "%g0", NULL, -1 }, { "%0g", NULL, -1 }, { "%%41", NULL, -1 },
		{ "%-1", NULL, -1 }, { "% 1", NULL, -1 }, { "%41%", NULL, -1 },
	};
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < nitems(rows); i++) {
		strcpy(text, rows[i].text);
		assert_int_equal(cm_percent_decode(text, strlen(text)), rows[i].length);
		if (rows[i].decoded != NULL)
			assert_string_equal(text, rows[i].decoded);
	}
}

static void
test_show(void **state)
{
	char out[CM_SHOWN_TEXT], longer[200];

	(void)state;
	assert_string_equal(cm_show("abc", 3, out), "abc");
	assert_string_equal(cm_show("a\nb\x7f\xff\0z", 7, out), "a?b???z");
	memset(longer, 'x', sizeof longer);
	assert_int_equal(strlen(cm_show(longer, 64, out)), 64);
	assert_int_equal(strlen(cm_show(longer, sizeof longer, out)), 67);
	assert_string_equal(out + 64, "...");
	assert_string_equal(cm_show("", 0, out), "");
}

static void
test_comma_fields(void **state)
{
	static const struct {
		const char *text;
		const char *field;
	} rows[] = {
		{ "", "" }, { "plain", "plain" }, { "a,b", "\"a,b\"" }, { "say \"hi\"", "\"say \"\"hi\"\"\"" }, { "\"", "\"\"\"\"" },
		{ "a\nb", "\"a\nb\"" }, { "a\rb", "\"a\rb\"" }, { "\r\n", "\"\r\n\"" }, { ",", "\",\"" }, { " lead", "\" lead\"" },
		{ "trail ", "\"trail \"" }, { " ", "\" \"" }, { "in side", "in side" }, { "\t", "\t" }, { "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\"\"\"\"", "\"\"\"\"\"\"\"\"\"\"" },
	};
	size_t i, bytes, wrote;

	(void)state;
	for (i = 0; i < nitems(rows); i++) {
		char *out;

		bytes = strlen(rows[i].text);
		out = malloc(2 * bytes + 3);
		assert_non_null(out);
		wrote = cm_csv_field(out, rows[i].text, bytes);
		assert_true(wrote <= 2 * bytes + 2);
		out[wrote] = '\0';
		assert_string_equal(out, rows[i].field);
		free(out);
	}
}

/* What is called plain is written as it is, whichever byte stands in whichever place. */
static void
test_comma_plain(void **state)
{
	static const char odd[] = { '"', ',', '\r', '\n', '\0', '\x80', '\xc3', '\xff' };
	char text[40], written[90];
	size_t length, at;
	int byte;

	(void)state;
	for (length = 0; length <= 24; length++)
		for (at = 0; at < length; at++)
			for (byte = 0; byte < 256; byte++) {
				bool plain = memchr(odd, byte, nitems(odd)) == NULL && byte < 0x80 &&
				    (byte != ' ' || (at > 0 && at + 1 < length));

				memset(text, 'a', sizeof text);
				text[at] = (char)byte;
				text[length] = '"';	/* what follows does not count */
				assert_int_equal(cm_csv_plain(written, text, length), plain);
				if (plain) {
					assert_memory_equal(written, text, length);
					assert_int_equal(cm_csv_field(written, text, length), length);
					assert_memory_equal(written, text, length);
				}
			}
	assert_true(cm_csv_plain(written, "", 0));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_percent_decode),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_comma_fields),
		cmocka_unit_test(test_comma_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
