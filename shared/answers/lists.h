/*
 * lists: facts one by one: calls to export, calls that failed, timed steps.
 *
 * A page is followed by a cursor: the instant and the id of its last row, as text for the client to send back.
 */
#ifndef CM_LISTS_H
#define CM_LISTS_H

#include <stdbool.h>

#include "store.h"
#include "window.h"

enum { CM_CURSOR_TEXT = 256, CM_TENANT_TEXT = 520 };

/* A row's place in the order of (instant, id, and of calls of several tenants that have the same, tenant). */
struct cm_place {
	cm_us at;
	char id[CM_CURSOR_TEXT];
	char tenant_id[CM_TENANT_TEXT];
};

/* Before everything, and after everything. */
extern const struct cm_place cm_place_first, cm_place_last;

/* "1770373800000000.abc123", or with a tenant in hexadecimal "1770373800000000,61636d65.abc123", and back; false where text is no cursor,
 * or its instant none that a fact can have. */
bool cm_place_parse(const char *text, struct cm_place *out);
enum { CM_PLACE_TEXT = CM_CURSOR_TEXT + 2 * CM_TENANT_TEXT + 32 };
char *cm_place_text(const struct cm_place *place, char text[CM_PLACE_TEXT]);

/* One call, borrowed from the rows it was read from. */
struct cm_call {
	const char *call_id, *call_type, *caller_number, *callee_number, *status, *tenant_id, *agent, *provider;
	const char *failure_reason, *metadata;
	cm_us started_us;
	bool ended;
	cm_us ended_us;
	bool timed;
	int64_t duration_us;
	bool has_transcript, has_audio;
};

/* Calls of a window oldest first, after a place; read by cm_call_next, ended by cm_rows_done. */
int cm_calls_open(struct cm_store *store, const struct cm_window *window, const struct cm_place *after, struct cm_rows **out);

/* The same where the window has no filter, without labels: column 10 is the series_id; and without metadata unless asked. */
int cm_calls_open_bare(struct cm_store *store, const struct cm_window *window, const struct cm_place *after, bool metadata,
    struct cm_rows **out);

/* Calls that failed or timed out, newest first, before a place. */
int cm_failures_open(struct cm_store *store, const struct cm_window *window, const struct cm_place *before, int64_t limit,
    struct cm_rows **out);

/* 1 a call, 0 the end, or an error; cm_call_read is the call of the row that rows stand on. */
int cm_call_next(struct cm_rows *rows, struct cm_call *call);
void cm_call_read(const struct cm_rows *rows, struct cm_call *call);

/* The place of a call, of any tenant or of the one named, in the order of starts.  CM_ENOTFOUND; CM_EPARAM: several tenants have one. */
int cm_call_place(struct cm_store *store, const char *call_id, const char *tenant_id, struct cm_place *out);

/* One timed step of a turn, borrowed likewise. */
struct cm_step {
	int64_t latency_id;
	const char *call_id, *component, *turn_id, *provider, *model, *metadata;
	int64_t duration_us;
	cm_us at_us;
};

/* Timed steps newest first, at most `limit`, before a place; of one call or component where these are not NULL.  All that is given is
 * borrowed until cm_steps_done, which takes what is zero. */
struct cm_steps {
	struct cm_store *store;
	const struct cm_window *window;
	const char *call_id, *component, *statement;
	const struct cm_place *before;
	int64_t left;			/* how many may still come */
	cm_us newest, from, to;		/* it is read in parts, the newest first */
	size_t reach;
	struct cm_rows *rows;
};
int cm_steps_open(struct cm_store *store, const struct cm_window *window, const char *call_id, const char *component,
    const struct cm_place *before, int64_t limit, struct cm_steps *out);
int cm_step_next(struct cm_steps *steps, struct cm_step *step);
void cm_steps_done(struct cm_steps *steps);

#endif
