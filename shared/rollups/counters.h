/*
 * counters: what is added to the counters of all time (cm_counter), which never fall; docs/counters.md.
 *
 * What was counted and is no longer so is owed: what is counted next pays that first, instead of being counted.
 */
#ifndef CM_COUNTERS_H
#define CM_COUNTERS_H

#include "arena.h"
#include "marginals.h"

struct cm_counts {
	int64_t n;
	int64_t n_value;	/* those of them that have a length, .. */
	int64_t sum_us;		/* .. and the sum of those */
};

/* The outcome under which calls are counted as soon as somebody tells of them. */
#define CM_COUNTED_TOLD ""

/* All zeros is nothing. */
struct cm_counters {
	struct cm_map counted;
	struct cm_arena arena;
};

/* Notes what is counted, of a series of a fact's own labels; outcome: that of a call (cm_outcome_text), else "".  CM_ENOMEM. */
int cm_counters_note(struct cm_counters *counters, int64_t series_id, const char *kind, const char *outcome, const struct cm_counts *more);

/* The same of what comes (by is 1) or goes (-1).  What comes and goes of one counter in a transaction changes nothing; it owes what goes
 * beyond that, once all that is noted is counted. */
int cm_counters_move(struct cm_counters *counters, int64_t series_id, const char *kind, const char *outcome,
    const struct cm_counts *counts, int by);

/* Whether series of a scope count the calls that were told of; others, only those that settled: their labels may come late. */
bool cm_counters_tell(const struct cm_scope *scope);

/* Adds all that is noted; nothing is noted any more.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_counters_write(struct cm_store *store, struct cm_counters *counters, struct cm_marginal_book *book);

void cm_counters_done(struct cm_counters *counters);

#endif
