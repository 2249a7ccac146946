/*
 * What a request asks: every type of parameter, and every way to be refused.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "query.h"
#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cm_test.h"

static const cm_us now = INT64_C(1770373800000000);

static const struct cm_param params[] = {
	{ "count", CM_INT, .fallback = "7", .min = -5, .max = 100, .help = "a number" },
	{ "word", CM_CHOICE, .fallback = "one", .choices = "one two three", .help = "a word" },
	{ "name", CM_TEXT, .max = 8, .help = "a text" },
	{ "flag", CM_FLAG, .help = "a flag" },
	{ "at", CM_TIME, .help = "a time" },
	{ "every", CM_INTERVAL, .min = 5, .max = 2 * CM_DAY_S, .help = "an interval" },
	{ "tz", CM_ZONE, .fallback = "UTC", .help = "a zone" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

static struct cm_query *
ask(const char *text)
{
	struct cm_problem problem;
	struct cm_query *query = NULL;

	if (cm_query_parse(params, text, NULL, now, &query, &problem) != 0)
		fail_msg("refused: %s (%s)", text, problem.detail);
	return query;
}

static void
refuse(const char *text, int status, const char *parameter, const char *detail)
{
	struct cm_problem problem;
	struct cm_query *query = NULL;

	if (cm_query_parse(params, text, NULL, now, &query, &problem) != CM_EPARAM)
		fail_msg("not refused: %s", text);
	assert_null(query);
	assert_int_equal(problem.status, status);
	assert_string_equal(problem.parameter, parameter);
	if (strstr(problem.detail, detail) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", text, problem.detail, detail);
}

static void
test_defaults(void **state)
{
	struct cm_query *query = ask("");

	(void)state;
	assert_int_equal(cm_query_int(query, "count"), 7);
	assert_string_equal(cm_query_text(query, "word"), "one");
	assert_null(cm_query_text(query, "name"));
	assert_false(cm_query_flag(query, "flag"));
	assert_int_equal(cm_query_time(query, "at"), 0);
	assert_int_equal(cm_query_int(query, "every"), 0);
	assert_string_equal(cm_query_text(query, "tz"), "UTC");
	assert_false(cm_query_given(query, "count"));
	assert_false(cm_query_has_window(query));
	assert_int_equal(cm_query_now(query), now);
	cm_query_free(query);
	cm_query_free(NULL);
}

static void
test_every_type(void **state)
{
	struct cm_query *query = ask("count=-5&word=three&name=caf%C3%A9+%26&flag=1&at=1770373800.25&every=2d&tz=Asia/Tokyo&_=x&pretty=1");

	(void)state;
	assert_int_equal(cm_query_int(query, "count"), -5);
	assert_string_equal(cm_query_text(query, "word"), "three");
	assert_string_equal(cm_query_text(query, "name"), "caf\xc3\xa9 &");
	assert_true(cm_query_flag(query, "flag"));
	assert_int_equal(cm_query_time(query, "at"), now + 250000);
	assert_int_equal(cm_query_int(query, "every"), 2 * CM_DAY_S);
	assert_string_equal(cm_query_text(query, "tz"), "Asia/Tokyo");
	assert_true(cm_query_flag(query, "pretty"));
	assert_false(cm_query_flag(query, "explain"));
	assert_true(cm_query_given(query, "count"));
	cm_query_free(query);
}

static void
test_edges_of_types(void **state)
{
	static const char *const good[] = { "count=100", "count=0", "count=-0", "count=007", "every=5s", "every=48h", "every=172800s",
		"every=2880m", "name=12345678", "&&", "&", "at=0", "%63ount=5", "_=1", "count=&word=&name=&flag=&at=&every=&tz=&_=", "count=&count=5&hours=" };
	static const struct {
		const char *text, *parameter, *detail;
	} bad[] = {
		{ "count=101", "count", "-5 to 100" }, { "count=-6", "count", "-5 to 100" }, { "nothing=", "nothing", "no parameter" },
		{ "count", "count", "whole number" }, { "count= 5", "count", "whole number" }, { "count=+5", "count", "whole number" },
		{ "count=5x", "count", "\"5x\"" }, { "count=--5", "count", "" }, { "count=-", "count", "" },
		{ "count=99999999999999999999", "count", "" }, { "word=four", "word", "one two three" }, { "word", "word", "" },
		{ "word=one two", "word", "" }, { "word=tw", "word", "" }, { "word=ONE", "word", "" }, { "name=123456789", "name", "1 to 8 bytes" },
		{ "name", "name", "" }, { "name=a%09", "name", "control" }, { "name=%7f", "name", "" }, { "name=%c3", "name", "UTF-8" },
		{ "name=%00", "name", "NUL" }, { "na%00me=x", "na", "NUL" }, { "name=%", "name", "malformed" }, { "%=x", "", "malformed" },
		{ "flag=2", "flag", "0 or 1" }, { "flag=true", "flag", "0 or 1" }, { "flag", "flag", "" }, { "flag=11", "flag", "" },
		{ "at=soon", "at", "RFC" }, { "every=4s", "every", "from 5s to 2d" }, { "every=3d", "every", "" },
		{ "every=172801s", "every", "" }, { "every=5", "every", "" }, { "every=h", "every", "" }, { "every=5sm", "every", "" },
		{ "every=99999999999999999999d", "every", "" }, { "tz=Nowhere", "tz", "IANA" }, { "none=1", "none", "no parameter" },
		{ "wrod=one", "wrod", "did you mean \"word\"" }, { "none=1", "none", "There are: count" },
		{ "count=1&count=1", "count", "twice" }, { "pretty=1&pretty=1", "pretty", "twice" }, { "count=1&%63ount=2", "count", "twice" },
		{ "hours=1&days=1", "days", "not both" }, { "hours=1&start_time=0", "start_time", "not both" },
		{ "days=1&end_time=1", "end_time", "not both" }, { "end_time=1", "start_time", "needs" },
		{ "start_time=5&end_time=5", "start_time", "before" }, { "start_time=6&end_time=5", "start_time", "before" },
		{ "start_time=1770373801", "start_time", "before" }, { "start_time=0&end_time=316224001", "start_time", "3660 days" },
		{ "hours=0", "hours", "" }, { "hours=87841", "hours", "" }, { "days=3661", "days", "" }, { "call_type=x", "call_type", "inbound outbound" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < nitems(good); i++)
		cm_query_free(ask(good[i]));
	for (i = 0; i < nitems(bad); i++)
		refuse(bad[i].text, 400, bad[i].parameter, strcmp(bad[i].detail, "RFC") == 0 ? "a time such as" : bad[i].detail);
}

static void
test_long_queries(void **state)
{
	char text[5000];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text, "_=", 2);
	text[4096] = '\0';
	cm_query_free(ask(text));
	text[4096] = 'a';
	text[4097] = '\0';
	refuse(text, 414, "", "4096");
	text[0] = 'a';
	text[4096] = '\0';
	text[1000] = '=';
	text[1] = 'a';
	refuse(text, 400, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "no parameter");
	memset(text, '&', 4096);
	cm_query_free(ask(text));
}

static void
check_window(const char *text, cm_us from, cm_us to)
{
	struct cm_query *query = ask(text);
	struct cm_window window = cm_query_window(query);

	if (window.from != from || window.to != to)
		fail_msg("%s: %lld..%lld", text, (long long)window.from, (long long)window.to);
	assert_int_equal(cm_query_has_window(query), *text != '\0');
	cm_query_free(query);
}

static void
test_windows(void **state)
{
	(void)state;
	check_window("hours=1", now - CM_HOUR_US, now);
	check_window("days=2", now - 2 * CM_DAY_US, now);
	check_window("days=3660", now - 3660 * CM_DAY_US, now);
	check_window("start_time=2026-02-05&end_time=2026-02-06", cm_time_floor(now, CM_DAY_US) - CM_DAY_US, cm_time_floor(now, CM_DAY_US));
	check_window("start_time=5&end_time=7.5", 5 * CM_SECOND_US, 7500000);
	check_window("start_time=1770373799", now - CM_SECOND_US, now);
	check_window("start_time=0&end_time=316224000", 0, INT64_C(316224000) * CM_SECOND_US);
}

static void
test_tenant_of_the_login(void **state)
{
	struct cm_problem problem;
	struct cm_query *query;

	(void)state;
	assert_int_equal(cm_query_parse(params, "tenant_id=other&agent=a", "mine", now, &query, &problem), 0);
	assert_string_equal(cm_query_window(query).filter.tenant_id, "mine");
	assert_string_equal(cm_query_window(query).filter.agent, "a");
	assert_null(cm_query_window(query).filter.provider);
	cm_query_free(query);
	query = ask("tenant_id=other");
	assert_string_equal(cm_query_window(query).filter.tenant_id, "other");
	cm_query_free(query);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_type),
		cmocka_unit_test(test_edges_of_types),
		cmocka_unit_test(test_long_queries),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_tenant_of_the_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
