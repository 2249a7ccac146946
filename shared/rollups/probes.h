/*
 * probes: one statement over several pieces of windows.
 *
 * A question is made of many small looks: this run of buckets, that edge, the values of one bin.  SQLite takes them one by one; to
 * a server each would be a way there and back, so there they go together, as one statement whose parameters are arrays.
 */
#ifndef CM_PROBES_H
#define CM_PROBES_H

#include "store.h"
#include "window.h"

struct cm_probe {
	struct cm_piece piece;
	const char *kind;	/* borrowed; NULL where the statement is of calls alone */
	int bin;		/* which the statement looks into, of facts */
	int64_t rank;		/* which value of those it is to give; 0: all */
	void *of;		/* what the asker knows it by: borrowed .. */
	size_t at;		/* .. and a place in it */
};

struct cm_probes {
	struct cm_probe *looks;
	size_t count;
	size_t room;
};

/* CM_ENOMEM; cm_probes_done takes looks that are zero. */
int cm_probes_add(struct cm_probes *looks, const struct cm_probe *look);
void cm_probes_done(struct cm_probes *looks);

/* Gets a row of a look.  0, or 1 where no further row of that look is wanted, though some may come, or an error, which ends all. */
typedef int cm_probe_take(void *arg, const struct cm_probe *look, const struct cm_rows *rows);

/* Statements that give the same, row by row or, from a server, counted or listed. */
struct cm_view {
	const char *one;	/* of one look; NULL where only a server is asked */
	const char *many;	/* of several, on a server: it has one column more, the look's number from 0; NULL where none is asked */
	int columns;		/* that they have in common */
};

/* Runs a view's statements over looks, in any order; none is well.  CM_EBUSY, CM_ESTORE, CM_ENOMEM, or what take returned. */
int cm_probes_read(struct cm_store *store, const struct cm_filter *filter, const struct cm_view *view, const struct cm_probes *looks,
    cm_probe_take *take, void *arg);

#endif
