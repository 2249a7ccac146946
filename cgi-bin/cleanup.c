/*
 * cleanup: POST /cleanup-stale-calls {threshold_seconds, dry_run}
 *
 * GET /zombie-calls?threshold_seconds=3600 lists what that would end.
 *
 * Calls that are still active though they began longer ago than the threshold become `timeout`, ended now.  In a voice app's database
 * the app's own rows are updated.  Both fields may be given as parameters instead; the body may be empty.
 *
 *   200  {"cleaned_count":2,"cleaned_calls":[{"call_id":"..","call_type":"inbound","started_at":"..","duration_seconds":7201.5,
 *         "status":"timeout"},..],"threshold_seconds":3600,"cutoff_time":"..","dry_run":false,"errors":[]}
 *        to GET {"zombie_calls":[{..,"status":"active"},..],"count":2,"threshold_seconds":3600,"cutoff_time":".."}
 *        A key that may send and not read is told no calls, only how many.
 *   400  a field is not what it should be
 *   503  the call database is locked, full or not there
 */
#include "config.h"

#include "call_log.h"
#include "stale_calls.h"
#include "endpoint.h"
#include "error.h"
#include "keys.h"
#include "body_fields.h"
#include "settings.h"

enum { THRESHOLD_S = 3600, THRESHOLD_MOST_S = 366 * CM_DAY_S, CALLS_MOST = 10000 };

static const struct cm_param params[] = {
	{ "threshold_seconds", CM_INT, .min = 1, .max = THRESHOLD_MOST_S,
	    .alias = "threshold",
	    .help = "calls that began longer ago are stale; STALE_CALL_THRESHOLD_SECONDS or 3600 where not given" },
	{ "dry_run", CM_FLAG, .fallback = "0", .help = "tell them, and change nothing" },
	{ 0 },
};

static int
clean(struct cm_stale_calls *cleanup, struct cm_reply *reply)
{
	int rc;

	do
		rc = cm_reply_commit(reply, NULL, cm_stale_calls_some, cleanup);
	while (rc == 0 && cleanup->turn == CM_STALE_CALLS_TURN && cleanup->count < CALLS_MOST);
	return rc;
}

/* Who may send and not read is told how many there are, and not which.  Without a word of the server's everything is. */
static bool
may_read(const struct cm_reply *reply)
{
	unsigned scope = CM_SCOPE_READ;

	cm_scope_parse(cm_reply_variable(reply, "CALLMETRICS_SCOPE"), &scope);
	return (scope & CM_SCOPE_READ) != 0;
}

static void
report_calls(struct cm_json *json, const char *key, const struct cm_stale_calls *cleanup, bool shown)
{
	size_t i;

	cm_json_array(json, key);
	for (i = 0; i < cleanup->count && shown; i++) {
		cm_json_object(json, NULL);
		cm_json_text(json, "call_id", cleanup->calls[i].call_id);
		cm_json_text(json, "call_type", cleanup->calls[i].call_type);
		cm_json_time(json, "started_at", cleanup->calls[i].started);
		cm_json_seconds(json, "duration_seconds", cleanup->calls[i].duration_us);
		cm_json_text(json, "status", cleanup->dry_run ? "active" : "timeout");
		cm_json_end(json);
	}
	cm_json_end(json);
}

static void
report(struct cm_json *json, const struct cm_stale_calls *cleanup, int64_t threshold_s, bool shown)
{
	cm_json_int(json, "cleaned_count", (int64_t)cleanup->count);
	report_calls(json, "cleaned_calls", cleanup, shown);
	cm_json_int(json, "threshold_seconds", threshold_s);
	cm_json_time(json, "cutoff_time", cleanup->cutoff);
	cm_json_bool(json, "dry_run", cleanup->dry_run);
	cm_json_array(json, "errors");
	cm_json_end(json);
}

static void
log_ended(const struct cm_stale_calls *cleanup, const char *key_id)
{
	size_t i;

	for (i = 0; i < cleanup->count && !cleanup->dry_run; i++) {
		const struct cm_call_event event = {
			.call_id = cleanup->calls[i].call_id, .call_type = cleanup->calls[i].call_type, .status = "timeout",
			.key_id = *key_id != '\0' ? key_id : NULL, .has_duration = true, .duration_us = cleanup->calls[i].duration_us,
		};

		cm_log_call_ended(&event);
	}
}

static int64_t
threshold_of(const struct cm_query *query)
{
	return cm_query_given(query, "threshold_seconds")
	    ? cm_query_int(query, "threshold_seconds")
	    : cm_setting_int("STALE_CALL_THRESHOLD_SECONDS", THRESHOLD_S, 1, THRESHOLD_MOST_S);
}

/* What a clean-up would find. */
static int
list_stale(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	int64_t threshold_s = threshold_of(query);
	struct cm_stale_calls stale = { .tenant_id = cm_query_tenant(query), .now = cm_query_now(query), .dry_run = true,
		.cutoff = cm_query_now(query) - threshold_s * CM_SECOND_US };
	struct cm_json *json = cm_reply_json(reply);
	int rc;

	if (!may_read(reply))
		return cm_refuse(cm_reply_problem(reply), 403, NULL, "This login or key may not read.");
	do
		rc = cm_stale_calls_some(store, &stale);
	while (rc == 0 && stale.turn == CM_STALE_CALLS_TURN && stale.count < CALLS_MOST);
	if (rc == 0) {
		report_calls(json, "zombie_calls", &stale, true);
		cm_json_int(json, "count", (int64_t)stale.count);
		cm_json_int(json, "threshold_seconds", threshold_s);
		cm_json_time(json, "cutoff_time", stale.cutoff);
	}
	cm_stale_calls_done(&stale);
	return rc;
}

static int
cleanup_stale(const struct cm_query *query, const struct cm_body *body, struct cm_reply *reply)
{
	int64_t threshold_s = threshold_of(query);
	struct cm_stale_calls cleanup = { .tenant_id = cm_query_tenant(query), .now = cm_query_now(query),
		.dry_run = cm_query_flag(query, "dry_run") };
	const struct cm_int_field fields[] = {
		{ "threshold_seconds", 1, THRESHOLD_MOST_S, .number = &threshold_s },
		{ "threshold", 1, THRESHOLD_MOST_S, .number = &threshold_s }, { "dry_run", .flag = &cleanup.dry_run }, { 0 },
	};
	int rc;

	if ((rc = cm_body_fields_read(body, fields, cm_reply_problem(reply))) < 0)
		return rc;
	cleanup.cutoff = cleanup.now - threshold_s * CM_SECOND_US;
	if ((rc = clean(&cleanup, reply)) == 0) {
		report(cm_reply_json(reply), &cleanup, threshold_s, may_read(reply));
		log_ended(&cleanup, cm_reply_variable(reply, "CALLMETRICS_KEY_ID"));
	}
	cm_stale_calls_done(&cleanup);
	return rc;
}

const struct cm_endpoint cm_endpoint = {
	.name = "cleanup", .path = "/cleanup-stale-calls", .also = "/zombie-calls",
	.summary = "Ends calls that began long ago and were never ended; or, asked by GET, lists them.",
	.params = params, .handle = list_stale, .takes_params = true,
	.take = cleanup_stale, .takes = "application/json", .body_optional = true,
	.body_help = "{threshold_seconds, dry_run}, or nothing.",
};
