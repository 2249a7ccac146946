/*
 * schema: our tables in a call database: attaching, back-filling, migrating, taking away.
 *
 * All of it works in short transactions, so that the voice app that owns the database is never locked out for long, and
 * each step may be broken off and run again.
 */
#ifndef CM_SCHEMA_H
#define CM_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "pace.h"
#include "schema_version.h"

struct cm_store;

/* Makes our tables where there are none yet, as the first thing of attaching: they answer nothing until that is done.  *version: what
 * there was before, 0 for none.  The store is opened with CM_STORE_CREATE.  CM_ESTORE: they are of a newer version than this program. */
int cm_schema_make(struct cm_store *store, const char *state, int64_t *version);

/* Makes a call database of our own, for calls that are sent, out of an empty file; one that is ours already is brought up to this
 * version.  The store is opened with CM_STORE_CREATE.  CM_ENOTFOUND: it is a voice app's, to be attached. */
int cm_schema_create(struct cm_store *store, const struct cm_progress *progress);

/* The same, of a server's database that cm_database_copy is to fill: one that was empty answers no question before that is done. */
int cm_schema_create_for_copy(struct cm_store *store, const struct cm_progress *progress);

/* Brings an attached database of an older schema to this one; on a server makes the months that are missing (partitions.h), as attaching,
 * making and pruning do.  CM_ENOTFOUND: it is not attached. */
int cm_schema_migrate(struct cm_store *store, const struct cm_progress *progress);

/* Makes the roles of a server's database, and the wall between tenants; again after attaching.  CM_ENOTFOUND: it is none of ours, or a
 * file. */
int cm_schema_roles(struct cm_store *store, const struct cm_progress *progress);

/* Removes facts before an instant, whole days of UTC; rollups stay, and so do calls that are active.  The store is opened with
 * CM_STORE_RETENTION.  What is removed does not come back when the voice app writes to it.  On a server whole months are dropped
 * first (partitions.h).  *removed: how many rows. */
int cm_schema_prune(struct cm_store *store, int64_t before_us, const struct cm_progress *progress, int64_t *removed);

/* Tells how far `what` is; total 0: unknown. */
void cm_schema_report(const struct cm_progress *progress, const char *what, int64_t done, int64_t total);

/* Runs work in one write transaction. */
int cm_schema_transact(struct cm_store *store, int (*work)(struct cm_store *store, void *arg), void *arg);

/* The table in a voice app's database that notes which of its rows were written; where it is, the app is followed. */
#define CM_APP_JOURNAL "callmetrics_journal"

/* Within a transaction: whether a table, view or trigger of that name exists. */
int cm_schema_exists(struct cm_store *store, const char *name, bool *out);

/* What there is, in a transaction of its own: the version of our schema, 0 for none, and whether the voice app's `calls` is there. */
int cm_schema_look(struct cm_store *store, int64_t *version, bool *calls_there);

#endif
