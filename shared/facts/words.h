/* words: what a call can be said to have come to, as statuses, directions and reasons; cm_vocabulary says which words mean them. */
#ifndef CM_WORDS_H
#define CM_WORDS_H

#include <stddef.h>

enum cm_status { CM_ACTIVE, CM_COMPLETED, CM_FAILED, CM_CANCELLED, CM_TIMEOUT, CM_STATUSES };
enum cm_direction { CM_INBOUND, CM_OUTBOUND, CM_DIRECTIONS };
enum cm_reason { CM_REASON_TIMEOUT, CM_USER_HANGUP, CM_NETWORK_ERROR, CM_API_ERROR, CM_UNKNOWN, CM_REASONS };

extern const char *const cm_status_names[CM_STATUSES];
extern const char *const cm_direction_names[CM_DIRECTIONS];
extern const char *const cm_reason_names[CM_REASONS];

/* The place of a word of so many bytes among names, or -1. */
int cm_word_place(const char *word, size_t length, const char *const *names, int count);

/* A direction in our own spelling, whatever its case; NULL where the word is none. */
const char *cm_direction_word(const char *word);

#endif
