/* endpoint_failure: what a client is told when its request is refused or fails; see endpoint_own.h. */
#include "config.h"

#include "endpoint_own.h"

#include <stdio.h>
#include <stdlib.h>

#include "error.h"

enum { RETRY_AFTER_S = 2 };

static const struct {
	int status;
	const char *title;
} statuses[] = {
	{ 200, "OK" }, { 201, "Created" }, { 204, "No Content" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
	{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" }, { 413, "Content Too Large" },
	{ 414, "URI Too Long" }, { 415, "Unsupported Media Type" }, { 429, "Too Many Requests" },
	{ 500, "Internal Server Error" }, { 503, "Service Unavailable" },
};

const char *
cm_status_title(int status)
{
	size_t i;

	for (i = 0; i < nitems(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].title;
	return "Error";
}

void
cm_request_note(struct cm_request *request, const char *detail)
{
	struct cm_problem *problem = &request->reply.problem;

	if (problem->detail[0] == '\0')
		snprintf(problem->detail, sizeof problem->detail, "%s", detail);
}

/* RFC 9457. */
static void
problem_document(const struct cm_failure *failure, struct cm_reply *reply)
{
	cm_reply_type(reply, "application/problem+json");
	cm_json_text(reply->json, "type", "about:blank");
	cm_json_text(reply->json, "title", failure->title);
	cm_json_int(reply->json, "status", failure->status);
	cm_json_text(reply->json, "detail", failure->detail);
	if (failure->parameter[0] != '\0')
		cm_json_text(reply->json, "parameter", failure->parameter);
	cm_json_text(reply->json, "request_id", failure->request_id);
}

void
cm_request_refuse(struct cm_request *request, int status, const char *detail)
{
	struct cm_reply *reply = &request->reply;
	const struct cm_failure failure = { .status = status, .title = cm_status_title(status), .parameter = reply->problem.parameter,
		.detail = detail, .request_id = request->id };
	char retry[16];

	cm_json_clear(reply->json);
	free(reply->text);
	reply->text = NULL;
	reply->text_bytes = reply->text_room = 0;
	reply->header_count = 0;
	reply->status = status;
	snprintf(retry, sizeof retry, "%d", RETRY_AFTER_S);
	cm_reply_header(reply, "Cache-Control", "no-store");
	if (status == 503 || status == 429)
		cm_reply_header(reply, "Retry-After", retry);
	(cm_endpoint.problem != NULL ? cm_endpoint.problem : problem_document)(&failure, reply);
	cm_request_note(request, detail);
}

void
cm_request_fail(struct cm_request *request, int rc)
{
	const struct cm_problem *problem = &request->reply.problem;

	switch (rc) {
	case CM_EPARAM:
		/* What the store finds too much has no status of its own. */
		cm_request_refuse(request, problem->status != 0 ? problem->status : 400, problem->detail);
		break;
	case CM_ENOTFOUND:
		cm_request_refuse(request, 404, problem->detail);
		break;
	case CM_EBUSY:
	case CM_ESTORE:
		cm_request_refuse(request, 503, problem->detail);
		break;
	case CM_ENOMEM:
		cm_request_refuse(request, 503, "Out of memory.");
		break;
	default:
		cm_request_refuse(request, 500, "The question failed; the log says more under this request_id.");
		break;
	}
}
