/*
 * CSV as it is read: RFC 4180 and what is found in the wild, in memory that nothing in the file makes grow.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "csv_text.h"
#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cm_test.h"

static FILE *file;

static struct cm_csv_reader *
open_text(const char *text, size_t bytes)
{
	struct cm_csv_reader *reader;

	assert_non_null(file = tmpfile());
	assert_int_equal(fwrite(text, 1, bytes, file), bytes);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	assert_non_null(reader = cm_csv_open(fileno(file)));
	return reader;
}

static void
close_text(struct cm_csv_reader *reader)
{
	cm_csv_close(reader);
	fclose(file);
}

/* A record as text: "line:field|field", or "line!fault". */
static void
show(const struct cm_csv_record *record, char *out, size_t room)
{
	size_t i, used = (size_t)snprintf(out, room, "%d%s", (int)record->line, record->fault != NULL ? "!" : ":");

	if (record->fault != NULL)
		snprintf(out + used, room - used, "%s", record->fault);
	for (i = 0; i < record->count; i++)
		used += (size_t)snprintf(out + used, room - used, "%s%s", i > 0 ? "|" : "", record->fields[i].text);
}

/* All records, a space-free line each. */
static void
assert_reads_bytes(const char *text, size_t bytes, const char *expected)
{
	struct cm_csv_reader *reader = open_text(text, bytes);
	struct cm_csv_record record;
	char got[4096] = "", one[1024];
	int rc;

	while ((rc = cm_csv_next(reader, &record)) > 0) {
		show(&record, one, sizeof one);
		strncat(got, one, sizeof got - strlen(got) - 2);
		strcat(got, "\n");
	}
	assert_int_equal(rc, 0);
	assert_string_equal(got, expected);
	close_text(reader);
}

#define assert_reads(text, expected) assert_reads_bytes((text), sizeof(text) - 1, (expected))

static void
test_records(void **state)
{
	(void)state;
	assert_reads("", "");
	assert_reads("\n\r\n \n", "");
	assert_reads("a", "1:a\n");
	assert_reads("a,b\n1,2\n", "1:a|b\n2:1|2\n");
	assert_reads("a,b\r\n1,2\r\n", "1:a|b\n2:1|2\n");
	assert_reads("a,b\r1,2\r", "1:a|b\n2:1|2\n");
	assert_reads("a,b\n\n\n1,2", "1:a|b\n4:1|2\n");
	assert_reads(",\n,,\n", "1:|\n2:||\n");
	assert_reads("\"\"\n", "1:\n");
	assert_reads("\xef\xbb\xbfid\n1\n", "1:id\n2:1\n");
	assert_reads("\xef\xbb\xbf\"id\"\n\xef\xbb\xbf\n", "1:id\n2:\xef\xbb\xbf\n");
	assert_reads("\xef\xbb\xbf", "");
}

#define MISQUOTED "Something follows a quote that closes a field.\n"

static void
test_quotes(void **state)
{
	(void)state;
	assert_reads("\"a,b\",\"say \"\"hi\"\"\"\n", "1:a,b|say \"hi\"\n");
	assert_reads("\"a\nb\",c\nd,e\n", "1:a\nb|c\n3:d|e\n");
	assert_reads("\"a\r\nb\r\",c\r\nd,e\r\n", "1:a\r\nb\r|c\n4:d|e\n");
	assert_reads("\"\n\n\"\nx\n", "1:\n\n\n4:x\n");
	assert_reads(" a , b \n\" a \",\"b\" \n", "1:a|b\n2: a |b\n");
	assert_reads("\ta\t,b\n", "1:\ta\t|b\n");
	assert_reads("a \"word\" in,b\n", "1:a \"word\" in|b\n");
	assert_reads("a,b\n\"c,d\ne,f\n", "1:a|b\n2!A quote that opens in it is never closed.\n");
	assert_reads("\"a\"", "1:a\n");
	assert_reads("\"a\"  ,b\n", "1:a|b\n");
	assert_reads("1,\"Bob\" <200>,x\n2,\"Al\",y\n3,z\n", "1!" MISQUOTED "2:2|Al|y\n3:3|z\n");
	assert_reads("1,\"a\"b\",c\r\n2,\"d\"\r\n", "1!" MISQUOTED "2:2|d\n");
	assert_reads("1,\"a\" \"b\"\n2\n", "1!" MISQUOTED "2:2\n");
	assert_reads("1,\"a\nb\" c,\"\nd,e\n", "1!" MISQUOTED "3:d|e\n");
	assert_reads("1,\"a\"b", "1!" MISQUOTED);
	assert_reads("1,\"a,b\n2,\"c\",d\n3,e\n", "1!" MISQUOTED "3:3|e\n");
	assert_reads_bytes("a\0b,c\nd\n", 8, "1!A field has a NUL.\n2:d\n");
}

