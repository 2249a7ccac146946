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
#include "cm_random.h"

/* One filter of each scope. */
static const struct cm_filter filters[] = {
	{ 0 }, { .tenant_id = "acme" }, { .provider = "openai" }, { .tenant_id = "acme", .agent = "a" },
};

/* The rung of a width; -1: raw facts. */
static int
rung_of(const struct cm_scope *scope, int resolution_s)
{
	int rung;

	if (resolution_s == 0)
		return -1;
	for (rung = 0; rung < CM_RUNGS_MAX; rung++)
		if (scope->ladder_s[rung] == resolution_s)
			return rung;
	fail_msg("scope %s has no buckets of %d s", scope->name, resolution_s);
	return 0;
}

/* How many times the pieces count the instant `at`. */
static int
times_counted(const struct cm_piece *pieces, size_t count, cm_us at)
{
	int times = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (at >= pieces[i].from && at < pieces[i].to)
			times += pieces[i].minus ? -1 : 1;
	return times;
}

/* Each instant of the window counts once and no other, each piece lies on its grid, and what mends an end is no longer than
 * half a step of the grid above it. */
static void
check_pieces_of(const struct cm_scope *scope, cm_us from, cm_us to, const struct cm_horizons *horizons)
{
	struct cm_piece pieces[CM_PIECES_MAX + 1];
	int64_t widest = 0;
	size_t count, i;

	memset(pieces, 0x55, sizeof pieces);
	count = cm_window_pieces(scope, from, to, horizons, pieces);
	assert_true(count <= CM_PIECES_MAX);
	for (i = 0; i < count; i++) {
		cm_us step = pieces[i].resolution_s * CM_SECOND_US;
		cm_us ends[] = { pieces[i].from, pieces[i].to };
		size_t end;

		assert_true(pieces[i].to > pieces[i].from);
		if (rung_of(scope, pieces[i].resolution_s) >= 0)
			assert_true(pieces[i].from % step == 0 && pieces[i].to % step == 0);
		if (pieces[i].resolution_s > widest)
			widest = pieces[i].resolution_s;
		for (end = 0; end < nitems(ends); end++) {
			assert_int_equal(times_counted(pieces, count, ends[end]), ends[end] >= from && ends[end] < to);
			assert_int_equal(times_counted(pieces, count, ends[end] - 1), ends[end] > from && ends[end] <= to);
		}
	}
	for (i = 0; i < count && horizons->now == INT64_MAX && horizons->pruned == 0; i++)
		if (pieces[i].resolution_s < widest)
			assert_true(pieces[i].to - pieces[i].from <=
			    scope->ladder_s[rung_of(scope, pieces[i].resolution_s) + 1] * CM_SECOND_US / 2);
	assert_int_equal(times_counted(pieces, count, from), from < to);
	assert_int_equal(times_counted(pieces, count, from - 1), 0);
	assert_int_equal(times_counted(pieces, count, to), 0);
	/* Nothing was written behind the last. */
	assert_int_equal(pieces[CM_PIECES_MAX].resolution_s, 0x55555555);
}

static const struct cm_horizons none = { .now = INT64_MAX };

static void
check_pieces(cm_us from, cm_us to)
{
	const struct cm_horizons now = { .now = to }, amid = { .now = from + (to - from) / 2, .pruned = from - CM_DAY_US };
	size_t i;

	for (i = 0; i < nitems(filters); i++) {
		check_pieces_of(cm_filter_scope(&filters[i]), from, to, &none);
		check_pieces_of(cm_filter_scope(&filters[i]), from, to, &now);
		check_pieces_of(cm_filter_scope(&filters[i]), from, to, &amid);
	}
}

static void
test_edges(void **state)
{
	static const cm_us grid[] = { 300 * CM_SECOND_US, CM_HOUR_US, CM_DAY_US, 2 * CM_DAY_US, 40 * CM_DAY_US };
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
	for (i = 0; i < 50000; i++) {
		int64_t widest = INT64_C(1) << (1 + random_below(48));
		cm_us from = random_below(INT64_C(2000000000000000));

		check_pieces(from, from + random_below(widest));
	}
}

