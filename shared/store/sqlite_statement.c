/* sqlite_statement: runs statements on a SQLite file, and says what failed; see sqlite_own.h. */
#include "config.h"

#include "sqlite_own.h"

#include <stdio.h>
#include <string.h>

#include "error.h"

static sqlite3_stmt *
stmt_of(const struct cm_rows *rows)
{
	return rows->statement;
}

/* Every way SQLite can fail, in words that name no path. */
static const struct {
	int code;
	int error;
	const char *problem;
} failures[] = {
	{ SQLITE_BUSY, CM_EBUSY, "The call database is locked by another program; try again." },
	{ SQLITE_LOCKED, CM_EBUSY, "The call database is locked by another program; try again." },
	{ SQLITE_INTERRUPT, CM_EBUSY, "The question took too long; ask for a narrower window." },
	{ SQLITE_NOMEM, CM_ENOMEM, "Out of memory." },
	{ SQLITE_NOTADB, CM_ESTORE,
	    "The call database is corrupt or is not a SQLite database; check that it is the right file, or restore it from a backup." },
	{ SQLITE_CORRUPT, CM_ESTORE,
	    "The call database is corrupt; check it with PRAGMA integrity_check and restore it from a backup." },
	{ SQLITE_FULL, CM_EBUSY, "The disk of the call database is full; free some space." },
	{ SQLITE_READONLY, CM_ESTORE, "The call database cannot be written: check its owner and mode, and those of its folder." },
	{ SQLITE_PERM, CM_ESTORE, "The call database cannot be read: check its owner and mode." },
	{ SQLITE_AUTH, CM_ESTORE, "The call database cannot be read: check its owner and mode." },
	{ SQLITE_CANTOPEN, CM_ESTORE,
	    "The call database cannot be opened: check its owner and mode, and those of its folder." },
	{ SQLITE_IOERR, CM_ESTORE, "Reading or writing the call database failed; check the disk." },
};

int
cm_sqlite_fail(struct cm_store *store, int code)
{
	sqlite3 *db = cm_sqlite_link(store)->db;
	char problem[CM_PROBLEM_TEXT];
	size_t i;

	for (i = 0; i < nitems(failures); i++)
		if (failures[i].code == (code & 0xff))
			return cm_store_fail(store, failures[i].error, failures[i].problem);
	snprintf(problem, sizeof problem, "The call database refused a statement: %s.",
	    db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code));
	return cm_store_fail(store, CM_ESTORE, problem);
}

int
cm_sqlite_prepare(struct cm_rows *rows, const char *text)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v3(cm_sqlite_link(rows->store)->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

	rows->statement = stmt;
	return code == SQLITE_OK ? 0 : cm_sqlite_fail(rows->store, code);
}

void
cm_sqlite_finish(struct cm_rows *rows)
{
	sqlite3_finalize(stmt_of(rows));
}

/* SQLite, too, numbers parameters in the order in which they first stand in the text. */
void
cm_sqlite_bind(struct cm_rows *rows, int position, const struct cm_bind *bind)
{
	if (bind->type == CM_BIND_INT)
		sqlite3_bind_int64(stmt_of(rows), position, bind->number);
	else if (bind->type == CM_BIND_TEXT && bind->text != NULL)
		sqlite3_bind_text(stmt_of(rows), position, bind->text, -1, SQLITE_STATIC);
	else if (bind->type == CM_BIND_BYTES)
		sqlite3_bind_blob64(stmt_of(rows), position, bind->number > 0 ? bind->text : "", (sqlite3_uint64)bind->number,
		    SQLITE_STATIC);
}

int
cm_sqlite_next(struct cm_rows *rows)
{
	int code = sqlite3_step(stmt_of(rows));

	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : cm_sqlite_fail(rows->store, code);
}

void
cm_sqlite_reset(struct cm_rows *rows)
{
	sqlite3_reset(stmt_of(rows));
	sqlite3_clear_bindings(stmt_of(rows));
}

int64_t
cm_sqlite_changes(struct cm_store *store)
{
	return sqlite3_changes(cm_sqlite_link(store)->db);
}

bool
cm_sqlite_is_null(const struct cm_rows *rows, int column)
{
	return sqlite3_column_type(stmt_of(rows), column) == SQLITE_NULL;
}

int64_t
cm_sqlite_get_int(const struct cm_rows *rows, int column)
{
	return sqlite3_column_int64(stmt_of(rows), column);
}

double
cm_sqlite_get_real(const struct cm_rows *rows, int column)
{
	return sqlite3_column_double(stmt_of(rows), column);
}

enum cm_value_type
cm_sqlite_get_type(const struct cm_rows *rows, int column)
{
	static const enum cm_value_type types[] = {
		[SQLITE_INTEGER] = CM_VALUE_INT, [SQLITE_FLOAT] = CM_VALUE_REAL, [SQLITE_TEXT] = CM_VALUE_TEXT,
		[SQLITE_BLOB] = CM_VALUE_BYTES, [SQLITE_NULL] = CM_VALUE_NULL,
	};

	return types[sqlite3_column_type(stmt_of(rows), column)];
}

const char *
cm_sqlite_get_text(const struct cm_rows *rows, int column)
{
	const unsigned char *text = sqlite3_column_text(stmt_of(rows), column);

	return text != NULL ? (const char *)text : "";
}

size_t
cm_sqlite_get_bytes(const struct cm_rows *rows, int column)
{
	return (size_t)sqlite3_column_bytes(stmt_of(rows), column);
}

const unsigned char *
cm_sqlite_get_blob(const struct cm_rows *rows, int column, size_t *bytes)
{
	const unsigned char *blob = sqlite3_column_blob(stmt_of(rows), column);

	*bytes = blob != NULL ? cm_sqlite_get_bytes(rows, column) : 0;
	return blob;
}

char *
cm_sqlite_shown(const struct cm_rows *rows)
{
	char *expanded = sqlite3_expanded_sql(stmt_of(rows));
	char *copy = expanded != NULL ? strdup(expanded) : NULL;

	sqlite3_free(expanded);
	return copy;
}
