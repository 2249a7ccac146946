/* event_own: an event while it is read, and its fields. */
#ifndef CM_EVENT_OWN_H
#define CM_EVENT_OWN_H

#include "event.h"

struct cm_event_rule;

enum { CM_LABEL_MOST_BYTES = 128 };

/* An event while it is read. */
struct cm_event_reader {
	struct cm_arena *arena;
	const struct cm_value *envelope;
	const struct cm_value *data;
	struct cm_event *event;
	const struct cm_event_rule *rule;	/* NULL: an unknown type */
	bool failed;				/* out of memory */
};

/* Rejects the event for a field; the first fault is the one that is told. */
void cm_event_fault(struct cm_event_reader *reading, const char *field, const char *fault);

/* A field of `data`, else of the envelope; NULL where there is none. */
const struct cm_value *cm_event_field(const struct cm_event_reader *reading, const char *name);

/* A value as text of at most so many bytes, the arena's; NULL where there is none, and "" counts as none.  The text of a label, of
 * CM_LABEL_MOST_BYTES or less, has no control characters. */
const char *cm_event_text(struct cm_event_reader *reading, const struct cm_value *value, const char *name, size_t most);

/* The label of the first of some names, up to a NULL, that is there. */
const char *cm_event_label(struct cm_event_reader *reading, const char *const *names);
#define CM_LABEL(reading, ...) cm_event_label((reading), (const char *const[]){ __VA_ARGS__, NULL })

/* A number from 0 to most, times scale; -1 where there is none. */
int64_t cm_event_number(struct cm_event_reader *reading, const char *name, double most, double scale);

/* A number of units as microseconds, up to so many; -1 where there is none. */
int64_t cm_event_duration(struct cm_event_reader *reading, const char *name, int64_t unit_us, int64_t most_us);

/* A value as JSON, the arena's; NULL where there is none. */
const char *cm_event_json(struct cm_event_reader *reading, const struct cm_value *value);

#endif
