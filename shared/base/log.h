/*
 * log: structured lines {timestamp, level, logger, message, ...}, one JSON object a line.
 *
 * A line is written by one write(2) and is at most CM_LOG_BYTES long, line feed included, which is what a pipe takes whole: lines
 * of several workers never mix.  A longer one has its texts shortened, and ends in ... where they are; it is JSON all the same.
 */
#ifndef CM_LOG_H
#define CM_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum cm_level { CM_DEBUG, CM_INFO, CM_WARNING, CM_ERROR };

enum { CM_LOG_BYTES = 4096 };

/* As the text of a field: its number is microseconds, and is written as an exact number of these. */
extern const char cm_as_seconds[], cm_as_milliseconds[];

struct cm_field {
	const char *name;	/* NULL ends a list */
	const char *text;	/* NULL: the number */
	long long number;
};

/* Whether CALLMETRICS_LOG_LEVEL (DEBUG, INFO, WARNING, ERROR, NONE; INFO by default) lets a level through. */
bool cm_log_lets(enum cm_level level);

/* Writes a line to standard error where the level is let through. */
void cm_log(enum cm_level level, const char *logger, const char *message, const struct cm_field *fields);

/* Writes a line to a file whatever the level: 0, CM_EIO with errno, CM_ENOMEM. */
int cm_log_write(int fd, enum cm_level level, const char *logger, const char *message, const struct cm_field *fields);

#endif
