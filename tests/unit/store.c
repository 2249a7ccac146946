/*
 * One store prepares as many statements as there are, each where it stays; one that is missing is named, and what is left out is told.
 * suites: normal sanitize
 */
#include "config.h"

#include "error.h"
#include "schema.h"
#include "sql.h"
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cm_test.h"

static char folder[] = "/tmp/cm-unit-store.XXXXXX";
static char path[64];

static int
make_database(void **state)
{
	struct cm_store *store;

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/calls.db", folder);
	assert_int_equal(cm_store_open(path, CM_STORE_CREATE, &store), 0);
	assert_int_equal(cm_schema_create(store, NULL), 0);
	cm_store_close(store);
	return 0;
}

static int
remove_database(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

/* Scripts are not prepared, and some statements are of a voice app's tables or its journal, which are not there. */
static bool
is_prepared(const struct cm_sql *sql)
{
	static const char *const of_the_app[] = { "app-", "attach-", "copy-", "former-", "journal-", "reach-", "source-" };
	size_t i;

	for (i = 0; i < sizeof of_the_app / sizeof *of_the_app; i++)
		if (strncmp(cm_sql_name(sql), of_the_app[i], strlen(of_the_app[i])) == 0)
			return false;
	return strchr(sql->text, ';') == NULL && strncmp(sql->name, "postgres/", 9) != 0;
}

static void
every_statement(void **state)
{
	const struct cm_bind version[] = { CM_TEXT_PARAM("key", "schema_version"), { 0 } };
	struct cm_rows *first, *rows;
	const struct cm_sql *sql;
	struct cm_store *store;
	int count = 0;

	(void)state;
	assert_int_equal(cm_store_open(path, CM_STORE_WRITE, &store), 0);
	assert_int_equal(cm_store_begin(store), 0);
	assert_int_equal(cm_store_query(store, "meta-text", version, &first), 0);
	for (sql = cm_sql; sql->name != NULL; sql++) {
		if (!is_prepared(sql) || strcmp(sql->name, "meta-text") == 0)
			continue;
		if (cm_store_query(store, cm_sql_name(sql), NULL, &rows) != 0)
			fail_msg("%s, after %d others: %s", sql->name, count, cm_store_problem(store));
		cm_rows_done(rows);
		count++;
	}
	assert_true(count > 64);
	assert_int_equal(cm_rows_next(first), 1);
	assert_int_equal(atoi(cm_rows_text(first, 0)), CM_SCHEMA_VERSION);
	assert_int_equal(cm_store_end(store, false), 0);
	cm_store_close(store);
}

static void
missing(void **state)
{
	struct cm_store *store;
	struct cm_rows *rows;

	(void)state;
	assert_int_equal(cm_store_open(path, CM_STORE_READ, &store), 0);
	assert_int_equal(cm_store_begin(store), 0);
	assert_int_equal(cm_store_query(store, "nothing-known", NULL, &rows), CM_ESTORE);
	assert_non_null(strstr(cm_store_problem(store), "nothing-known"));
	assert_int_equal(cm_store_script(store, "no-script"), CM_ESTORE);
	assert_non_null(strstr(cm_store_problem(store), "no-script"));
	cm_store_close(store);
}

/* An answer of very many statements tells of all, if not each. */
static void
very_many(void **state)
{
	enum { EACH = 1500 };
	const struct cm_bind version[] = { CM_TEXT_PARAM("key", "schema_version"), { 0 } };
	const struct cm_note *notes;
	struct cm_store *store;
	int64_t number, rows = 0;
	size_t count, i;

	(void)state;
	assert_int_equal(cm_store_open(path, CM_STORE_READ, &store), 0);
	cm_store_explain(store, true);
	assert_int_equal(cm_store_begin(store), 0);
	for (i = 0; i < EACH; i++)
		assert_int_equal(cm_store_number(store, "meta-text", version, &number), 0);
	notes = cm_store_notes(store, &count);
	for (i = 0; i < count; i++)
		rows += notes[i].rows;
	assert_true(count < EACH);
	assert_int_equal(rows, EACH);
	assert_non_null(strstr(notes[count - 1].statement, "further"));
	assert_null(strstr(notes[count - 2].statement, "further"));
	cm_store_close(store);
}

/* A statement is one handle: run again while it is read, the reader would get the other's rows. */
static void
run_while_read(void **state)
{
	struct cm_rows *rows, *again;
	struct cm_store *store;

	(void)state;
	assert_int_equal(cm_store_open(path, CM_STORE_READ, &store), 0);
	assert_int_equal(cm_store_begin(store), 0);
	assert_int_equal(cm_store_query(store, "vocabulary", NULL, &rows), 0);
	assert_int_equal(cm_rows_next(rows), 1);
	assert_int_equal(cm_store_query(store, "vocabulary", NULL, &again), CM_ESTORE);
	assert_string_equal(cm_store_problem(store), "A statement of this program is run again while it is read.");
	assert_int_equal(cm_rows_next(rows), 1);
	cm_rows_done(rows);
	assert_int_equal(cm_store_query(store, "vocabulary", NULL, &rows), 0);
	cm_rows_done(rows);
	cm_store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_while_read),
		cmocka_unit_test(every_statement),
		cmocka_unit_test(missing),
		cmocka_unit_test(very_many),
	};

	return cmocka_run_group_tests(tests, make_database, remove_database);
}
