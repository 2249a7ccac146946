/*
 * kinds: what is measured.
 *
 * The rows are declared in sql/kinds, which says what each column means; the table cm_kind of a database has the same.  A kind's number
 * is its place in cm_kinds and in the keys of rollups, for good.
 */
#ifndef CM_KINDS_H
#define CM_KINDS_H

#include <stdbool.h>

#include "param.h"

enum cm_measure { CM_MICROSECONDS, CM_NANO_USD, CM_MILLI_POINTS, CM_COUNT };

/* Whose values a kind's are: durations of completed calls, or timed steps of calls and turns. */
enum cm_kind_of { CM_OF_CALL, CM_OF_STEP };

struct cm_kind {
	int number;
	const char *name;
	enum cm_measure unit;
	enum cm_kind_of of;
	bool as_long_as_call;		/* what bounds its values; else a step's longest */
	const char *guide;		/* the event type of spec 1 that means it; NULL: none, nor the next three */
	const char *guide_key;		/* its key in answers */
	const char *family;		/* its Prometheus family, and that one's help text */
	const char *help;
};

enum { CM_KINDS_MAX = 32, CM_KIND_CALL = 0 };
extern const struct cm_kind cm_kinds[CM_KINDS_MAX];
extern const int cm_kind_count;

/* The names of the kinds that are of steps, a space between, and before them, in cm_step_types, the guide's; and sentences that refuse
 * another, of `component` and of any field. */
extern const char cm_step_names[], cm_step_types[], cm_step_refusal[], cm_step_type_refusal[];

/* What spec 2 calls components of steps. */
extern const struct cm_synonym cm_step_synonyms[];

/* The kind of a name; that of steps of a name or of the guide's event type.  NULL: there is none. */
const struct cm_kind *cm_kind_find(const char *name);
const struct cm_kind *cm_component_find(const char *name);

#endif
