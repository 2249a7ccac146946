/*
 * export: GET /metrics/export?format=json&days=30
 *
 * Calls one by one, oldest first, streamed: memory does not depend on their number.  `after` resumes a broken export behind
 * the last call that came through.  An export that fails midway is cut off: its JSON stays unclosed, its connection broken.
 *
 *   200  json {"exported_at":"..","period_days":30,"calls":[..],"call_count":2}, csv (RFC 4180), or ndjson
 *   400  a format that there is not; explain without format=json; `after` names calls of several tenants
 *   404  `after` names a call that is not there
 *   503  the call database is busy or cannot be read
 */
#include "config.h"

#include "endpoint.h"
#include "error.h"
#include "export.h"

#include <string.h>

static const struct cm_param params[] = {
	{ "format", CM_CHOICE, .fallback = "json", .choices = "json csv ndjson", .help = "how calls are written" },
	{ "days", CM_INT, .fallback = "30", .min = 1, .max = CM_WINDOW_MAX_DAYS, .help = "window: so many days back from now" },
	{ "safe", CM_FLAG, .fallback = "0", .help = "in CSV, an apostrophe before what a spreadsheet would take for a formula" },
	{ "metadata", CM_FLAG, .fallback = "0", .help = "adds the calls' metadata" },
	{ "after", CM_TEXT, .max = 128, .help = "resumes behind this call_id" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

static int
export(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	const char *format = cm_query_text(query, "format"), *after = cm_query_text(query, "after");
	struct cm_export export = {
		.window = cm_query_window(query), .after = cm_place_first, .now = cm_query_now(query),
		.metadata = cm_query_flag(query, "metadata"), .safe = cm_query_flag(query, "safe"),
	};
	int rc;

	if (cm_reply_explains(reply) && strcmp(format, "json") != 0)
		return cm_reply_refuse(reply, "explain", "explain goes with format=json only.");
	rc = after != NULL ? cm_call_place(store, after, export.window.filter.tenant_id, &export.after) : 0;
	if (rc == CM_EPARAM)
		return cm_reply_refuse(reply, "after", "Calls of several tenants have this call_id; say with tenant_id whose.");
	if (rc < 0)
		return rc == CM_ENOTFOUND ? cm_reply_not_found(reply, "There is no call with the call_id of `after`.") : rc;
	return cm_export_run(store, &export, format, reply);
}

const struct cm_endpoint cm_endpoint = {
	.name = "export", .path = "/metrics/export", .also = "/history", .summary = "Calls one by one, as JSON, CSV or NDJSON.",
	.params = params, .handle = export, .max_age_s = 0,
};
