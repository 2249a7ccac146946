/* export: calls streamed as JSON, CSV or NDJSON, in memory that does not depend on their number. */
#ifndef CM_EXPORT_H
#define CM_EXPORT_H

#include "lists.h"
#include "reply.h"

struct cm_export {
	struct cm_window window;
	struct cm_place after;
	cm_us now;
	bool metadata;
	bool safe;		/* CSV: text that begins as a formula has an apostrophe before it */
};

/* Writes the calls to the reply in a format: "json", "csv" or "ndjson".  CM_EGONE when the client left; any other error
 * after the first bytes leaves the output visibly unfinished. */
int cm_export_run(struct cm_store *store, const struct cm_export *export, const char *format, struct cm_reply *reply);

#endif
