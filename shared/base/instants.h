/* instants: times in order, each once. */
#ifndef CM_INSTANTS_H
#define CM_INSTANTS_H

#include "arena.h"
#include "clock.h"

/* All zeros is none; they are an arena's. */
struct cm_instants {
	cm_us *at;
	size_t count;
	size_t room;
};

/* Puts an instant into its place: 1 where it is new, 0 where it was there; CM_ENOMEM. */
int cm_instants_add(struct cm_arena *arena, struct cm_instants *instants, cm_us at);

/* Takes an instant out, if it is there. */
void cm_instants_drop(struct cm_instants *instants, cm_us at);

/* The last one that is not after an instant; -1 where there is none. */
cm_us cm_instants_last(const struct cm_instants *instants, cm_us until);

#endif
