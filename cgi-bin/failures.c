/*
 * failures: GET /metrics/failures?limit=10
 *
 * Calls that failed or timed out, newest first, of all time unless a window is given.  next_cursor, sent back as `cursor`,
 * continues the list; it is null at the end.
 *
 *   200  {"failures":[{"call_id":"..","failure_reason":"api_error",..},..],"count":10,"next_cursor":".."}
 *   400  limit is not a number from 1 to 1000; the cursor is none of ours
 *   503  the call database is busy or cannot be read
 */
#include "config.h"

#include "endpoint.h"
#include "error.h"
#include "report.h"

static const struct cm_param params[] = {
	{ "limit", CM_INT, .fallback = "10", .min = 1, .max = 1000, .help = "how many at most" },
	{ "cursor", CM_TEXT, .max = CM_PLACE_TEXT, .help = "next_cursor of the page before" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

static int
failures(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	struct cm_window window = cm_query_window(query);
	struct cm_place place = cm_place_last;
	struct cm_page page = { .limit = cm_query_int(query, "limit") };
	struct cm_json *json = cm_reply_json(reply);
	struct cm_rows *rows;
	struct cm_call call;
	int rc;

	if (cm_query_given(query, "cursor") && !cm_place_parse(cm_query_text(query, "cursor"), &place))
		return cm_reply_refuse(reply, "cursor", "This is no cursor; send back next_cursor as it was given.");
	if (!cm_query_has_window(query)) {
		window.from = INT64_MIN;
		window.to = INT64_MAX;
	}
	if ((rc = cm_failures_open(store, &window, &place, page.limit + 1, &rows)) < 0)
		return rc;
	cm_json_array(json, "failures");
	while ((rc = cm_call_next(rows, &call)) > 0 &&
	    cm_page_add(&page, call.started_us, call.call_id, window.filter.tenant_id == NULL ? call.tenant_id : ""))
		cm_report_call(json, &call);
	cm_json_end(json);
	cm_rows_done(rows);
	cm_report_page(json, &page);
	return rc < 0 ? rc : 0;
}

const struct cm_endpoint cm_endpoint = {
	.name = "failures", .path = "/metrics/failures", .summary = "The calls that failed, newest first.",
	.params = params, .handle = failures, .max_age_s = 5,
};
