/*
 * Histogram bins: the program's and the database's are the same, and each value lies in its own.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "bins.h"
#include "durations.h"
#include "error.h"
#include "sql.h"

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "cm_test.h"

static const int64_t most_us = INT64_C(31622400) * 1000000;	/* the longest duration that is taken */

static void
test_floor_of_each_bin(void **state)
{
	int bin, last = cm_bin_of(most_us);

	(void)state;
	assert_int_equal(cm_bin_of(0), 0);
	for (bin = 0; bin <= last; bin++) {
		int64_t low = cm_bin_floor_us(bin), next = cm_bin_floor_us(bin + 1);

		assert_true(next > low);
		assert_int_equal(cm_bin_of(low), bin);
		assert_int_equal(cm_bin_of(next - 1), bin);
		/* One microsecond wide up to 1023 us, then at most 0.2 % of the value. */
		assert_true(low < 1024 ? next - low == 1 : (next - low) * 500 <= low);
	}
}

static void
test_monotone(void **state)
{
	int64_t value, step;
	int bin = 0, before = 0;

	(void)state;
	for (value = 0, step = 1; value < most_us; value += step, step = 1 + value / 3000) {
		bin = cm_bin_of(value);
		assert_true(bin >= before);
		assert_true(cm_bin_floor_us(bin) <= value && value < cm_bin_floor_us(bin + 1));
		before = bin;
	}
	assert_true(bin > 10000);
}

/* The formula that the database tells of its table. */
static void
test_agrees_with_the_database(void **state)
{
	static const char formula[] = "SELECT (:v >> shift) + 512 * shift FROM cm_octave WHERE floor_us <= :v"
				      " ORDER BY floor_us DESC LIMIT 1";
	const char *schema = cm_sql_find("sqlite", "001-facts")->text;
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int64_t value;
	int off;

	(void)state;
	assert_non_null(schema);
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, schema, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, formula, -1, &stmt, NULL), SQLITE_OK);
	for (value = 0; value < most_us; value += 1 + value / 40)
		for (off = -1; off <= 1; off++) {
			if (value + off < 0)
				continue;
			sqlite3_bind_int64(stmt, 1, value + off);
			assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
			assert_int_equal(sqlite3_column_int(stmt, 0), cm_bin_of(value + off));
			sqlite3_reset(stmt);
		}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_floor_of_each_bin),
		cmocka_unit_test(test_monotone),
		cmocka_unit_test(test_agrees_with_the_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
