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

/* The entries of keys, made where there are none; NULL for want of memory. */
struct cm_event_entry *cm_unit_event_place(struct cm_unit *unit, const int64_t key[2]);
struct cm_call_entry *cm_unit_call_place(struct cm_unit *unit, const char *tenant_id, const char *call_id);
struct cm_call_entry *cm_unit_row_call_place(struct cm_unit *unit, const char *call_id);
struct cm_turn_entry *cm_unit_turn_place(struct cm_unit *unit, struct cm_call_entry *call, const char *turn_id);
struct cm_series_entry *cm_unit_series_place(struct cm_unit *unit, const struct cm_labels *labels);

/* Finds the numbers of all series of the set; makes those that are not there. */
int cm_unit_number_series(struct cm_unit *unit);

/* Read what is known of an entry, or where the store is remote of all that are not read yet. */
int cm_unit_read_event(struct cm_unit *unit, struct cm_event_entry *entry);
int cm_unit_read_call(struct cm_unit *unit, struct cm_call_entry *entry);
int cm_unit_read_turn(struct cm_unit *unit, struct cm_turn_entry *entry);

/* Reads the metadata of a call that was read without. */
int cm_unit_read_metadata(struct cm_unit *unit, struct cm_call_entry *entry);

#endif
