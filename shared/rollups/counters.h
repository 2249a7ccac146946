/* counters: what is added to the counters of all time (cm_counter), which never fall. */
#ifndef CM_COUNTERS_H
#define CM_COUNTERS_H

#include "arena.h"
#include "marginals.h"

/* What was seen for the first time. */
struct cm_counted {
	int64_t n_seen;
	int64_t n_reached;
	int64_t n_value;
	int64_t sum_us;
};

/* All zeros is nothing. */
struct cm_counters {
	struct cm_map counted;
	struct cm_arena arena;
};

/* Notes something of a series of a fact's own labels; outcome: "status/call_type/failure_reason" of a call, else "".  CM_ENOMEM. */
int cm_counters_note(struct cm_counters *counters, int64_t series_id, const char *kind, const char *outcome, const struct cm_counted *more);

/* Adds all that is noted; nothing is noted any more.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_counters_write(struct cm_store *store, struct cm_counters *counters, struct cm_marginal_book *book);

void cm_counters_done(struct cm_counters *counters);

#endif
