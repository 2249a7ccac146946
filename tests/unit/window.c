/*
 * A window is cut into pieces that cover it exactly, and its filter names the series that it reads.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "window.h"
#include "error.h"
#include "sql.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

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

/* In order, without a gap or an overlap, each on its grid, none that a wider grid could have covered. */
static void
check_pieces_of(const struct cm_scope *scope, cm_us from, cm_us to)
{
	struct cm_piece pieces[CM_PIECES_MAX + 1];
	size_t count, i;
	cm_us at = from;

	memset(pieces, 0x55, sizeof pieces);
	count = cm_window_pieces(scope, from, to, pieces);
	assert_true(count <= CM_PIECES_MAX);
	for (i = 0; i < count; i++) {
		int rung = rung_of(scope, pieces[i].resolution_s);
		cm_us step = pieces[i].resolution_s * CM_SECOND_US;

		assert_int_equal(pieces[i].from, at);
		assert_true(pieces[i].to > pieces[i].from);
		at = pieces[i].to;
		if (rung >= 0) {
			assert_int_equal(pieces[i].from % step, 0);
			assert_int_equal(pieces[i].to % step, 0);
		}
		if (rung + 1 < CM_RUNGS_MAX && scope->ladder_s[rung + 1] != 0)
			assert_true(pieces[i].to - pieces[i].from < 2 * scope->ladder_s[rung + 1] * CM_SECOND_US);
	}
	assert_int_equal(at, to > from ? to : from);
	/* Nothing was written behind the last. */
	assert_int_equal(pieces[CM_PIECES_MAX].resolution_s, 0x55555555);
}

static void
check_pieces(cm_us from, cm_us to)
{
	size_t i;

	for (i = 0; i < nitems(filters); i++)
		check_pieces_of(cm_filter_scope(&filters[i]), from, to);
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

static void
test_a_whole_day_is_one_piece(void **state)
{
	const struct cm_scope *all = cm_filter_scope(&filters[0]);
	struct cm_piece pieces[CM_PIECES_MAX];

	(void)state;
	assert_int_equal(cm_window_pieces(all, 20 * CM_DAY_US, 50 * CM_DAY_US, pieces), 1);
	assert_int_equal(pieces[0].resolution_s, CM_DAY_S);
	assert_int_equal(cm_window_pieces(all, 20 * CM_DAY_US, 20 * CM_DAY_US + CM_HOUR_US, pieces), 1);
	assert_int_equal(pieces[0].resolution_s, CM_HOUR_S);
	assert_int_equal(cm_window_pieces(all, 20 * CM_DAY_US + 1, 50 * CM_DAY_US - 1, pieces), CM_PIECES_MAX);
	assert_int_equal(cm_window_pieces(all, 5, 4, pieces), 0);
}

/* Where facts are pruned an edge moves down to a bucket, and the answer is told not to be exact; elsewhere nothing changes. */
static void
test_pruned_edges(void **state)
{
	struct cm_piece pieces[CM_PIECES_MAX], plain[CM_PIECES_MAX];
	size_t i, count;
	int n;

	(void)state;
	for (n = 0; n < 20000; n++)
		for (i = 0; i < nitems(filters); i++) {
			const struct cm_scope *scope = cm_filter_scope(&filters[i]);
			cm_us step = scope->ladder_s[0] * CM_SECOND_US;
			cm_us from = random_below(INT64_C(2000000000000000)), to = from + random_below(INT64_C(1) << 41);
			cm_us pruned = cm_time_floor(from + random_below(INT64_C(1) << 41) - (INT64_C(1) << 40), CM_DAY_US);
			bool exact = true, on_grid = from % step == 0 && to % step == 0;
			size_t p;

			if (n % 3 == 0) {
				from = cm_time_floor(from, step);
				to = cm_time_floor(to, step);
				on_grid = true;
			}
			count = cm_window_pieces_kept(scope, from, to, pruned, pieces, &exact);
			if (pruned <= from || on_grid) {
				assert_true(exact);
				assert_int_equal(count, cm_window_pieces(scope, from, to, plain));
				for (p = 0; p < count; p++)
					assert_true(pieces[p].resolution_s == plain[p].resolution_s &&
					    pieces[p].from == plain[p].from && pieces[p].to == plain[p].to);
			}
			for (p = 0; p < count; p++)	/* no raw facts are asked for that are gone */
				if (pieces[p].resolution_s == 0)
					assert_true(pieces[p].from >= pruned);
			if (count > 0 && from < pruned)
				assert_int_equal(pieces[0].from, cm_time_floor(from, step));
		}
}

/* The widths per scope are those that the database keeps. */
static void
test_agrees_with_the_grid_of_the_database(void **state)
{
	const char *schema[] = { cm_sql_text("sqlite", "001-facts"), cm_sql_text("sqlite", "002-rollups") };
	sqlite3_stmt *stmt;
	sqlite3 *db;
	size_t i;
	int rung, rows = 0;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	for (i = 0; i < nitems(schema); i++)
		assert_int_equal(sqlite3_exec(db, schema[i], NULL, NULL, NULL), SQLITE_OK);
	for (i = 0; i < nitems(filters); i++) {
		const struct cm_scope *scope = cm_filter_scope(&filters[i]);

		assert_int_equal(sqlite3_prepare_v2(db, "SELECT resolution FROM cm_grid WHERE scope = ?1 ORDER BY 1", -1, &stmt, NULL),
		    SQLITE_OK);
		sqlite3_bind_text(stmt, 1, scope->name, -1, SQLITE_STATIC);
		for (rung = 0; sqlite3_step(stmt) == SQLITE_ROW; rung++, rows++)
			assert_int_equal(sqlite3_column_int(stmt, 0), scope->ladder_s[rung]);
		assert_true(rung == CM_RUNGS_MAX || scope->ladder_s[rung] == 0);
		sqlite3_finalize(stmt);
	}
	assert_true(rows > 0);
	sqlite3_close(db);
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
	assert_string_equal(cm_filter_scope(&filter)->name, "labels");
	filter = (struct cm_filter){ .agent = "a" };
	assert_string_equal(cm_filter_scope(&filter)->name, "labels");
	filter = (struct cm_filter){ .agent_version = "a" };
	assert_string_equal(cm_filter_scope(&filter)->name, "labels");
	filter = (struct cm_filter){ .provider = "a" };
	assert_string_equal(cm_filter_scope(&filter)->name, "labels");
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
		cmocka_unit_test(test_pruned_edges),
		cmocka_unit_test(test_agrees_with_the_grid_of_the_database),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_binds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
