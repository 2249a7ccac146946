/*
 * outcome: what a call came to, as a number: its status, direction and reason (words.h).
 *
 * Packs that count calls have three bins for each outcome, by its number: how many calls, how many of them with a transcript, and how
 * many with a duration that counts, with the sum of those.
 */
#ifndef CM_OUTCOME_H
#define CM_OUTCOME_H

#include "words.h"

/* -1: a word that is none of ours, or none. */
struct cm_outcome {
	int status;
	int direction;
	int reason;
};

struct cm_outcome cm_outcome_of(const char *status, const char *direction, const char *reason);

/* The same of a text, as counters keep it: status/call_type/failure_reason; and its text. */
struct cm_outcome cm_outcome_split(const char *text);
enum { CM_OUTCOME_TEXT = 64 };
char *cm_outcome_text(const struct cm_outcome *outcome, char text[CM_OUTCOME_TEXT]);

enum { CM_OUTCOMES = (CM_STATUSES + 1) * (CM_DIRECTIONS + 1) * (CM_REASONS + 1) };
int cm_outcome_number(const struct cm_outcome *outcome);
struct cm_outcome cm_outcome_numbered(int number);

enum cm_outcome_bin { CM_OUTCOME_CALLS, CM_OUTCOME_TRANSCRIPTS, CM_OUTCOME_TIMED, CM_OUTCOME_BINS };

#endif
