/* intake_own: what the files of the intake share. */
#ifndef CM_INTAKE_OWN_H
#define CM_INTAKE_OWN_H

#include "arena.h"
#include "event.h"
#include "store.h"

/* Whose call it is and what it counts into; remembered for some calls of a run. */
struct cm_call_card {
	char call_id[CM_ID_MOST_BYTES + 1];
	bool found;
	int64_t series_id;
	char tenant_id[4 * CM_ID_MOST_BYTES + 1];	/* the voice app's may have 128 characters */
};

enum { CM_CALL_CARDS = 64 };

/* One run of the intake: a transaction, and what is remembered for its length. */
struct cm_taking {
	struct cm_store *store;
	struct cm_arena arena;		/* of one event: it is cleared after each */
	cm_us now;
	cm_us pruned_before;
	int64_t last_latency_id;	/* 0: not known yet */
	struct cm_call_card cards[CM_CALL_CARDS];
};

struct cm_labels {
	const char *tenant_id;
	const char *agent;
	const char *agent_version;
	const char *provider;
	const char *call_type;
};

/* A call as it is stored.  Texts are the arena's; labels are never NULL. */
struct cm_known_call {
	bool found;
	int64_t series_id;
	struct cm_labels labels;
	const char *caller_number;
	const char *callee_number;
	cm_us started_us;
	cm_us ended_us;			/* -1: not yet */
	int64_t duration_us;		/* -1: unknown */
	const char *status;
	const char *failure_reason;
	bool has_audio;
	bool has_transcript;
	const char *metadata;
};

/* Reads the call of an event; .found is false where it is not known. */
int cm_call_find(struct cm_taking *taking, const char *call_id, struct cm_known_call *call);

/* The same, as much as concerns its steps.  Borrowed until the next call. */
int cm_call_card(struct cm_taking *taking, const char *call_id, const struct cm_call_card **card);

/* Whether the event's tenant may speak of a call that is its own or, tenant_id "", nobody's; else the event is rejected. */
bool cm_call_is_of(const char *tenant_id, struct cm_event *event);

/* Stores a call, whatever is known of it. */
int cm_call_store(struct cm_taking *taking, const char *call_id, struct cm_known_call *call);

/* The number of a combination of labels, made where there is none. */
int cm_series_of(struct cm_taking *taking, const struct cm_labels *labels, int64_t *series_id);

/* What a word means (cm_vocabulary); NULL in *meaning where nothing.  The arena's. */
int cm_meaning_of(struct cm_taking *taking, const char *topic, const char *term, const char **meaning);

/* Notes an instant of a call (turn_id "") or turn; 1 where it is new, 0 where it was known. */
int cm_mark_add(struct cm_taking *taking, const char *call_id, const char *turn_id, const char *mark, cm_us at);

/* Each takes one event of its effect: 0 or an error of the store; the event may come out rejected. */
int cm_take_call_started(struct cm_taking *taking, struct cm_event *event);
int cm_take_call_ended(struct cm_taking *taking, struct cm_event *event);
int cm_take_turn_mark(struct cm_taking *taking, struct cm_event *event);
int cm_take_step(struct cm_taking *taking, struct cm_event *event);
int cm_take_reading(struct cm_taking *taking, struct cm_event *event);
int cm_take_line(struct cm_taking *taking, struct cm_event *event);
int cm_take_kept(struct cm_taking *taking, struct cm_event *event);

#endif
