/*
 * partitions: partitions of what only ever grows, on a server (sql/postgres/months.sql); SQLite has none, and nothing happens.
 *
 * A month is made in a transaction of its own, so that nobody waits long.  What cannot be made or dropped now is left for the next
 * time, and is no error.
 */
#ifndef CM_PARTITIONS_H
#define CM_PARTITIONS_H

#include <stdbool.h>
#include <stdint.h>

struct cm_store;

/* Within a transaction: makes the next month that is missing around now, and moves to it the rows that came before it was made, unless
 * those are too many for others to wait for; else compresses a chunk that is due and no larger (chunks.h).  *made: 1 where there was
 * one. */
int cm_partitions_next(struct cm_store *store, bool exclusive, int64_t *made);

/* Makes all that are missing, and compresses all chunks that are due.  exclusive: nobody else uses the database, however many rows are to
 * be moved. */
int cm_partitions_make(struct cm_store *store, bool exclusive);

/* Makes those that hold what is to be copied from another store, which is in a transaction. */
int cm_partitions_make_like(struct cm_store *store, struct cm_store *from);

/* Drops those, and chunks, of which retention takes everything; *removed: how many rows they had. */
int cm_partitions_drop(struct cm_store *store, int64_t *removed);

#endif
