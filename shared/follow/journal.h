/*
 * journal: what was written to a voice app's tables, noted by the app's own transactions.
 *
 * Each followed table has triggers whose whole body is one insert of a row's key into the table callmetrics_journal.  They name no
 * column but the key, call no function and keep no other state, so that a write of the app costs microseconds more and cannot fail for
 * them.  The journal has no constraint that a row could violate (its number is SQLite's to give), so a conflict policy of the app's
 * statement (INSERT OR REPLACE …), which reaches into triggers, finds nothing to decide.
 */
#ifndef CM_JOURNAL_H
#define CM_JOURNAL_H

#include "app_tables.h"

/* Makes the journal and the triggers of all tables that are there, within a transaction of the app's database; those that are there
 * already are made anew.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_journal_make(struct cm_store *app, const struct cm_app_tables *tables);

/* Takes them out of the app's file again, within a transaction. */
int cm_journal_remove(struct cm_store *app, const struct cm_app_tables *tables);

/* Whether the triggers of a table are all there and as cm_journal_make makes them, within a transaction. */
int cm_journal_watches(struct cm_store *app, const struct cm_app_table *table, bool *out);

/* Whether something of the app's has a name that we would take (CM_EPARAM is not an error: *out says).  On a server nothing has, since
 * ours are in a schema of their own. */
int cm_journal_name_taken(struct cm_store *app, bool *out);

/*
 * Statements that read the rows of a table, each with its place among all rows in one column more: those that the journal names after
 * :after up to :until; the first :most; the :most after the place :after; those of some keys, :row_key; and how many have no key.
 * On a server those of the journal are named by keys as well, since there its rows go when they are taken.
 */
enum cm_journal_read { CM_JOURNALED, CM_FIRST_ROWS, CM_NEXT_ROWS, CM_NAMED_ROWS, CM_KEYLESS, CM_JOURNAL_READS };

/* Gives the statements of a table their names.  CM_ENOMEM. */
int cm_journal_define(struct cm_store *app, const struct cm_app_table *table);
const char *cm_journal_statement(enum cm_source source, enum cm_journal_read read);

#endif
