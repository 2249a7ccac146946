/* words: what a call can be said to have come to; see words.h. */
#include "config.h"

#include "words.h"

#include <string.h>
#include <strings.h>

const char *const cm_status_names[CM_STATUSES] = {
	[CM_ACTIVE] = "active", [CM_COMPLETED] = "completed", [CM_FAILED] = "failed", [CM_CANCELLED] = "cancelled",
	[CM_TIMEOUT] = "timeout",
};

const char *const cm_direction_names[CM_DIRECTIONS] = {
	[CM_INBOUND] = "inbound", [CM_OUTBOUND] = "outbound",
};

const char *const cm_reason_names[CM_REASONS] = {
	[CM_REASON_TIMEOUT] = "timeout", [CM_USER_HANGUP] = "user_hangup", [CM_NETWORK_ERROR] = "network_error",
	[CM_API_ERROR] = "api_error", [CM_UNKNOWN] = "unknown",
};

int
cm_word_place(const char *word, size_t length, const char *const *names, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (strncmp(names[i], word, length) == 0 && names[i][length] == '\0')
			return i;
	return -1;
}

const char *
cm_direction_word(const char *word)
{
	int i;

	for (i = 0; i < CM_DIRECTIONS; i++)
		if (strcasecmp(cm_direction_names[i], word) == 0)
			return cm_direction_names[i];
	return NULL;
}
