/*
 * app_rows: writing where facts come from, in a voice app's database: its own row is what is changed, and the triggers carry that
 * into the facts.
 */
#ifndef CM_APP_ROWS_H
#define CM_APP_ROWS_H

#include "clock.h"
#include "store.h"

/* Whether the database is a voice app's and this table of it ("calls", "latency_events") is attached. */
int cm_app_row_has(struct cm_store *store, const char *table, bool *out);

/* A time as spec 1's program writes it, in UTC with microseconds: "2026-02-03T10:32:46.177257+00:00". */
enum { CM_APP_ROW_TIME = 64 };
char *cm_app_row_time(cm_us at, char text[CM_APP_ROW_TIME]);

#endif
