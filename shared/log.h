/* log: structured lines {timestamp, level, logger, message, ...} on standard error, one JSON object a line. */
#ifndef CM_LOG_H
#define CM_LOG_H

enum cm_level { CM_DEBUG, CM_INFO, CM_WARNING, CM_ERROR };

struct cm_field {
	const char *name;	/* NULL ends a list */
	const char *text;	/* NULL: the number */
	long long number;
};

/* Writes a line where CALLMETRICS_LOG_LEVEL (DEBUG, INFO, WARNING, ERROR, NONE; INFO by default) lets its level through. */
void cm_log(enum cm_level level, const char *logger, const char *message, const struct cm_field *fields);

#endif
