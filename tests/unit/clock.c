/*
 * Instants and their text.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "clock.h"
#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cm_test.h"

static void
test_known_instants(void **state)
{
	static const struct {
		const char *text;
		cm_us at;
	} known[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:00.000001Z", 1 },
		{ "1970-01-01T00:59:59+00:59", 59 * CM_SECOND_US },
		{ "2000-02-29T12:00:00Z", INT64_C(951825600000000) },
		{ "2026-02-06T10:30:00Z", INT64_C(1770373800000000) },
		{ "2026-02-06t10:30:00z", INT64_C(1770373800000000) },
		{ "2026-02-06 10:30:00Z", INT64_C(1770373800000000) },
		{ "2026-02-06T11:30:00+01:00", INT64_C(1770373800000000) },
		{ "2026-02-06T05:00:00-05:30", INT64_C(1770373800000000) },
		{ "2026-02-06T10:30:00.1Z", INT64_C(1770373800100000) },
		{ "2026-02-06T10:30:00.123456Z", INT64_C(1770373800123456) },
		{ "2026-02-06T10:30:00.1234569Z", INT64_C(1770373800123456) },
		{ "2016-12-31T23:59:60Z", INT64_C(1483228799999999) },
		{ "2016-12-31T18:59:60.5-05:00", INT64_C(1483228799999999) },
		{ "2038-01-19T03:14:08Z", INT64_C(2147483648000000) },
		{ "9999-12-31T23:59:59.999999Z", CM_TIME_MAX_US - 1 },
		{ "0", 0 },
		{ "1770373800", INT64_C(1770373800000000) },
		{ "1770373800.5", INT64_C(1770373800500000) },
		{ "253402300799.999999", CM_TIME_MAX_US - 1 },
	};
	size_t i;
	cm_us at;

	(void)state;
	for (i = 0; i < nitems(known); i++) {
		assert_true(cm_time_parse(known[i].text, &at));
		assert_int_equal(at, known[i].at);
	}
}

static void
test_garbage_is_refused_and_nothing_written(void **state)
{
	static const char *const garbage[] = {
		"", " ", "now", "-1", "+1", "1e9", "1.", ".5", "1.5.5", "0x10", "2026-02", "2026-02-06", "2026-02-06T10",
		"2026-02-06T10:30", "2026-02-06T10:30Z", "2026-02-06T10:30:00", "2026-02-06T10:30:00.Z", "2026-02-06T10:30:00+01",
		"2026-02-06T10:30:00+0100", "2026-02-06T10:30:00+24:00", "2026-02-06T10:30:00+01:60", "2026-02-06T10:30:00ZZ",
		" 2026-02-06T10:30:00Z", "2026-02-06T10:30:00Z ", "2026-2-6T10:30:00Z", "2026-02-06T24:00:00Z",
		"2026-02-06T10:60:00Z", "2026-02-06T10:30:60Z", "2026-02-06T23:58:60Z", "2026-02-06T23:59:60+01:00", "2026-02-06T23:59:61Z", "2026-00-06T10:30:00Z", "2026-13-06T10:30:00Z",
		"2026-02-00T10:30:00Z", "2026-02-29T10:30:00Z", "2100-02-29T10:30:00Z", "2026-04-31T10:30:00Z",
		"1969-12-31T23:59:59Z", "1970-01-01T00:59:59+01:00", "9999-12-31T23:59:59-00:01", "253402300800",
		"1000000000000", "0001770373800", "99999999999999999999", "٢٠٢٦-02-06T10:30:00Z", "2026-02-06T10:30:00.-5Z", "2026/02/06T10:30:00Z",
	};
	size_t i;
	cm_us at;

	(void)state;
	for (i = 0; i < nitems(garbage); i++) {
		at = -77;
		if (cm_time_parse(garbage[i], &at))
			fail_msg("taken for a time: \"%s\"", garbage[i]);
		assert_int_equal(at, -77);
	}
}

static void
test_text_of_edges(void **state)
{
	char text[CM_TIME_TEXT];

	(void)state;
	assert_string_equal(cm_time_text(0, text), "1970-01-01T00:00:00.000Z");
	assert_string_equal(cm_time_text(999, text), "1970-01-01T00:00:00.000Z");
	assert_string_equal(cm_time_text(999999, text), "1970-01-01T00:00:00.999Z");
	assert_string_equal(cm_time_text(-1, text), "1969-12-31T23:59:59.999Z");
	assert_string_equal(cm_time_text(INT64_C(951782400000000) - 1, text), "2000-02-28T23:59:59.999Z");
	assert_string_equal(cm_time_text_s(INT64_C(951782400000000), text), "2000-02-29T00:00:00Z");
	assert_string_equal(cm_time_text_s(INT64_C(4107542400000000), text), "2100-03-01T00:00:00Z");
	assert_string_equal(cm_time_text(CM_TIME_MAX_US - 1, text), "9999-12-31T23:59:59.999Z");
	assert_string_equal(cm_time_text_s(INT64_C(1770373800999999), text), "2026-02-06T10:30:00Z");
}

/* Every text that is written is read back as the same millisecond, and agrees with the C library's calendar. */
static void
test_round_trip_and_calendar(void **state)
{
	char text[CM_TIME_TEXT], theirs[64];
	uint64_t random = 88172645463325252u;
	struct tm tm;
	time_t seconds;
	cm_us at, back;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		at = (cm_us)(random % (uint64_t)CM_TIME_MAX_US) / 1000 * 1000;
		assert_true(cm_time_parse(cm_time_text(at, text), &back));
		assert_int_equal(back, at);
		seconds = (time_t)(at / CM_SECOND_US);
		gmtime_r(&seconds, &tm);
		strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_string_equal(cm_time_text_s(at, text), theirs);
	}
}

