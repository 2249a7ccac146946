/* schema_own: what the files of the schema share. */
#ifndef CM_SCHEMA_OWN_H
#define CM_SCHEMA_OWN_H

#include "schema.h"

/* Tells how far `what` is; total 0: unknown. */
void cm_schema_report(const struct cm_progress *progress, const char *what, int64_t done, int64_t total);

/* Runs work in one write transaction. */
int cm_schema_transact(struct cm_store *store, int (*work)(struct cm_store *store, void *arg), void *arg);

/* Within a transaction: whether a table, view or trigger of that name exists. */
int cm_schema_exists(struct cm_store *store, const char *name, bool *out);

/* What there is, in a transaction of its own: the version of our schema, 0 for none, and whether the voice app's `calls` is there. */
int cm_schema_look(struct cm_store *store, int64_t *version, bool *calls_there);

#endif
