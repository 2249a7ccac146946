/*
 * call_log: what happens to calls, as lines of the log: call_started, call_ended, call_latency, of the logger voice.metrics.
 *
 * Numbers of people are masked but for their last digits, unless CALLMETRICS_LOG_NUMBERS is 1.
 */
#ifndef CM_CALL_LOG_H
#define CM_CALL_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* A text that is NULL is left out of the line. */
struct cm_call_event {
	const char *call_id;
	const char *call_type;
	const char *phone_number;	/* masked, as the two below */
	const char *caller_number;
	const char *callee_number;
	const char *status;
	const char *failure_reason;
	const char *event_type;		/* of call_latency: what was timed */
	const char *tenant_id;
	const char *agent;
	const char *provider;
	const char *key_id;		/* CALLMETRICS_KEY_ID of the request that brought it */
	bool has_duration;
	int64_t duration_us;		/* of the call as duration_seconds; of call_latency as duration_ms */
};

/* Write a line at level INFO to standard error.  Cheap where the level is not let through. */
void cm_log_call_started(const struct cm_call_event *event);
void cm_log_call_ended(const struct cm_call_event *event);
void cm_log_call_latency(const struct cm_call_event *event);

/* The same to a file, whatever the level: what is "started", "ended" or "latency".  CM_ENOTFOUND for another word, CM_EIO with
 * errno, CM_ENOMEM. */
int cm_log_call_write(int fd, const char *what, const struct cm_call_event *event);

/*
 * Hides a telephone number, all but its last four digits (two where it has fewer than eight, none below four), and all of the user
 * in a SIP address that is not such a number.  Words such as "anonymous" stay.  Cut off at CM_MASKED_TEXT - 1 bytes.  Returns out.
 */
enum { CM_MASKED_TEXT = 132 };
char *cm_mask_number(const char *text, char out[CM_MASKED_TEXT]);

#endif