static void
test_civil_days(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t days = cm_days_from_civil(1890, 1, 1);
	int year, month, day, y, m, d;

	(void)state;
	assert_int_equal(cm_days_from_civil(1970, 1, 1), 0);
	assert_int_equal(cm_days_from_civil(1969, 12, 31), -1);
	for (year = 1890; year <= 2410; year++)
		for (month = 1; month <= 12; month++) {
			bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

			for (day = 1; day <= lengths[month - 1] + (month == 2 && leap); day++, days++) {
				assert_int_equal(cm_days_from_civil(year, month, day), days);
				cm_civil_from_days(days, &y, &m, &d);
				assert_true(y == year && m == month && d == day);
			}
		}
}

static void
test_floor(void **state)
{
	(void)state;
	assert_int_equal(cm_time_floor(0, CM_HOUR_US), 0);
	assert_int_equal(cm_time_floor(CM_HOUR_US - 1, CM_HOUR_US), 0);
	assert_int_equal(cm_time_floor(CM_HOUR_US, CM_HOUR_US), CM_HOUR_US);
	assert_int_equal(cm_time_floor(-1, CM_HOUR_US), -CM_HOUR_US);
	assert_int_equal(cm_time_floor(-CM_HOUR_US, CM_HOUR_US), -CM_HOUR_US);
	assert_int_equal(cm_time_floor(-CM_HOUR_US - 1, CM_HOUR_US), -2 * CM_HOUR_US);
}

static void
test_now_can_be_frozen(void **state)
{
	cm_us before, now;

	(void)state;
	setenv("CALLMETRICS_NOW", "2026-02-06T10:30:00.5Z", 1);
	assert_int_equal(cm_now_us(), INT64_C(1770373800500000));
	setenv("CALLMETRICS_NOW", "nonsense", 1);
	before = (cm_us)time(NULL) * CM_SECOND_US;
	now = cm_now_us();
	assert_true(now >= before && now < before + 10 * CM_SECOND_US);
	unsetenv("CALLMETRICS_NOW");
	assert_true(cm_now_us() >= now);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_instants),
		cmocka_unit_test(test_garbage_is_refused_and_nothing_written),
		cmocka_unit_test(test_text_of_edges),
		cmocka_unit_test(test_round_trip_and_calendar),
		cmocka_unit_test(test_civil_days),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_now_can_be_frozen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
