/* outcome: what a call came to, as a number; see outcome.h. */
#include "config.h"

#include "outcome.h"

#include <stdio.h>
#include <string.h>

static int
place(const char *word, const char *const *names, int count)
{
	return cm_word_place(word, strlen(word), names, count);
}

struct cm_outcome
cm_outcome_of(const char *status, const char *direction, const char *reason)
{
	return (struct cm_outcome){
		.status = place(status, cm_status_names, CM_STATUSES), .direction = place(direction, cm_direction_names, CM_DIRECTIONS),
		.reason = place(reason, cm_reason_names, CM_REASONS),
	};
}

int
cm_outcome_number(const struct cm_outcome *outcome)
{
	return ((outcome->status + 1) * (CM_DIRECTIONS + 1) + outcome->direction + 1) * (CM_REASONS + 1) + outcome->reason + 1;
}

struct cm_outcome
cm_outcome_numbered(int number)
{
	int without_reason = number / (CM_REASONS + 1);

	return (struct cm_outcome){
		.status = without_reason / (CM_DIRECTIONS + 1) - 1, .direction = without_reason % (CM_DIRECTIONS + 1) - 1,
		.reason = number % (CM_REASONS + 1) - 1,
	};
}

/* Reads the word before the next '/' and steps over both; its place among names, or -1. */
static int
next_word(const char **text, const char *const *names, int count)
{
	const char *word = *text;
	size_t length = strcspn(word, "/");

	*text += length + (word[length] == '/');
	return cm_word_place(word, length, names, count);
}

struct cm_outcome
cm_outcome_split(const char *text)
{
	struct cm_outcome outcome;

	outcome.status = next_word(&text, cm_status_names, CM_STATUSES);
	outcome.direction = next_word(&text, cm_direction_names, CM_DIRECTIONS);
	outcome.reason = next_word(&text, cm_reason_names, CM_REASONS);
	return outcome;
}

static const char *
word(int place, const char *const *names)
{
	return place < 0 ? "" : names[place];
}

char *
cm_outcome_text(const struct cm_outcome *outcome, char text[CM_OUTCOME_TEXT])
{
	snprintf(text, CM_OUTCOME_TEXT, "%s/%s/%s", word(outcome->status, cm_status_names), word(outcome->direction, cm_direction_names),
	    word(outcome->reason, cm_reason_names));
	return text;
}
