/*
 * events: POST /events
 *
 * Takes calls in as events: one, an array, or a line for each (application/x-ndjson); up to 10 000 or 8 MiB, also as gzip.  Each
 * counts once, however often it is sent; one that makes no sense costs none of its neighbours.  The answer comes when all that it
 * names as accepted is on the disk.
 *
 *   200  {"accepted":99,"duplicates":1,"unknown":0,"rejected":[{"index":4,"event_id":"..","detail":".."}]}
 *   400  nothing in it could be understood
 *   413  more than 10 000 events, or 8 MiB
 *   415  neither JSON nor NDJSON, or packed otherwise than by gzip
 *   503  the call database is locked, full or not there: nothing of it is stored; send it again
 */
#include "config.h"

#include "event_batch.h"
#include "endpoint.h"
#include "intake.h"

static const struct cm_param params[] = { { 0 } };

static int
events(const struct cm_query *query, const struct cm_body *body, struct cm_reply *reply)
{
	const struct cm_event_source source = { .bytes = body->bytes, .length = body->length, .lines = body->lines,
		.tenant = cm_query_tenant(query), .now = cm_query_now(query) };
	struct cm_event_batch batch;
	struct cm_intake intake = { .batch = &batch, .now = cm_query_now(query) };
	int rc;

	rc = cm_event_batch_read(&source, &batch, cm_reply_problem(reply));
	if (rc == 0 && (rc = cm_reply_commit(reply, cm_intake_prefetch, cm_intake_events, &intake)) == 0) {
		cm_event_batch_report(&batch, cm_reply_json(reply));
		cm_event_batch_log(&batch, cm_reply_variable(reply, "CALLMETRICS_KEY_ID"));
	}
	cm_event_batch_done(&batch);
	return rc;
}

const struct cm_endpoint cm_endpoint = {
	.name = "events", .path = "/events", .summary = "Takes calls in, as events; answers when they are stored.",
	.params = params, .take = events, .takes = "application/json application/x-ndjson", .threads = 32,
	.body_help = "An event {event_id, event_type, trace_id, tenant_id, timestamp, data}, an array of events, or a line for each.",
};
