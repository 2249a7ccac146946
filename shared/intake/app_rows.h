/*
 * app_rows: writing where facts come from, in a voice app's database: its own row is what is changed, and is followed from there into
 * the facts.
 */
#ifndef CM_APP_ROWS_H
#define CM_APP_ROWS_H

#include "clock.h"
#include "store.h"

/* Begins to write to the app's tables, while `own` is in a write transaction: *app is NULL where ours follows no app, or the app has no
 * such table.  Ended by cm_app_rows_close, which takes NULL.  CM_EBUSY, CM_ESTORE, CM_ENOMEM; own tells what failed. */
int cm_app_rows_open(struct cm_store *own, const char *table, struct cm_store **app);

/* Ends it; keep: the rows are stored, for good. */
int cm_app_rows_close(struct cm_store *own, struct cm_store *app, bool keep);

/* A time as spec 1's program writes it, in UTC with microseconds: "2026-02-03T10:32:46.177257+00:00". */
enum { CM_APP_ROW_TIME = 64 };
char *cm_app_row_time(cm_us at, char text[CM_APP_ROW_TIME]);

#endif
