/* explain: the statements behind an answer, as text that pastes into sqlite3 or psql. */
#ifndef CM_EXPLAIN_H
#define CM_EXPLAIN_H

#include "json.h"
#include "reply.h"
#include "store.h"

/* An array "explain" of {statement, rows, milliseconds} into an open object. */
void cm_explain_json(const struct cm_store *store, struct cm_json *json);

/* The same as comment lines behind a plain text; OpenMetrics, which has none, gets it as the HELP of families without a sample. */
void cm_explain_text(const struct cm_store *store, struct cm_reply *reply, bool open_metrics);

#endif
