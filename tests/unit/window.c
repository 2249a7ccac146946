/*
 * A window is cut into pieces that cover it exactly, and its filter names the series that it reads.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "window.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

#include "cm_test.h"

static uint64_t random_state = 88172645463325252u;

static int64_t
random_below(int64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (int64_t)(random_state % (uint64_t)limit);
}

/* In order, without a gap or an overlap, each on its grid, none that a wider grid could have covered. */
static void
check_pieces(cm_us from, cm_us to)
{
	struct cm_piece pieces[CM_PIECES_MAX + 1];
	size_t count, i;
	cm_us at = from;

	memset(pieces, 0x55, sizeof pieces);
	count = cm_window_pieces(from, to, pieces);
	assert_true(count <= CM_PIECES_MAX);
	for (i = 0; i < count; i++) {
		cm_us step = pieces[i].resolution_s * CM_SECOND_US;

		assert_int_equal(pieces[i].from, at);
		assert_true(pieces[i].to > pieces[i].from);
		at = pieces[i].to;
		if (pieces[i].resolution_s == 0) {
			assert_true(pieces[i].to - pieces[i].from < 2 * CM_BASE_S * CM_SECOND_US);
			continue;
		}
		assert_true(pieces[i].resolution_s == CM_BASE_S || pieces[i].resolution_s == CM_HOUR_S ||
		    pieces[i].resolution_s == CM_DAY_S);
		assert_int_equal(pieces[i].from % step, 0);
		assert_int_equal(pieces[i].to % step, 0);
		if (pieces[i].resolution_s == CM_BASE_S)
			assert_true(pieces[i].to - pieces[i].from < 2 * CM_HOUR_US);
		if (pieces[i].resolution_s == CM_HOUR_S)
			assert_true(pieces[i].to - pieces[i].from < 2 * CM_DAY_US);
	}
	assert_int_equal(at, to > from ? to : from);
	/* Nothing was written behind the last. */
	assert_int_equal(pieces[CM_PIECES_MAX].resolution_s, 0x55555555);
}

static void
test_edges(void **state)
{
	static const cm_us grid[] = { CM_BASE_S * CM_SECOND_US, CM_HOUR_US, CM_DAY_US, 2 * CM_DAY_US, 40 * CM_DAY_US };
	static const cm_us off[] = { -CM_SECOND_US, -1, 0, 1, CM_SECOND_US };
	cm_us base = INT64_C(1770373800000000);
	size_t a, b, c, d;

	(void)state;
	for (a = 0; a < nitems(grid); a++)
		for (b = 0; b < nitems(grid); b++)
			for (c = 0; c < nitems(off); c++)
				for (d = 0; d < nitems(off); d++) {
					cm_us from = cm_time_floor(base, grid[a]) + off[c];

					check_pieces(from, cm_time_floor(from + grid[b], grid[b]) + off[d]);
				}
	check_pieces(0, CM_TIME_MAX_US);
	check_pieces(1, CM_TIME_MAX_US - 1);
	check_pieces(base, base);
	check_pieces(base, base + 1);
}

static void
test_random_windows(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		int64_t widest = INT64_C(1) << (1 + random_below(48));
		cm_us from = random_below(INT64_C(2000000000000000));

		check_pieces(from, from + random_below(widest));
	}
}

static void
test_a_whole_day_is_one_piece(void **state)
{
	struct cm_piece pieces[CM_PIECES_MAX];

	(void)state;
	assert_int_equal(cm_window_pieces(20 * CM_DAY_US, 50 * CM_DAY_US, pieces), 1);
	assert_int_equal(pieces[0].resolution_s, CM_DAY_S);
	assert_int_equal(cm_window_pieces(20 * CM_DAY_US, 20 * CM_DAY_US + CM_HOUR_US, pieces), 1);
	assert_int_equal(pieces[0].resolution_s, CM_HOUR_S);
	assert_int_equal(cm_window_pieces(20 * CM_DAY_US + 1, 50 * CM_DAY_US - 1, pieces), 7);
	assert_int_equal(cm_window_pieces(5, 4, pieces), 0);
}

static void
test_scope(void **state)
{
	struct cm_filter filter = { 0 };

	(void)state;
	assert_string_equal(cm_filter_scope(&filter), "all");
	filter.tenant_id = "";
	assert_string_equal(cm_filter_scope(&filter), "all");
	filter.tenant_id = "acme";
	assert_string_equal(cm_filter_scope(&filter), "tenant");
	filter.call_type = "inbound";
	assert_string_equal(cm_filter_scope(&filter), "full");
	filter.tenant_id = NULL;
	assert_string_equal(cm_filter_scope(&filter), "labels");
	filter = (struct cm_filter){ .agent = "a" };
	assert_string_equal(cm_filter_scope(&filter), "labels");
	filter = (struct cm_filter){ .agent_version = "a" };
	assert_string_equal(cm_filter_scope(&filter), "labels");
	filter = (struct cm_filter){ .provider = "a" };
	assert_string_equal(cm_filter_scope(&filter), "labels");
}

static void
test_binds(void **state)
{
	const struct cm_filter filter = { .tenant_id = "acme", .agent = "" };
	const struct cm_piece hours = { .resolution_s = CM_HOUR_S, .from = CM_HOUR_US, .to = 3 * CM_HOUR_US };
	const struct cm_piece raw = { .from = 5, .to = 7 };
	struct cm_bind binds[CM_BINDS_MAX];
	size_t n, i, seen = 0;

	(void)state;
	n = cm_window_binds(&filter, &hours, binds);
	assert_true(n < CM_BINDS_MAX);
	assert_null(binds[n].name);
	for (i = 0; i < n; i++) {
		if (strcmp(binds[i].name, "tenant_id") == 0 && ++seen)
			assert_string_equal(binds[i].text, "acme");
		if (strcmp(binds[i].name, "agent") == 0 && ++seen)
			assert_int_equal(binds[i].type, CM_BIND_NULL);
		if (strcmp(binds[i].name, "from") == 0 && ++seen)
			assert_int_equal(binds[i].number, CM_HOUR_S);
		if (strcmp(binds[i].name, "to") == 0 && ++seen)
			assert_int_equal(binds[i].number, 3 * CM_HOUR_S);
		if (strcmp(binds[i].name, "resolution") == 0 && ++seen)
			assert_int_equal(binds[i].number, CM_HOUR_S);
	}
	assert_int_equal(seen, 5);
	n = cm_window_binds(&filter, &raw, binds);
	for (i = 0; i < n; i++)
		if (strcmp(binds[i].name, "from") == 0)
			assert_int_equal(binds[i].number, 5);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_random_windows),
		cmocka_unit_test(test_a_whole_day_is_one_piece),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_binds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
