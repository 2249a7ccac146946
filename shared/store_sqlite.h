/* store_sqlite: what schema.c and the jobs need of the engine below the seam. */
#ifndef CM_STORE_SQLITE_H
#define CM_STORE_SQLITE_H

struct cm_store;
struct sqlite3;

/* The connection; NULL before the first cm_store_begin.  Borrowed. */
struct sqlite3 *cm_store_sqlite(struct cm_store *store);

/* Lets this transaction run as long as it needs (export). */
void cm_store_no_deadline(struct cm_store *store);

#endif