/* What was written is what is read. */
static void
test_round_trip(void **state)
{
	static const char *const fields[] = { "", "a", " a", "a ", "\t", "a\"b", "\"", "\r", "\n", "a\r\nb", ",", "\"\"\"", "Grüß", "  " };
	char text[512];
	size_t i, used = 0;
	struct cm_csv_reader *reader;
	struct cm_csv_record record;

	(void)state;
	for (i = 0; i < nitems(fields); i++) {
		used += cm_csv_field(text + used, fields[i], strlen(fields[i]));
		text[used++] = ',';
	}
	reader = open_text(text, used - 1);
	assert_int_equal(cm_csv_next(reader, &record), 1);
	assert_int_equal(record.count, nitems(fields));
	for (i = 0; i < nitems(fields); i++) {
		assert_string_equal(record.fields[i].text, fields[i]);
		assert_int_equal(record.fields[i].bytes, strlen(fields[i]));
	}
	close_text(reader);
}

/* A file of `before`, so many times `filler`, and `behind`. */
static void
assert_reads_long(const char *before, const char *filler, size_t times, const char *behind, const char *expected)
{
	size_t head = strlen(before), body = strlen(filler) * times, tail = strlen(behind), i;
	char *text = malloc(head + body + tail);

	assert_non_null(text);
	memcpy(text, before, head);
	for (i = 0; i < body; i++)
		text[head + i] = filler[i % strlen(filler)];
	memcpy(text + head + body, behind, tail);
	assert_reads_bytes(text, head + body + tail, expected);
	free(text);
}

static void
test_limits(void **state)
{
	static const char too_long[] = "1!A field is longer than 64 KiB.\n2:y\n";
	enum { MB10 = 10 << 20 };

	(void)state;
	assert_reads_long("", "x", CM_CSV_FIELD_MOST + 1, "\ny\n", too_long);
	assert_reads_long("\"", "x", CM_CSV_FIELD_MOST + 1, "\"\ny\n", too_long);
	assert_reads_long("", "x", MB10, "\ny\n", too_long);
	assert_reads_long("\"", "x", MB10, "\"\ny\n", too_long);
	assert_reads_long("\"", "\"\"", MB10 / 2, "\"\ny\n", too_long);
	assert_reads_long("\"\"", " ", MB10, ",a\ny\n", too_long);
	assert_reads_long("\"x\"", " ", MB10, "\"\ny\n", "1!" MISQUOTED "2:y\n");
	assert_reads_long("x", " ", MB10, "\ny\n", too_long);
	assert_reads_long("x", " ", MB10, "z\ny\n", too_long);
	assert_reads_long("", " ", MB10, "\ny\n", "2:y\n");
	assert_reads_long("", "b,", 256, "\ny\n", "1!It has more than 256 fields.\n2:y\n");
	assert_reads_long("", "b,", MB10, "\ny\n", "1!It has more than 256 fields.\n2:y\n");
}

