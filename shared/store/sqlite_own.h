/*
 * sqlite_own: what the files of the SQLite engine share.  They alone know sqlite3.
 *
 * store_sqlite.c finds and opens the file, and begins and ends transactions; sqlite_statement.c runs statements and says what failed.
 */
#ifndef CM_SQLITE_OWN_H
#define CM_SQLITE_OWN_H

#include <sys/types.h>

#include <sqlite3.h>

#include "store_own.h"

enum { CM_SQLITE_PATH = 4096 };

/* A store's connection, and which file it is to. */
struct cm_sqlite_link {
	sqlite3 *db;
	char path[CM_SQLITE_PATH];
	dev_t device;
	ino_t inode;
	ino_t wal;		/* its write-ahead log; 0: none was seen yet */
	int64_t busy_until_ms;	/* of a wait for others */
};

static inline struct cm_sqlite_link *
cm_sqlite_link(const struct cm_store *store)
{
	return store->link;
}

/* Says what a result code of SQLite means; the error that it is. */
int cm_sqlite_fail(struct cm_store *store, int code);

/* What the engine does with a statement; see store_own.h. */
int cm_sqlite_prepare(struct cm_rows *rows, const char *text);
void cm_sqlite_finish(struct cm_rows *rows);
void cm_sqlite_bind(struct cm_rows *rows, int position, const struct cm_bind *bind);
int cm_sqlite_next(struct cm_rows *rows);
void cm_sqlite_reset(struct cm_rows *rows);
int64_t cm_sqlite_changes(struct cm_store *store);
bool cm_sqlite_is_null(const struct cm_rows *rows, int column);
int64_t cm_sqlite_get_int(const struct cm_rows *rows, int column);
double cm_sqlite_get_real(const struct cm_rows *rows, int column);
enum cm_value_type cm_sqlite_get_type(const struct cm_rows *rows, int column);
const char *cm_sqlite_get_text(const struct cm_rows *rows, int column);
size_t cm_sqlite_get_bytes(const struct cm_rows *rows, int column);
const unsigned char *cm_sqlite_get_blob(const struct cm_rows *rows, int column, size_t *bytes);
char *cm_sqlite_shown(const struct cm_rows *rows);

#endif
