/* intake_own: what the files of the intake share. */
#ifndef CM_INTAKE_OWN_H
#define CM_INTAKE_OWN_H

#include "event.h"
#include "unit.h"

/* One run of the intake, in a transaction. */
struct cm_taking {
	struct cm_unit *unit;
	cm_us now;
	cm_us pruned_before;
};

/* Each takes one event of its effect: 0 or an error of the store; the event may come out rejected. */
int cm_take_call_started(struct cm_taking *taking, struct cm_event *event);
int cm_take_call_ended(struct cm_taking *taking, struct cm_event *event);
int cm_take_turn_mark(struct cm_taking *taking, struct cm_event *event);
int cm_take_step(struct cm_taking *taking, struct cm_event *event);
int cm_take_reading(struct cm_taking *taking, struct cm_event *event);
int cm_take_line(struct cm_taking *taking, struct cm_event *event);
int cm_take_kept(struct cm_taking *taking, struct cm_event *event);

#endif
