/*
 * call_order: the one total order of what is known of a call, whoever tells it: events, lines of a file, clean-ups.
 *
 * What one of them says is a telling, and each of its fields a claim.  Of several claims for one field the highest counts: by its rank
 * (guessed, derived, told), then its instant, then, for an end, its status in a fixed order, its reason and its length, and then its
 * bytes.  Of beginnings the first counts, and a flag that was raised stays up.  So what is known in the end is the same in whatever
 * order, in whatever pieces and however often it was told.
 *
 * Times follow from the claims alone.  A call starts when it is first told to have started; where nobody told, its length before its
 * end.  Its length is the one that its end told, or else the time from start to end; where two clocks put the end before the start, both
 * stay as they were told, and a length that was not told is not known: it is never negative, nor longer than a call may be.
 */
#ifndef CM_CALL_ORDER_H
#define CM_CALL_ORDER_H

#include <stdbool.h>

#include "clock.h"

struct cm_unit_call;

enum cm_rank { CM_UNCLAIMED, CM_GUESSED, CM_DERIVED, CM_TOLD };

/* The texts of a call that are claimed each for itself, and then its times. */
enum cm_claimed {
	CM_OF_AGENT, CM_OF_AGENT_VERSION, CM_OF_PROVIDER, CM_OF_CALL_TYPE, CM_OF_CALLER, CM_OF_CALLEE, CM_OF_METADATA, CM_CLAIMED_TEXTS,
	CM_OF_START = CM_CLAIMED_TEXTS, CM_OF_END, CM_OF_DURATION, CM_CLAIMS
};

/* What stands behind a value: who says so and as of when.  An end whose instant is not known is as of -1. */
struct cm_claim {
	enum cm_rank rank;
	cm_us at;
};

/* A length that is not told follows from start and end; one that is told not to be known does not. */
enum { CM_LENGTH_FOLLOWS = -1, CM_LENGTH_UNKNOWN = -2 };

struct cm_telling {
	cm_us at;				/* when it was so */
	const char *texts[CM_CLAIMED_TEXTS];	/* NULL or "": nothing is told */
	bool has_audio;
	bool has_transcript;
	cm_us started_us;			/* -1: nothing is told */
	enum cm_rank end_rank;			/* CM_UNCLAIMED: nothing is told of its end; the next four are its */
	cm_us ended_us;				/* -1: not known */
	int64_t duration_us;			/* or one of the two below */
	const char *status;
	const char *failure_reason;
};

/* What came of a telling: nothing at all; only that is known better as of when something is so; or another value. */
enum cm_learned { CM_LEARNED_NOTHING, CM_LEARNED_SINCE_WHEN, CM_LEARNED_FACTS };

/*
 * Adds a telling to what is known of a call (which may be one that nobody told of yet); texts are borrowed.  Where two tell other
 * metadata as of one instant, the call's has to be there: cm_call_wants_metadata says so.
 */
enum cm_learned cm_call_learn(struct cm_unit_call *call, const struct cm_telling *telling);
bool cm_call_wants_metadata(const struct cm_unit_call *call, const struct cm_telling *telling);

/* The claims of a call as text, and back: a letter for each, with what it adds to the instant before it.  A call without such a text
 * (it is an app's row) is told by its row, as of its start.  Claims that are no such text are as none. */
enum { CM_CLAIMS_TEXT = CM_CLAIMS * 24 };
void cm_claims_put(const struct cm_unit_call *call, char text[CM_CLAIMS_TEXT]);
void cm_claims_take(struct cm_unit_call *call, const char *text);

#endif