/* The most fields. */
static void
test_most_fields(void **state)
{
	struct cm_csv_record record;
	struct cm_csv_reader *reader;
	char text[CM_CSV_FIELDS_MOST];

	(void)state;
	memset(text, ',', sizeof text);
	text[sizeof text - 1] = '\n';
	reader = open_text(text, sizeof text);
	assert_int_equal(cm_csv_next(reader, &record), 1);
	assert_int_equal(record.count, CM_CSV_FIELDS_MOST);
	close_text(reader);
}

/* The longest field is whole, whatever is in it, wherever the buffers end. */
static void
test_longest(void **state)
{
	char *text = malloc(2 * CM_CSV_FIELD_MOST + 3), *field = malloc(CM_CSV_FIELD_MOST);
	struct cm_csv_reader *reader;
	struct cm_csv_record record;
	size_t bytes;

	(void)state;
	assert_true(text != NULL && field != NULL);
	memset(field, '"', CM_CSV_FIELD_MOST);
	field[0] = 'a';
	field[1] = '\n';
	bytes = cm_csv_field(text, field, CM_CSV_FIELD_MOST);
	reader = open_text(text, bytes);
	assert_int_equal(cm_csv_next(reader, &record), 1);
	assert_null(record.fault);
	assert_int_equal(record.fields[0].bytes, CM_CSV_FIELD_MOST);
	assert_memory_equal(record.fields[0].text, field, CM_CSV_FIELD_MOST);
	close_text(reader);
	free(field);
	free(text);
}

/* From any record on, the rest is the same, and its lines have the same numbers. */
static void
test_seek(void **state)
{
	static const char text[] = "\xef\xbb\xbfid,t\r\n1,\"a\r\nb\"\r\n\r\n2,c\r3,d\n\n4,\"e\n\"\n5,f";
	struct cm_csv_record record;
	struct cm_csv_reader *reader;
	int64_t ends[8], lines[8];
	char shown[8][64], again[64];
	size_t n = 0, from, i;

	(void)state;
	reader = open_text(text, sizeof text - 1);
	for (; cm_csv_next(reader, &record) > 0; n++) {
		ends[n] = record.end;
		lines[n] = record.end_line;
		show(&record, shown[n], sizeof shown[n]);
	}
	assert_int_equal(n, 6);
	assert_string_equal(shown[5], "10:5|f");
	for (from = 0; from < n; from++) {
		assert_int_equal(cm_csv_seek(reader, ends[from], lines[from]), 0);
		for (i = from + 1; i < n; i++) {
			assert_int_equal(cm_csv_next(reader, &record), 1);
			show(&record, again, sizeof again);
			assert_string_equal(again, shown[i]);
		}
		assert_int_equal(cm_csv_next(reader, &record), 0);
	}
	close_text(reader);
}

/* Every place at which the reader's buffer can end. */
static void
test_buffer_edges(void **state)
{
	static const char tail[] = "\r\n1,\"a\"\"b\r\n\",c\r\n2,d\n";
	size_t lead;

	(void)state;
	for (lead = 65536 - sizeof tail - 4; lead < 65536 + 4; lead++) {
		char *text = malloc(lead + sizeof tail);
		struct cm_csv_record record;
		struct cm_csv_reader *reader;
		char shown[64];

		assert_non_null(text);
		memset(text, 'x', lead);
		text[lead / 2] = ',';
		memcpy(text + lead, tail, sizeof tail - 1);
		reader = open_text(text, lead + sizeof tail - 1);
		assert_int_equal(cm_csv_next(reader, &record), 1);
		assert_int_equal(record.count, 2);
		assert_int_equal(cm_csv_next(reader, &record), 1);
		show(&record, shown, sizeof shown);
		assert_string_equal(shown, "2:1|a\"b\r\n|c");
		assert_int_equal(cm_csv_next(reader, &record), 1);
		show(&record, shown, sizeof shown);
		assert_string_equal(shown, "4:2|d");
		close_text(reader);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records), cmocka_unit_test(test_quotes), cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_most_fields),
		cmocka_unit_test(test_longest), cmocka_unit_test(test_seek),
		cmocka_unit_test(test_buffer_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
