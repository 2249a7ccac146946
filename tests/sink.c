/*
 * An endpoint that is not JSON, for tests/bytes.sh: it takes bytes, answers the same with a byte 0 before and behind them, nothing to
 * the body "nothing", and tells its failures in a form of its own.
 */
#include "config.h"

#include <string.h>

#include "endpoint.h"
#include "error.h"

static const struct cm_param params[] = { { 0 } };

static int
take(const struct cm_query *query, const struct cm_body *body, struct cm_reply *reply)
{
	(void)query;
	cm_reply_type(reply, body->type == 0 ? "application/x-sink" : "application/x-drain");
	if (strcmp(body->bytes, "busy") == 0)
		return cm_reply_trouble(reply, "The sink is full.");
	if (strcmp(body->bytes, "wrong") == 0)
		return cm_reply_refuse(reply, "tap", "It drips.");
	cm_reply_bytes(reply, "", 0);
	if (strcmp(body->bytes, "nothing") == 0)
		return 0;
	cm_reply_bytes(reply, "\0", 1);
	cm_reply_bytes(reply, body->bytes, body->length);
	cm_reply_bytes(reply, "\0", 1);
	return 0;
}

static void
problem(const struct cm_failure *failure, struct cm_reply *reply)
{
	char code = (char)(failure->status / 100);

	cm_reply_type(reply, "application/x-sink-problem");
	cm_reply_bytes(reply, "\0", 1);
	cm_reply_bytes(reply, &code, 1);
	cm_reply_print(reply, "%s/%s/%s", failure->title, failure->parameter, failure->detail);
}

const struct cm_endpoint cm_endpoint = {
	.name = "sink", .path = "/sink", .summary = "Takes bytes.", .params = params, .take = take,
	.takes = "application/x-sink application/x-drain", .body_help = "Bytes.", .problem = problem,
};
