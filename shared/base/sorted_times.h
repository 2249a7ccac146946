/* sorted_times: times in order, each once. */
#ifndef CM_SORTED_TIMES_H
#define CM_SORTED_TIMES_H

#include "arena.h"
#include "clock.h"

/* All zeros is none; they are an arena's. */
struct cm_sorted_times {
	cm_us *at;
	size_t count;
	size_t room;
};

/* Puts an instant into its place: 1 where it is new, 0 where it was there; CM_ENOMEM. */
int cm_sorted_times_add(struct cm_arena *arena, struct cm_sorted_times *instants, cm_us at);

/* The first one that is not before an instant; -1 where there is none. */
cm_us cm_sorted_times_first(const struct cm_sorted_times *instants, cm_us from);

/* The last one that is not after an instant; -1 where there is none. */
cm_us cm_sorted_times_last(const struct cm_sorted_times *instants, cm_us until);

#endif