static size_t
pieces_of(cm_us from, cm_us to, cm_us now, struct cm_piece *pieces)
{
	const struct cm_horizons horizons = { .now = now };

	return cm_window_pieces(cm_filter_scope(&filters[0]), from, to, &horizons, pieces);
}

static void
test_a_whole_day_is_one_piece(void **state)
{
	struct cm_piece pieces[CM_PIECES_MAX];

	(void)state;
	assert_int_equal(pieces_of(20 * CM_DAY_US, 50 * CM_DAY_US, INT64_MAX, pieces), 1);
	assert_int_equal(pieces[0].resolution_s, CM_DAY_S);
	assert_int_equal(pieces_of(20 * CM_DAY_US, 20 * CM_DAY_US + CM_HOUR_US, INT64_MAX, pieces), 1);
	assert_int_equal(pieces[0].resolution_s, CM_HOUR_S);
	assert_int_equal(pieces_of(5, 4, INT64_MAX, pieces), 0);
}

/* What is left of a bucket is taken away where that is less; behind now it is nothing. */
static void
test_the_shorter_way(void **state)
{
	struct cm_piece pieces[CM_PIECES_MAX];
	cm_us hour = CM_HOUR_US;

	(void)state;
	assert_int_equal(pieces_of(20 * CM_DAY_US, 21 * CM_DAY_US - hour, INT64_MAX, pieces), 2);
	assert_true(pieces[0].resolution_s == CM_DAY_S && !pieces[0].minus);
	assert_true(pieces[1].resolution_s == CM_HOUR_S && pieces[1].minus && pieces[1].from == 21 * CM_DAY_US - hour);
	assert_int_equal(pieces_of(20 * CM_DAY_US, 21 * CM_DAY_US + hour, INT64_MAX, pieces), 2);
	assert_true(pieces[1].resolution_s == CM_HOUR_S && !pieces[1].minus);
	assert_int_equal(pieces_of(20 * CM_DAY_US, 21 * CM_DAY_US + hour, 21 * CM_DAY_US + hour, pieces), 2);
	assert_true(pieces[0].resolution_s == CM_DAY_S && pieces[0].to == 22 * CM_DAY_US);
	assert_true(pieces[1].resolution_s == CM_HOUR_S && pieces[1].minus);
}

/* Where facts are pruned an edge moves down to a bucket, and the answer is told not to be exact; elsewhere nothing changes. */
static void
test_pruned_edges(void **state)
{
	struct cm_cut cut;
	size_t i;
	int n;

	(void)state;
	for (n = 0; n < 20000; n++)
		for (i = 0; i < nitems(filters); i++) {
			const struct cm_scope *scope = cm_filter_scope(&filters[i]);
			cm_us step = scope->ladder_s[0] * CM_SECOND_US;
			cm_us from = random_below(INT64_C(2000000000000000)), to = from + 1 + random_below(INT64_C(1) << 41);
			cm_us pruned = cm_time_floor(from + random_below(INT64_C(1) << 41) - (INT64_C(1) << 40), CM_DAY_US);
			const struct cm_horizons horizons = { .now = to, .pruned = pruned };
			cm_us edges[] = { n % 3 == 0 ? cm_time_floor(from, step) : from, n % 3 == 0 ? cm_time_floor(to, step) : to };
			bool on_grid = edges[0] % step == 0 && edges[1] % step == 0;
			cm_us kept_from = edges[0] < pruned ? cm_time_floor(edges[0], step) : edges[0];
			size_t p;

			assert_int_equal(cm_cut_init(&cut, scope, edges, 1, &horizons), 0);
			if (pruned <= edges[0] || on_grid)
				assert_true(cut.exact);
			for (p = 0; p < cut.count; p++)	/* no raw facts are asked for that are gone */
				if (cut.pieces[p].resolution_s == 0)
					assert_true(cut.pieces[p].from >= pruned);
			assert_int_equal(times_counted(cut.pieces, cut.count, kept_from - 1), 0);
			if (cut.count > 0)
				assert_int_equal(times_counted(cut.pieces, cut.count, kept_from), 1);
			cm_cut_done(&cut);
		}
}

