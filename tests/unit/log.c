/*
 * The log: one JSON object a line, one write a line, bounded, whatever is in it; numbers of people masked.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "call_log.h"
#include "log.h"
#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cm_test.h"

static const char NOW[] = "2026-02-06T10:30:00Z";

/* Each write is a datagram, so that two writes are seen as two. */
static int ends[2];
static char line[2 * CM_LOG_BYTES];

static int
open_ends(void **state)
{
	(void)state;
	setenv("CALLMETRICS_NOW", NOW, 1);
	unsetenv("CALLMETRICS_LOG_NUMBERS");
	unsetenv("CALLMETRICS_LOG_LEVEL");
	return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends);
}

static int
close_ends(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* The next write, which is to be one line and all there is. */
static const char *
one_line(void)
{
	ssize_t got = recv(ends[1], line, sizeof line - 1, 0);
	char more;

	assert_true(got > 0 && got <= CM_LOG_BYTES);
	line[got] = '\0';
	assert_int_equal(line[got - 1], '\n');
	assert_ptr_equal(strchr(line, '\n'), line + got - 1);
	assert_int_equal(recv(ends[1], &more, 1, 0), -1);
	return line;
}

static void
test_line(void **state)
{
	const struct cm_field fields[] = {
		{ "text", "with \"quotes\", a \\ and a\nline", 0 }, { "number", NULL, -7 }, { "empty", "", 0 },
		{ "seconds", cm_as_seconds, 61500000 }, { "ms", cm_as_milliseconds, 812500 }, { "bad", "\xff", 0 }, { 0 },
	};

	(void)state;
	assert_int_equal(cm_log_write(ends[0], CM_WARNING, "callmetrics.test", "something", fields), 0);
	assert_string_equal(one_line(), "{\"timestamp\":\"2026-02-06T10:30:00.000Z\",\"level\":\"WARNING\",\"logger\":\"callmetrics.test\","
	    "\"message\":\"something\",\"text\":\"with \\\"quotes\\\", a \\\\ and a\\nline\",\"number\":-7,\"empty\":\"\","
	    "\"seconds\":61.5,\"ms\":812.5,\"bad\":\"\xef\xbf\xbd\"}\n");
	assert_int_equal(cm_log_write(ends[0], CM_INFO, "a", "b", NULL), 0);
	assert_string_equal(one_line(), "{\"timestamp\":\"2026-02-06T10:30:00.000Z\",\"level\":\"INFO\",\"logger\":\"a\",\"message\":\"b\"}\n");
	assert_int_equal(cm_log_write(-1, CM_INFO, "a", "b", NULL), CM_EIO);
}

/* Texts of every length around the limits, of bytes that take one, two and six bytes in JSON. */
static void
test_bounds(void **state)
{
	static const char *const units[] = { "x", "\xc3\xa9", "\x01", "\"", "x\xf0\x9f\x98\x80" };
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097, 100000 };
	char *text = malloc(5 * 100000 + 1);
	size_t i, j, k;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < nitems(units); i++)
		for (j = 0; j < nitems(lengths); j++) {
			const struct cm_field fields[] = { { "a", text, 0 }, { "b", text, 0 }, { "c", text, 0 }, { "d", text, 0 },
				{ "e", text, 0 }, { "end", NULL, 1 }, { 0 } };

			*text = '\0';
			for (k = 0; k < lengths[j]; k++)
				strcpy(text + k * strlen(units[i]), units[i]);
			assert_int_equal(cm_log_write(ends[0], CM_INFO, "long", "long", fields), 0);
			one_line();
			assert_non_null(strstr(line, ",\"end\":1}\n"));
			assert_null(strstr(line, "\xef\xbf\xbd"));	/* not cut within a character */
			if (lengths[j] <= 17)
				assert_null(strstr(line, "..."));
			if (lengths[j] >= 1025)
				assert_non_null(strstr(line, "...\",\"end\""));
		}
	free(text);
}

static void
test_levels(void **state)
{
	static const struct {
		const char *level;
		bool lets[4];
	} rows[] = {
		{ "DEBUG", { true, true, true, true } }, { "INFO", { false, true, true, true } },
		{ "WARNING", { false, false, true, true } }, { "ERROR", { false, false, false, true } },
		{ "NONE", { false, false, false, false } }, { "nonsense", { false, true, true, true } },
		{ "", { false, true, true, true } },
	};
	size_t i;
	int level;

	(void)state;
	for (i = 0; i < nitems(rows); i++) {
		setenv("CALLMETRICS_LOG_LEVEL", rows[i].level, 1);
		for (level = CM_DEBUG; level <= CM_ERROR; level++)
			if (cm_log_lets((enum cm_level)level) != rows[i].lets[level])
				fail_msg("%s, level %d", rows[i].level, level);
	}
	unsetenv("CALLMETRICS_LOG_LEVEL");
	assert_false(cm_log_lets(CM_DEBUG));
	assert_true(cm_log_lets(CM_INFO));
}

