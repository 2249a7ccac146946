/*
 * unit: what a write transaction knows of the calls and turns that its events concern, and what it is to write.
 *
 * An event is worked on in memory.  What the database holds of its call and turn is read once: when it is first asked for, or, where
 * each statement is a round trip, together for all events that were prefetched.  What comes of the events is written together, in a fixed
 * order of tables and in the order of their keys, before the transaction is committed or when it has become much; then all is
 * forgotten.  What that adds to the rollups and takes from them is added up, and brought into them before the commit; so whoever writes
 * calls or steps goes by the set, which lives as long as the transaction (struct cm_memo), the only one that writes.
 *
 * Texts that are given to the set are borrowed until cm_unit_write; texts that it gives are valid for as long.  Each function that
 * returns int may fail with CM_EBUSY, CM_ESTORE or CM_ENOMEM; the transaction is to be given up then.
 */
#ifndef CM_UNIT_H
#define CM_UNIT_H

#include "arena.h"
#include "call_order.h"
#include "clock.h"
#include "counters.h"
#include "deltas.h"
#include "sorted_times.h"
#include "map.h"
#include "row_batch.h"
#include "store.h"

struct cm_labels {
	const char *tenant_id;
	const char *agent;
	const char *agent_version;
	const char *provider;
	const char *call_type;
};

/* A call; labels are never NULL, and its tenant is part of its key. */
struct cm_unit_call {
	bool found;			/* false: nobody told of it yet, though facts may be of it */
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
	const char *metadata;		/* NULL: none, or not read (.whole_calls); storing NULL keeps what is there */
	struct cm_claim claims[CM_CLAIMS];	/* what stands behind all of this */
};

/* The same in the set.  What is a tenant's, but of no call, has one whose call_id is "". */
struct cm_call_entry {
	const char *call_id;
	bool of_rows;			/* rows of the voice app speak of it: found by its call_id, whosever it is */
	int64_t call_no;		/* 0: it has no row yet */
	struct cm_unit_call call;
	struct cm_call_entry *unread;	/* the next one that is prefetched and not read yet */
	bool is_read;
	bool used;			/* facts are of it, so it needs a row */
	bool changed;			/* to be written */
	bool removed;			/* the app's row is gone: it goes, too, unless others speak of it */
	bool joined;			/* it has come to facts of another, which may carry other labels */
	int64_t series_id;		/* 0: its labels are new to it */
	struct cm_series_entry *series;	/* then that is this one's */
	struct cm_event_leaf *leaves;	/* which of its events were taken, as far as that is known */
};

/* The label of what a tenant has beyond CALLMETRICS_LABELS_MOST combinations. */
#define CM_OTHER_LABEL "other"

struct cm_series_entry {
	struct cm_labels labels;
	int64_t series_id;		/* 0: not known yet */
	struct cm_series_entry *instead;	/* what it counts as where its tenant has too many; NULL: as itself */
};

/* The marks of a turn. */
enum { CM_USER_STOPPED, CM_END_OF_TURN, CM_AGENT_STARTED, CM_MARKS };

/* A turn, and the one step that is its turn_e2e. */
struct cm_turn_entry {
	struct cm_call_entry *call;
	const char *turn_id;
	struct cm_turn_entry *unread;
	bool is_read;
	struct cm_sorted_times marks[CM_MARKS];
	int64_t latency_id;		/* of its step; 0: it has none, or a new one */
	struct cm_new_step *step;	/* its step where that is not written yet */
	bool measured;			/* by the sender */
	cm_us at;			/* as of when it has that step */
	bool changed;			/* it has come to a step, or to another kind of one */
	bool timed_anew;		/* its written step is to be changed, to the next four */
	cm_us step_at;
	int64_t duration_us;
	const char *provider;
	const char *model;
};

/* A step that is to be written. */
struct cm_new_step {
	int64_t latency_id;
	struct cm_call_entry *call;
	const char *turn_id;
	int kind;			/* its number, of kinds.h */
	const char *provider;
	const char *model;
	cm_us at;
	int64_t duration_us;
	const char *metadata;
	bool replaces;			/* it is written already, and becomes this */
};

/* A price of cm_price, and what a word means (cm_vocabulary). */
struct cm_price {
	int64_t price_id;
	const char *provider;
	const char *model;		/* "": all of the provider's */
	const char *service;
	const char *unit;
	int64_t price_nusd;
	int64_t per;
	cm_us valid_from;
	const struct cm_price *next;
};

struct cm_word {
	const char *topic;
	const char *term;
	const char *meaning;
	const struct cm_word *next;
};

/* Rows that are only put, by one statement.  Those of facts get the numbers of their call and labels when they are written: their binds
 * begin with CM_FACT_PARAMS, or, where they have no labels of their own, with call_no alone. */
struct cm_put {
	struct cm_row_batch rows;
	struct cm_call_entry **calls;	/* of facts: each row's; else NULL */
	size_t call_room;
};

/* Calls as they count. */
struct cm_settled_calls {
	struct cm_counted_call *calls;
	size_t count;
	size_t room;
};

#define CM_FACT_PARAMS CM_INT_PARAM("call_no", 0), CM_INT_PARAM("series_id", 0)