/* Hours in a row are read in one piece, whichever bucket of the answer they fall to; raw facts are not. */
static void
test_buckets_of_an_answer(void **state)
{
	cm_us edges[26];
	struct cm_cut cut;
	size_t i;

	(void)state;
	for (i = 0; i < 25; i++)
		edges[i] = 20 * CM_DAY_US + (cm_us)i * CM_HOUR_US;
	edges[25] = edges[24] + CM_HOUR_US / 4;
	assert_int_equal(cm_cut_init(&cut, cm_filter_scope(&filters[0]), edges, 25, &none), 0);
	assert_int_equal(cut.count, 2);
	assert_true(cut.pieces[0].resolution_s == CM_HOUR_S && cut.pieces[0].first == 0 && cut.pieces[0].count == 24);
	assert_true(cut.pieces[1].resolution_s == 300 && cut.pieces[1].first == 24 && cut.pieces[1].count == 1);
	for (i = 0; i < 24; i++) {
		assert_int_equal(cm_piece_bucket(&cut.pieces[0], edges, edges[i]), i);
		assert_int_equal(cm_piece_bucket(&cut.pieces[0], edges, edges[i + 1] - 1), i);
	}
	assert_int_equal(cm_piece_bucket(&cut.pieces[1], edges, edges[24]), 24);
	cm_cut_done(&cut);
	assert_int_equal(cm_cut_init(&cut, cm_filter_scope(&filters[3]), edges, 25, &none), 0);
	assert_int_equal(cut.count, 25);
	assert_true(cut.pieces[24].resolution_s == 0 && cut.pieces[24].first == 24 && cut.pieces[24].count == 1);
	cm_cut_done(&cut);
}

static void
test_scope(void **state)
{
	struct cm_filter filter = { 0 };

	(void)state;
	assert_string_equal(cm_filter_scope(&filter)->name, "all");
	filter.tenant_id = "";
	assert_string_equal(cm_filter_scope(&filter)->name, "all");
	filter.tenant_id = "acme";
	assert_string_equal(cm_filter_scope(&filter)->name, "tenant");
	filter.call_type = "inbound";
	assert_string_equal(cm_filter_scope(&filter)->name, "full");
	filter.tenant_id = NULL;
	assert_string_equal(cm_filter_scope(&filter)->name, "call_type");
	filter = (struct cm_filter){ .agent = "a" };
	assert_string_equal(cm_filter_scope(&filter)->name, "agent");
	filter.provider = "b";
	assert_string_equal(cm_filter_scope(&filter)->name, "labels");
	filter = (struct cm_filter){ .agent_version = "a" };
	assert_string_equal(cm_filter_scope(&filter)->name, "agent_version");
	filter = (struct cm_filter){ .provider = "a" };
	assert_string_equal(cm_filter_scope(&filter)->name, "provider");
	filter.call_type = "inbound";
	assert_string_equal(cm_filter_scope(&filter)->name, "labels");
}

/* Rollups of wide buckets are made of those of the narrowest (deltas.c). */
static void
test_ladders(void **state)
{
	static const char *const names[] = { "all", "tenant", "agent", "agent_version", "provider", "call_type", "labels", "full" };
	size_t i;

	(void)state;
	for (i = 0; i < nitems(names); i++) {
		const int *ladder_s = cm_scope_named(names[i])->ladder_s;

		if (ladder_s[0] == CM_DAY_S) {
			assert_int_equal(ladder_s[1], 0);
			continue;
		}
		assert_int_equal(ladder_s[0], 300);
		assert_int_equal(ladder_s[1], CM_HOUR_S);
		assert_int_equal(ladder_s[2], CM_DAY_S);
	}
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
			assert_null(binds[i].text);
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
		cmocka_unit_test(test_the_shorter_way),
		cmocka_unit_test(test_buckets_of_an_answer),
		cmocka_unit_test(test_pruned_edges),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_ladders),
		cmocka_unit_test(test_binds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
