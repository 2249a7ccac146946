/*
 * Time zones: where a local day begins, whatever the clocks do.
 * suites: normal sanitize
 */
#include "config.h"

#include "zone.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cm_test.h"

static void
test_day_starts(void **state)
{
	static const struct {
		const char *zone;
		struct cm_date date;
		const char *start;
		int hours_x4;		/* the day's length in quarters of an hour */
	} days[] = {
		{ "UTC", { 2026, 2, 6 }, "2026-02-06T00:00:00Z", 96 },
		{ "UTC", { 2024, 2, 29 }, "2024-02-29T00:00:00Z", 96 },
		{ "Europe/Berlin", { 2026, 2, 6 }, "2026-02-05T23:00:00Z", 96 },
		{ "Europe/Berlin", { 2025, 3, 30 }, "2025-03-29T23:00:00Z", 92 },
		{ "Europe/Berlin", { 2025, 3, 31 }, "2025-03-30T22:00:00Z", 96 },
		{ "Europe/Berlin", { 2025, 10, 26 }, "2025-10-25T22:00:00Z", 100 },
		{ "Europe/Berlin", { 2026, 1, 1 }, "2025-12-31T23:00:00Z", 96 },
		{ "America/New_York", { 2025, 3, 9 }, "2025-03-09T05:00:00Z", 92 },
		{ "America/New_York", { 2025, 11, 2 }, "2025-11-02T04:00:00Z", 100 },
		/* Midnight did not exist: the day began at 01:00. */
		{ "America/Sao_Paulo", { 2018, 11, 4 }, "2018-11-04T03:00:00Z", 92 },
		/* 23:00 came twice: the day before was long, and this one begins at its first midnight that holds. */
		{ "America/Sao_Paulo", { 2019, 2, 16 }, "2019-02-16T02:00:00Z", 100 },
		{ "America/Sao_Paulo", { 2019, 2, 17 }, "2019-02-17T03:00:00Z", 96 },
		{ "Asia/Kathmandu", { 2026, 2, 6 }, "2026-02-05T18:15:00Z", 96 },
		/* Half an hour of summer time. */
		{ "Australia/Lord_Howe", { 2025, 4, 6 }, "2025-04-05T13:00:00Z", 98 },
		{ "Australia/Lord_Howe", { 2025, 10, 5 }, "2025-10-04T13:30:00Z", 94 },
		/* A day that was left out: the next one follows the last. */
		{ "Pacific/Apia", { 2011, 12, 29 }, "2011-12-29T10:00:00Z", 96 },
		{ "Pacific/Apia", { 2011, 12, 30 }, "2011-12-30T10:00:00Z", 0 },
		{ "Pacific/Apia", { 2011, 12, 31 }, "2011-12-30T10:00:00Z", 96 },
		/* Out of range is carried over. */
		{ "Europe/Berlin", { 2026, 2, 36 }, "2026-03-07T23:00:00Z", 96 },
		{ "Europe/Berlin", { 2026, 1, -364 }, "2024-12-31T23:00:00Z", 96 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < nitems(days); i++) {
		struct cm_date next = days[i].date;
		char text[CM_TIME_TEXT];
		struct cm_zone *zone;
		cm_us start, end;

		assert_true(cm_zone_exists(days[i].zone));
		zone = cm_zone_open(days[i].zone);
		assert_non_null(zone);
		start = cm_zone_day_start(zone, days[i].date);
		if (strcmp(cm_time_text_s(start, text), days[i].start) != 0)
			fail_msg("%s, row %zu: begins at %s, not %s", days[i].zone, i, text, days[i].start);
		next.day++;
		if (strcmp(days[i].zone, "Pacific/Apia") == 0 && days[i].date.day == 29)
			next.day++;
		end = cm_zone_day_start(zone, next);
		cm_zone_close(zone);
		if (end - start != days[i].hours_x4 * (CM_HOUR_US / 4))
			fail_msg("%s, row %zu: is %lld us long", days[i].zone, i, (long long)(end - start));
	}
}

/* Each day begins where its date does: a microsecond before, it is another. */
static void
test_edges_of_years(void **state)
{
	static const char *const zones[] = { "UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe",
		"Africa/Casablanca", "Asia/Tehran", "Pacific/Chatham", "America/St_Johns", "Pacific/Kiritimati", "Asia/Beirut" };
	size_t i;
	int day;

	(void)state;
	for (i = 0; i < nitems(zones); i++) {
		struct cm_zone *zone = cm_zone_open(zones[i]);
		cm_us before = 0;

		assert_non_null(zone);
		for (day = 1; day <= 800; day++) {
			struct cm_date date = { 2018, 1, day }, first, last;
			cm_us start = cm_zone_day_start(zone, date);

			first = cm_zone_date(zone, start);
			last = cm_zone_date(zone, start - 1);
			assert_false(first.day == last.day);
			if (before != 0)
				assert_true(start - before >= 23 * CM_HOUR_US && start - before <= 25 * CM_HOUR_US);
			before = start;
		}
		cm_zone_close(zone);
	}
}

/* The C library reads the same files: the same dates, through all years that a time can have. */
static void
test_as_the_c_library(void **state)
{
	static const char *const zones[] = { "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu",
		"Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tehran", "Pacific/Chatham", "Pacific/Apia", "America/St_Johns",
		"Antarctica/Troll", "Asia/Gaza", "Asia/Kolkata", "Etc/GMT+5", "America/Nuuk", "Africa/Monrovia", "Europe/Dublin", "CET", "EST5EDT" };
	uint64_t random = 88172645463325252u;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < nitems(zones); i++) {
		struct cm_zone *zone = cm_zone_open(zones[i]);

		assert_non_null(zone);
		setenv("TZ", zones[i], 1);
		tzset();
		for (k = 0; k < 20000; k++) {
			struct cm_date date;
			struct tm local;
			time_t at;

			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			/* Years 1970 to 2106 and, now and then, to 9999. */
			at = (time_t)(random % (k % 10 == 0 ? UINT64_C(253402214400) : UINT64_C(4294967296)));
			if (k % 3 == 0)
				at -= at % 3600;
			localtime_r(&at, &local);
			date = cm_zone_date(zone, (cm_us)at * CM_SECOND_US);
			if (date.year != local.tm_year + 1900 || date.month != local.tm_mon + 1 || date.day != local.tm_mday)
				fail_msg("%s at %lld: %d-%d-%d, not %d-%d-%d", zones[i], (long long)at, date.year, date.month, date.day,
				    local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
		}
		cm_zone_close(zone);
	}
}

static void
test_names(void **state)
{
	static const char *const not_zones[] = { "", "Mars/Olympus", "/etc/localtime", "../../../etc/passwd", "Europe", "Europe/",
		"Europe/Berlin ", "europe/BERLIN", ":UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "tzdata.zi", "zone.tab", "leapseconds",
		"Europe/../Europe/Berlin", ".", "..", "\xff", "Europe\\Berlin",
		"Europe/Berlinxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" };
	size_t i;

	(void)state;
	assert_true(cm_zone_exists("UTC"));
	assert_true(cm_zone_exists("America/Argentina/Buenos_Aires"));
	assert_true(cm_zone_exists("Etc/GMT+5"));
	for (i = 0; i < nitems(not_zones); i++)
		if (cm_zone_exists(not_zones[i]))
			fail_msg("taken for a zone: \"%s\"", not_zones[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_day_starts),
		cmocka_unit_test(test_edges_of_years),
		cmocka_unit_test(test_as_the_c_library),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