static void
test_masks(void **state)
{
	static const struct {
		const char *number, *masked;
	} rows[] = {
		{ "+13424733470", "+*******3470" },
		{ "13424733470", "*******3470" },
		{ "+49 (30) 123-456-78", "+** (**) ***-*56-78" },
		{ "12345678", "****5678" },
		{ "1234567", "*****67" },
		{ "1234", "**34" },
		{ "123", "***" },
		{ "1", "*" },
		{ "", "" },
		{ "anonymous", "anonymous" },
		{ "unknown", "unknown" },
		{ "client-7", "client-7" },
		{ "sip:+13424733470@example.com", "sip:+*******3470@example.com" },
		{ "sip:+13424733470@10.20.30.40:5060;user=phone", "sip:+*******3470@10.20.30.40:5060;user=phone" },
		{ "SIPS:alice@example.com", "SIPS:*****@example.com" },
		{ "sip:alice.7@example.com", "sip:*******@example.com" },
		{ "sip:alice", "sip:*****" },
		{ "tel:+13424733470", "tel:+*******3470" },
		{ "tel:+13424733470;ext=5", "tel:+*******3470;ext=5" },
		{ "alice@example.com", "*****@example.com" },
		{ "\"Alice\" <sip:+13424733470@example.com>", "sip:+*******3470@example.com>" },
		{ "<sip:alice@example.com>", "sip:*****@example.com>" },
		{ "sip:@example.com", "sip:@example.com" },
		{ "sip:", "sip:" },
		{ "@", "@" },
	};
	char out[CM_MASKED_TEXT], longer[1000];
	size_t i;

	(void)state;
	for (i = 0; i < nitems(rows); i++)
		assert_string_equal(cm_mask_number(rows[i].number, out), rows[i].masked);
	memset(longer, '1', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(strlen(cm_mask_number(longer, out)), CM_MASKED_TEXT - 1);
	assert_null(strstr(out, "11111"));
}

static void
test_calls(void **state)
{
	const struct cm_call_event event = {
		.call_id = "abc123", .call_type = "outbound", .caller_number = "+13424733470", .callee_number = "sip:bob@example.com",
		.status = "completed", .event_type = "tool_call_duration", .tenant_id = "acme", .has_duration = true,
		.duration_us = 1250000,
	};
	const struct cm_call_event bare = { .call_id = "x" }, instant = { .call_id = "x", .has_duration = true };
	const char *const head = "{\"timestamp\":\"2026-02-06T10:30:00.000Z\",\"level\":\"INFO\",\"logger\":\"voice.metrics\",\"message\":";
	const char *const numbers = ",\"call_id\":\"abc123\",\"call_type\":\"outbound\",\"caller_number\":\"+*******3470\","
	    "\"callee_number\":\"sip:***@example.com\",\"status\":\"completed\",\"event_type\":\"tool_call_duration\",";
	char want[1024];

	(void)state;
	assert_int_equal(cm_log_call_write(ends[0], "ended", &event), 0);
	snprintf(want, sizeof want, "%s\"call_ended\"%s\"duration_seconds\":1.25,\"tenant_id\":\"acme\"}\n", head, numbers);
	assert_string_equal(one_line(), want);
	assert_int_equal(cm_log_call_write(ends[0], "latency", &event), 0);
	snprintf(want, sizeof want, "%s\"call_latency\"%s\"duration_ms\":1250.0,\"tenant_id\":\"acme\"}\n", head, numbers);
	assert_string_equal(one_line(), want);
	assert_int_equal(cm_log_call_write(ends[0], "started", &bare), 0);
	snprintf(want, sizeof want, "%s\"call_started\",\"call_id\":\"x\"}\n", head);
	assert_string_equal(one_line(), want);
	assert_int_equal(cm_log_call_write(ends[0], "latency", &instant), 0);
	assert_non_null(strstr(one_line(), "\"duration_ms\":0.0}"));
	assert_int_equal(cm_log_call_write(ends[0], "paused", &bare), CM_ENOTFOUND);
	setenv("CALLMETRICS_LOG_NUMBERS", "1", 1);
	assert_int_equal(cm_log_call_write(ends[0], "started", &event), 0);
	assert_non_null(strstr(one_line(), "\"caller_number\":\"+13424733470\",\"callee_number\":\"sip:bob@example.com\""));
	setenv("CALLMETRICS_LOG_NUMBERS", "0", 1);
	assert_int_equal(cm_log_call_write(ends[0], "started", &event), 0);
	assert_null(strstr(one_line(), "3424733470"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_line, open_ends, close_ends),
		cmocka_unit_test_setup_teardown(test_bounds, open_ends, close_ends),
		cmocka_unit_test_setup_teardown(test_levels, open_ends, close_ends),
		cmocka_unit_test(test_masks),
		cmocka_unit_test_setup_teardown(test_calls, open_ends, close_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
