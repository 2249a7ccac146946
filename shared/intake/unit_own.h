/* unit_own: what the files of the set share. */
#ifndef CM_UNIT_OWN_H
#define CM_UNIT_OWN_H

#include "unit.h"

struct cm_event_entry {
	int64_t key[2];
	cm_us seen;
	struct cm_event_entry *unread;
	bool is_read;
	bool taken;
	bool is_new;			/* to be written */
};

/* A leaf of a call: all events that were taken of it whose keys are from .least up to .until (0: all from there). */
struct cm_event_leaf {
	struct cm_call_entry *call;
	int64_t least;			/* of one that is not read: the key that is looked for */
	int64_t until;
	bool is_read;
	bool by_id;			/* earlier ones may be known by their ids alone */
	bool changed;			/* to be written */
	int64_t *keys;
	size_t count;
	size_t room;
	struct cm_event_leaf *next;	/* of the call */
	struct cm_event_leaf *unread;
};

enum { CM_EVENT_KEY_BYTES = 8 };

/* A leaf of a call, with nothing in it yet; NULL for want of memory. */
struct cm_event_leaf *cm_unit_leaf_place(struct cm_unit *unit, struct cm_call_entry *call);

/* Room in a leaf that is to hold so many keys.  CM_ESTORE: those are more than it can; CM_ENOMEM. */
int cm_unit_leaf_room(struct cm_unit *unit, struct cm_event_leaf *leaf, size_t count);

/* How events of no call are written, and the leaves of those that are of one, in the order of the numbers of calls. */
int cm_unit_by_event_key(const void *one, const void *other);
int cm_unit_add_event(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing);
int cm_unit_by_call_no(const void *one, const void *other);
int cm_unit_add_leaves(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing);

/* The entries of keys, made where there are none; NULL for want of memory. */
struct cm_event_entry *cm_unit_event_place(struct cm_unit *unit, const int64_t key[2]);
struct cm_call_entry *cm_unit_call_place(struct cm_unit *unit, const char *tenant_id, const char *call_id);
struct cm_call_entry *cm_unit_row_call_place(struct cm_unit *unit, const char *call_id);
struct cm_turn_entry *cm_unit_turn_place(struct cm_unit *unit, struct cm_call_entry *call, const char *turn_id);
struct cm_series_entry *cm_unit_series_place(struct cm_unit *unit, const struct cm_labels *labels);

/* Finds the numbers of all series of the set; makes those that are not there. */
int cm_unit_number_series(struct cm_unit *unit);

/* Read what is known of an entry, or where the store is remote of all that are not read yet. */
int cm_unit_read_events(struct cm_unit *unit);
int cm_unit_read_leaves(struct cm_unit *unit);
int cm_unit_read_call(struct cm_unit *unit, struct cm_call_entry *entry);
int cm_unit_read_turn(struct cm_unit *unit, struct cm_turn_entry *entry);

/* Reads the metadata of a call that was read without. */
int cm_unit_read_metadata(struct cm_unit *unit, struct cm_call_entry *entry);

/*
 * What facts count as (unit_counts.c): each as it is stored, once it is read or written, so that a change of it takes from the rollups
 * what it was and adds what it is.
 */

/* A call as it is stored. */
struct cm_stored_call {
	int64_t call_no;
	bool told;			/* false: it is only spoken of, and does not count */
	struct cm_counted_call as;
	cm_us due_us;			/* when it settles; -1: it has not ended, or has settled (docs/counters.md) */
	bool awaited;			/* that is another than in the database .. */
	struct cm_stored_call *next;	/* .. as is that of this one */
};

/* Notes how a call is stored that was read; what is known of it already stands. */
int cm_unit_call_counted(struct cm_unit *unit, const struct cm_call_entry *entry, cm_us due_us);

/* Counts a call as it is written now, and one whose row is taken away. */
int cm_unit_count_call(struct cm_unit *unit, const struct cm_call_entry *entry);
int cm_unit_uncount_call(struct cm_unit *unit, int64_t call_no);

/*
 * What that is to the counters (unit_settle.c).
 */

/* As of now. */
void cm_unit_settle_begin(struct cm_unit *unit);

/* A call that was stored and is now something else; what it is, is told of by a row of the voice app, or not.  Its .due_us follows. */
int cm_unit_settle(struct cm_unit *unit, struct cm_stored_call *was, const struct cm_stored_call *is, cm_us ended_us, bool of_rows);

/* One that is found to be another. */
int cm_unit_settle_joined(struct cm_unit *unit, struct cm_stored_call *was);

/* Writes when calls settle. */
int cm_unit_write_awaited(struct cm_unit *unit);

/* At the end of a transaction: counts calls that are due, and takes back those that have come by another name. */
int cm_unit_settle_all(struct cm_unit *unit);

/* Gives the facts of calls that were counted, and whose labels have changed, their labels; once the calls are written. */
int cm_unit_label_facts(struct cm_unit *unit);

/* A step as it counts. */
struct cm_counted_step {
	int64_t latency_id;
	int64_t series_id;
	int kind;			/* its number, of kinds.h */
	cm_us at;
	int64_t duration_us;
};

/* Reads how steps are stored that will be counted, of a batch whose binds begin with latency_id. */
int cm_unit_read_steps(struct cm_unit *unit, const struct cm_row_batch *ids);

/* Counts a step that is new; one that was there, and is this now (.series_id 0: of the labels and kind of before); and one that is taken
 * away.  The last two do nothing where none was read. */
int cm_unit_count_new_step(struct cm_unit *unit, const struct cm_counted_step *step);
int cm_unit_count_step(struct cm_unit *unit, const struct cm_counted_step *step);
int cm_unit_uncount_step(struct cm_unit *unit, int64_t latency_id);

#endif
