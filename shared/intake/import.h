/*
 * import: calls of a CSV file become facts, in a call database of our own.
 *
 * The file is what /metrics/export?format=csv writes, or another with a line of column names and a map from ours to those.  A call
 * that is not known is added.  What is told of one that is known is weighed (call_order.h).  So lines may come again, and in any order,
 * and count once.
 *
 * It works in short transactions, each with the place that it has come to, and goes on there when it was broken off.
 */
#ifndef CM_IMPORT_H
#define CM_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct cm_progress;

struct cm_import {
	const char *path;		/* of the file */
	const char *const *maps;	/* each "ours=theirs,ours=theirs.."; ends with NULL */
	bool dry_run;			/* look at every line and store nothing; the store may then be one for reading */
	bool again;			/* from the beginning, though it was taken before */
	/* Told of each line that is not taken, in order; call_id may be "".  May be NULL. */
	void (*refused)(void *arg, int64_t line, const char *call_id, const char *why);
	void *arg;
};

enum { CM_IMPORT_TEXT = 512 };

struct cm_import_result {
	int64_t added;			/* calls, all counted since the file's beginning */
	int64_t changed;
	int64_t known;			/* lines that told nothing new */
	int64_t rejected;
	bool resumed;			/* an earlier run had begun .. */
	bool finished;			/* .. or had done it all */
	char ignored[CM_IMPORT_TEXT];	/* columns of the file that mean nothing; "" none */
	char problem[CM_IMPORT_TEXT];	/* what went wrong, a sentence; "": cm_store_problem has it */
};

/* Lines that are not taken go, with their number and the reason, into the file .rejected beside it (unless dry_run); it is removed
 * when there are none.  A store opened with CM_STORE_BULK.  CM_EPARAM: the map, or the line of column names, makes no sense;
 * CM_ENOTFOUND: the database is a voice app's; CM_EIO, CM_EBUSY, CM_ESTORE, CM_ENOMEM.  *result is always filled. */
int cm_import_file(struct cm_store *store, const struct cm_import *import, const struct cm_progress *progress,
    struct cm_import_result *result);

/* The columns that mean something, the n-th of them; NULL behind the last. */
const char *cm_import_column(size_t n);

#endif
