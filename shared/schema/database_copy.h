/* database_copy: all that one call database holds, copied into another on a server. */
#ifndef CM_DATABASE_COPY_H
#define CM_DATABASE_COPY_H

struct cm_progress;
struct cm_store;

/*
 * Copies facts, rollups and all else from `from` (CM_STORE_READ) to `to`, a database of our own on a server (made by
 * cm_schema_create_for_copy, opened with CM_STORE_COPY), as they are; nobody may write to either meanwhile.  May be broken off and run
 * again: it goes on where it was, or begins anew where the original has changed since, as far as sql/sqlite/move-signs.sql sees that.
 * Questions are not answered from `to` until it is done.  CM_ENOTFOUND: `to` holds calls that came another way.  Else what
 * cm_store_problem tells of `to`, or of `from`.
 */
int cm_database_copy(struct cm_store *from, struct cm_store *to, const struct cm_progress *progress);

#endif
