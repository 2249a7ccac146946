/*
 * chunks: hypertables of what is kept by time, where a server has TimescaleDB (sql/postgres/timescale.sql); elsewhere nothing happens.
 */
#ifndef CM_CHUNKS_H
#define CM_CHUNKS_H

#include <stdbool.h>
#include <stdint.h>

struct cm_store;

/* What of it is wanted. */
struct cm_chunking {
	bool wanted;			/* the extension is made where it is not in the database yet, and rows that are there move */
	int64_t compress_after_days;	/* 0: as it was, or 32 */
};

/* What there is afterwards, for people; "": plain tables. */
enum { CM_CHUNKS_SAID = 160 };

/*
 * Makes hypertables of our tables, in one transaction: of those that are empty, where the extension is in the database; else where it is
 * asked for, and nobody reads or writes while the rows move.  CM_ESTORE: the server has no TimescaleDB.
 */
int cm_chunks_make(struct cm_store *store, const struct cm_chunking *chunking, char said[CM_CHUNKS_SAID]);

#endif
