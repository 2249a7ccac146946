/* postgres_copy: rows of another store into a table of this one, by COPY; see postgres_own.h. */
#include "config.h"

#include "postgres_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "postgres_text.h"
#include "text.h"

/* Adds a column of another store's row; bytes that are not UTF-8 are mended. */
static int
put_column(struct cm_postgres_row *line, const struct cm_rows *rows, int column)
{
	const char *text = cm_rows_null(rows, column) ? NULL : cm_rows_text(rows, column);
	char *mended;
	int rc;

	if (text == NULL || cm_utf8_valid(text, strlen(text)))
		return cm_postgres_field(line, text);
	if ((mended = cm_utf8_repair(text, strlen(text))) == NULL)
		return CM_ENOMEM;
	rc = cm_postgres_field(line, mended);
	free(mended);
	return rc;
}

static int64_t
put_rows(struct cm_store *store, struct cm_rows *rows, int columns, int64_t most)
{
	PGconn *conn = cm_postgres_link(store)->conn;
	struct cm_postgres_row line = { 0 };
	int64_t count = 0;
	int column, rc = 1;

	while (count < most && rc > 0 && (rc = cm_rows_next(rows)) > 0) {
		line.bytes = 0;
		for (column = 0; column < columns && rc > 0; column++)
			if (put_column(&line, rows, column) < 0)
				rc = cm_store_fail(store, CM_ENOMEM, "Out of memory.");
		if (rc > 0)
			cm_postgres_row_end(&line);
		if (rc > 0 && cm_pq.PQputCopyData(conn, line.text, (int)line.bytes) < 0)
			rc = cm_postgres_fail(store, NULL);
		count++;
	}
	if (rc < 0 && rows->store->problem[0] != '\0')
		cm_store_fail(store, rc, cm_store_problem(rows->store));
	free(line.text);
	return rc < 0 ? rc : count;
}

int64_t
cm_postgres_append(struct cm_store *store, const char *table, struct cm_rows *rows, int64_t most)
{
	PGconn *conn = cm_postgres_link(store)->conn;
	int64_t count, rc = 0;
	PGresult *result;
	char text[96];

	snprintf(text, sizeof text, "COPY %s FROM STDIN", table);
	result = cm_pq.PQexec(conn, text);
	if (cm_pq.PQresultStatus(result) != PGRES_COPY_IN) {
		rc = cm_postgres_fail(store, result);
		cm_pq.PQclear(result);
		return rc;
	}
	count = put_rows(store, rows, cm_pq.PQnfields(result), most);
	cm_pq.PQclear(result);
	cm_pq.PQputCopyEnd(conn, count < 0 ? "the rows cannot be read" : NULL);
	while ((result = cm_pq.PQgetResult(conn)) != NULL) {
		if (cm_pq.PQresultStatus(result) != PGRES_COMMAND_OK && count >= 0)
			rc = cm_postgres_fail(store, result);
		cm_pq.PQclear(result);
	}
	return rc < 0 ? rc : count;
}