struct cm_unit {
	struct cm_store *store;
	struct cm_arena arena;
	struct cm_map events;
	struct cm_map calls;
	struct cm_map turns;
	struct cm_map series;
	struct cm_event_entry *unread_events;
	struct cm_event_leaf *unread_leaves;
	size_t taken;			/* events of calls */
	struct cm_call_entry *unread_calls;
	struct cm_call_entry *unread_row_calls;
	bool whole_calls;		/* those that are prefetched are read with their metadata; one that is not always is */
	struct cm_turn_entry *unread_turns;
	struct cm_new_step **steps;	/* as they came */
	size_t step_count;
	size_t step_room;
	struct cm_put *puts;		/* a batch for each statement */
	size_t put_count;
	size_t put_room;
	struct cm_row_batch joins;	/* calls that are found to be others, whose facts go over to those */
	struct cm_row_batch step_removes;
	struct cm_row_batch labels;	/* calls whose facts are to get their labels */
	struct cm_map counted_calls;	/* what calls and steps that are read or written count as, as they are stored */
	struct cm_map counted_steps;
	struct cm_stored_call *awaited;	/* of those calls: which settle at another time than the database says */
	cm_us now;			/* as of when calls settle: when writing began */
	cm_us settle_us;		/* how long they take to; of the setting */
	bool owes;			/* something that was counted is not so any more */
	bool words_known;
	const struct cm_word *words;
	bool prices_known;
	const struct cm_price *prices;
	int64_t last_call_no;		/* 0: not known yet; as the next two kept for the whole transaction */
	int64_t last_latency_id;
	int64_t last_line_id;
	struct cm_deltas deltas;	/* kept for the whole transaction, too */
	struct cm_counters counters;
	struct cm_settled_calls gone;	/* calls that had settled, and whose rows the voice app has taken away .. */
	struct cm_settled_calls come;	/* .. and that had ended when it first told of them */
};

/* The set of this transaction; NULL for want of memory. */
struct cm_unit *cm_unit_of(struct cm_store *store);

/* Whether so much is known that it is better written, which forgets it, before the next event. */
bool cm_unit_is_full(const struct cm_unit *unit);

/* A row that is only put, by the statement of its table's declaration.  Texts are borrowed until it is written.  CM_ENOMEM. */
int cm_unit_put(struct cm_unit *unit, const char *statement, const struct cm_bind *binds);

/* Writes all that is to be written, but for the rollups, and forgets what is known. */
int cm_unit_write(struct cm_unit *unit);

/* Says that an event (of no call: call_id NULL), a call or a turn will be asked for, so that it is read together with others where the
 * store is remote. */
int cm_unit_prefetch_event(struct cm_unit *unit, const char *tenant_id, const char *call_id, const int64_t key[2]);
int cm_unit_prefetch_call(struct cm_unit *unit, const char *tenant_id, const char *call_id);
int cm_unit_prefetch_row_call(struct cm_unit *unit, const char *call_id);
int cm_unit_prefetch_turn(struct cm_unit *unit, const char *tenant_id, const char *call_id, const char *turn_id);

/* Notes that an event is taken, of a call, which has a row from then on, or of none (NULL): 1 where it is new, 0 where it was taken before.
 * Forgetting it is for one that was new. */
int cm_unit_event(struct cm_unit *unit, struct cm_call_entry *call, const int64_t key[2], cm_us now);
void cm_unit_event_forget(struct cm_unit *unit, struct cm_call_entry *call, const int64_t key[2]);

/* A tenant's call ("": nobody's), that which rows of the voice app speak of, and a turn, read. */
int cm_unit_call(struct cm_unit *unit, const char *tenant_id, const char *call_id, struct cm_call_entry **out);
int cm_unit_row_call(struct cm_unit *unit, const char *call_id, struct cm_call_entry **out);
int cm_unit_turn(struct cm_unit *unit, struct cm_call_entry *call, const char *turn_id, struct cm_turn_entry **out);

/* Adds what is told of a call to what is known of it (cm_call_learn); it is found from now on.  *learned, unless NULL: what came of it. */
int cm_unit_call_tell(struct cm_unit *unit, struct cm_call_entry *entry, const struct cm_telling *telling, enum cm_learned *learned);

/* Reads the step that a turn has, into .step_at and what follows it. */
int cm_unit_read_step(struct cm_unit *unit, struct cm_turn_entry *turn);

/* Puts what a row of the voice app tells in place of all that was known of a call; NULL: the row is gone, and the call with it. */
int cm_unit_call_replace(struct cm_unit *unit, struct cm_call_entry *entry, const struct cm_unit_call *call);

/* The kind of a turn's mark; CM_MARKS: none. */
int cm_mark_kind(const char *mark);

/* Adds an instant of a turn to what is written. */
int cm_unit_mark_add(struct cm_unit *unit, struct cm_turn_entry *turn, const char *mark, cm_us at);

/* Adds a fact of a call to what is written; binds as for cm_row_batch_add, beginning as its batch wants. */
int cm_unit_fact_add(struct cm_unit *unit, const char *statement, struct cm_call_entry *call, const struct cm_bind *binds);

/* Adds a step to what is written; *out may be changed until then. */
int cm_unit_step_add(struct cm_unit *unit, const struct cm_new_step *step, struct cm_new_step **out);

/* Takes a step away. */
int cm_unit_step_remove(struct cm_unit *unit, int64_t latency_id);

/* The number of the next step that is sent, and of the next spoken line: above all that the voice app gives to its own. */
int cm_unit_next_latency_id(struct cm_unit *unit, int64_t *latency_id);
int cm_unit_next_line_id(struct cm_unit *unit, int64_t *line_id);

/* What a word means; NULL in *meaning where nothing. */
int cm_unit_meaning(struct cm_unit *unit, const char *topic, const char *term, const char **meaning);

/* The first of all prices, in no order. */
int cm_unit_prices(struct cm_unit *unit, const struct cm_price **prices);

#endif
