/*
 * app_tables: the tables of a voice app's own database, as they are: which columns they have, and by what a row is known.
 *
 * A column that is not needed may be missing.  A row is known by a key that stays its own: a column that is unique (the one of the
 * guide first, then the integer primary key), else the number SQLite gives each row, which VACUUM may change.
 */
#ifndef CM_APP_TABLES_H
#define CM_APP_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "store.h"

/* Numbers of sources, as they stand in the journal. */
enum cm_source { CM_SOURCE_CALLS = 1, CM_SOURCE_TRANSCRIPTS, CM_SOURCE_LATENCY_EVENTS, CM_SOURCES = CM_SOURCE_LATENCY_EVENTS };

/* Columns that are read of each, in this order, behind a row's key and whether it is there. */
enum { CM_ROW_KEY, CM_ROW_THERE, CM_ROW_COLUMNS };
enum {
	CM_CALLS_CALL_ID = CM_ROW_COLUMNS, CM_CALLS_STARTED_AT, CM_CALLS_CALL_TYPE, CM_CALLS_CALLER, CM_CALLS_CALLEE, CM_CALLS_ENDED_AT,
	CM_CALLS_DURATION, CM_CALLS_STATUS, CM_CALLS_HAS_AUDIO, CM_CALLS_HAS_TRANSCRIPT, CM_CALLS_METADATA, CM_CALLS_END
};
enum { CM_LINES_CALL_ID = CM_ROW_COLUMNS, CM_LINES_AT, CM_LINES_SPEAKER, CM_LINES_CONTENT, CM_LINES_END };
enum {
	CM_STEPS_CALL_ID = CM_ROW_COLUMNS, CM_STEPS_EVENT_TYPE, CM_STEPS_DURATION, CM_STEPS_AT, CM_STEPS_METADATA, CM_STEPS_END
};

enum { CM_APP_COLUMNS = CM_CALLS_END - CM_ROW_COLUMNS, CM_APP_NAME = 128, CM_APP_PROBLEM = 256 };

struct cm_app_table {
	enum cm_source source;
	const char *name;			/* calls, transcripts, latency_events */
	bool there;
	char key[CM_APP_NAME];			/* the key's column, quoted, or rowid */
	char key_type[CM_APP_NAME];		/* on a server: its type, quoted as needed */
	bool key_is_rowid;			/* a number that VACUUM may change */
	const char *place;			/* what its rows are read in the order of */
	char *replaced;				/* what BEFORE triggers do for rows that INSERT OR REPLACE takes away; NULL nothing */
	char *columns;				/* ", " and each of the columns that are read, or NULL for one that is missing */
	char missing[CM_APP_PROBLEM];		/* columns that are not there and are not needed: "a, b"; "" none */
	char problem[CM_APP_PROBLEM];		/* why it cannot be followed, a sentence; "" it can */
};

/* All three, in the order in which they are taken: a step's labels are its call's. */
struct cm_app_tables {
	struct cm_app_table of[CM_SOURCES];
};

/* The name of a source. */
const char *cm_source_name(enum cm_source source);

/* Within a transaction, where the app is attached: on a server looks for them from now on in the schemas that attach noted. */
int cm_app_tables_find(struct cm_store *app);

/*
 * Looks at them within a transaction of the app's database.  What `tables` had before, zeros or an earlier look, is given up.
 * CM_EBUSY, CM_ESTORE, CM_ENOMEM.
 */
int cm_app_tables_read(struct cm_store *app, struct cm_app_tables *tables);
void cm_app_tables_done(struct cm_app_tables *tables);

/* The first reason why they cannot be followed, a sentence; NULL where they can. */
const char *cm_app_tables_problem(const struct cm_app_tables *tables);

#endif
