/* endpoint: the program around a question; see endpoint.h. */
#include "config.h"

#include "endpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "body.h"
#include "describe.h"
#include "endpoint_own.h"
#include "error.h"
#include "explain.h"
#include "log.h"
#include "origin.h"
#include "settings.h"
#include "threads.h"

enum { CATCH_UP_MS = 2000, STALE_IF_ERROR_S = 300 };

/* What a program serves with, whichever thread does. */
struct program {
	const char *url;
	struct cm_group_commit *commits;	/* NULL: it only answers */
};

/* The server's id of the request where it gives one, so that its log and ours speak of the same; else a random one. */
static void
make_id(const struct cm_client *client, char id[CM_REQUEST_ID_TEXT])
{
	const char *given = cm_client_variable(client, "REQUEST_ID");
	size_t length = strlen(given);
	uint64_t random = 0;

	if (length > 0 && length < CM_REQUEST_ID_TEXT && strspn(given, "0123456789abcdef") == length) {
		strcpy(id, given);
		return;
	}
	if (getrandom(&random, sizeof random, 0) != sizeof random)
		random = (uint64_t)cm_now_us();
	snprintf(id, CM_REQUEST_ID_TEXT, "%016" PRIx64, random);
}

static int
send_bytes(struct cm_reply *reply, const char *bytes, size_t length)
{
	return cm_client_send(reply->client, bytes, length);
}

static int
send_head(struct cm_reply *reply)
{
	char head[CM_HEADERS_MAX * CM_HEADER_BYTES + 512];
	int length;
	size_t i;

	length = snprintf(head, sizeof head, "Status: %d %s\r\n", reply->status, cm_status_title(reply->status));
	if (reply->status != 204)
		length += snprintf(head + length, sizeof head - (size_t)length, "Content-Type: %s\r\n", reply->content_type);
	for (i = 0; i < reply->header_count; i++)
		length += snprintf(head + length, sizeof head - (size_t)length, "%s\r\n", reply->headers[i]);
	length += snprintf(head + length, sizeof head - (size_t)length, "\r\n");
	return cm_client_send(reply->client, head, (size_t)length);
}

/* How long a cache may reuse an answer, and give it a little longer while it asks anew or when the program is down.  Health
 * is never given stale: its very news is that something broke. */
static void
cache_header(struct cm_reply *reply, int max_age_s)
{
	char value[96];

	if (max_age_s == 0)
		snprintf(value, sizeof value, "no-store");
	else if (cm_endpoint.never_stale)
		snprintf(value, sizeof value, "max-age=%d", max_age_s);
	else
		snprintf(value, sizeof value, "max-age=%d, stale-while-revalidate=%d, stale-if-error=%d", max_age_s, max_age_s,
		    STALE_IF_ERROR_S);
	cm_reply_header(reply, "Cache-Control", value);
}

/* Puts the statements behind an answer into it. */
static void
add_explanation(struct cm_request *request)
{
	if (request->reply.text != NULL)
		cm_explain_text(request->store, &request->reply, request->reply.last_line != NULL);
	else
		cm_explain_json(request->store, request->reply.json);
}

/* Takes in what a voice app has written, where one is followed; an answer that comes too early for some of it says so. */
static int
catch_up(struct cm_request *request)
{
	int64_t behind;
	char value[24];
	int rc;

	if ((rc = cm_follow_catch_up(request->follow, CATCH_UP_MS, &behind)) < 0) {
		cm_store_refuse(request->store, cm_follow_problem(request->follow));
		return rc;
	}
	snprintf(value, sizeof value, "%" PRId64, behind);
	if (behind > 0)
		cm_reply_header(&request->reply, "X-Callmetrics-Behind", value);
	return 0;
}

/* One view of the data that has all that the voice app wrote before the question. */
static int
begin(struct cm_request *request)
{
	bool current = false;
	int rc;

	if (cm_store_is_remote(request->store)) {
		if ((rc = cm_store_begin(request->store)) < 0 || (rc = cm_follow_is_current(request->follow, &current)) < 0 || current)
			return rc;
		cm_store_end(request->store, false);
	}
	if ((rc = catch_up(request)) < 0)
		return rc;
	return cm_store_begin(request->store);
}

static int
ask_store(struct cm_request *request)
{
	struct cm_reply *reply = &request->reply;
	int rc = begin(request);

	cm_store_explain(request->store, reply->explains);
	if (rc == 0)
		rc = cm_endpoint.handle(request->store, request->query, reply);
	if (rc == 0 && cm_store_is_inexact(request->store))
		cm_json_bool(reply->json, "exact", false);
	if (rc == 0 && reply->explains && !reply->streaming)
		add_explanation(request);
	cm_store_end(request->store, rc == 0);
	if (rc == CM_EPARAM)
		cm_request_note(request, cm_store_problem(request->store));
	if (rc != CM_EBUSY && rc != CM_ESTORE)
		return rc;
	if (cm_client_is_gone(request->client)) {
		cm_request_note(request, "Nobody waits for the answer any more.");
		return CM_EGONE;
	}
	request->error = rc;
	cm_request_note(request, cm_store_problem(request->store));
	if (!reply->streaming && cm_endpoint.without_store != NULL) {
		cm_json_clear(reply->json);
		cm_endpoint.without_store(cm_store_problem(request->store), request->query, reply);
		rc = 0;
	}
	return rc;
}

/* A GET: the parameters, then the question. */
static int
answer(struct cm_request *request)
{
	struct cm_reply *reply = &request->reply;
	const char *tenant = cm_client_variable(request->client, "CALLMETRICS_TENANT");
	int rc;

	rc = cm_query_parse(cm_endpoint.params, cm_client_variable(request->client, "QUERY_STRING"),
	    *tenant != '\0' ? tenant : NULL, cm_now_us(), &request->query, &reply->problem);
	if (rc < 0)
		return rc;
	request->pretty = cm_query_flag(request->query, "pretty");
	reply->explains = cm_query_flag(request->query, "explain");
	cache_header(reply, cm_endpoint.max_age_s);
	if (!cm_endpoint.no_store && (rc = cm_store_wall(request->store, *tenant != '\0' ? tenant : NULL)) < 0)
		return rc;
	rc = cm_endpoint.no_store ? cm_endpoint.handle(NULL, request->query, reply) : ask_store(request);
	if (reply->last_line != NULL && reply->text != NULL)
		cm_reply_print(reply, "%s", reply->last_line);
	return rc == 0 && reply->failed ? CM_ENOMEM : rc;
}

/* A question's parameters are not those of what is posted to it, as a rule. */
static const struct cm_param no_params[] = { { 0 } };

/* A POST: the body, read whole, then what takes it in. */
static int
take(struct cm_request *request)
{
	struct cm_reply *reply = &request->reply;
	const char *tenant = cm_client_variable(request->client, "CALLMETRICS_TENANT");
	struct cm_body body;
	int rc;

	if (cm_origin_is_foreign(request->client))
		return cm_refuse(&reply->problem, 403, NULL,
		    "A page of another site sent this; what changes something is taken from this site's own pages and from programs.");
	rc = cm_query_parse(cm_endpoint.handle == NULL || cm_endpoint.takes_params ? cm_endpoint.params : no_params,
	    cm_client_variable(request->client, "QUERY_STRING"), *tenant != '\0' ? tenant : NULL,
	    cm_now_us(), &request->query, &reply->problem);
	if (rc < 0)
		return rc;
	request->pretty = cm_query_flag(request->query, "pretty");
	cache_header(reply, 0);
	rc = cm_body_read(request->client, cm_endpoint.takes, cm_endpoint.body_optional, &body, &reply->problem);
	if (rc < 0) {
		if (rc == CM_EBUSY)
			cm_reply_trouble(reply, "Too many large bodies at once; try again.");
		return rc;
	}
	reply->commits = request->commits;
	rc = cm_endpoint.take(request->query, &body, reply);
	cm_body_done(&body);
	return rc == 0 && reply->failed ? CM_ENOMEM : rc;
}

static bool
is_ours(const char *path)
{
	return *path == '\0' || strcmp(path, cm_endpoint.path) == 0 ||
	    (cm_endpoint.also != NULL && strcmp(path, cm_endpoint.also) == 0);
}

/* The methods that are understood, for Allow. */
static const char *
allowed(void)
{
	if (cm_endpoint.take == NULL)
		return "GET, HEAD, OPTIONS";
	return cm_endpoint.handle == NULL ? "POST, OPTIONS" : "GET, HEAD, POST, OPTIONS";
}

static void
refuse_method(struct cm_request *request)
{
	char detail[80];

	snprintf(detail, sizeof detail, "Only %s are understood here.", allowed());
	cm_request_refuse(request, 405, detail);
	cm_reply_header(&request->reply, "Allow", allowed());
}

/* Method and path, then the question; the reply is filled whatever comes. */
static int
serve(struct cm_request *request)
{
	struct cm_reply *reply = &request->reply;
	const char *method = cm_client_variable(request->client, "REQUEST_METHOD");
	bool posts = strcmp(method, "POST") == 0;
	int rc;

	reply->path = cm_client_variable(request->client, "SCRIPT_NAME");
	reply->accept = cm_client_variable(request->client, "HTTP_ACCEPT");
	reply->head_only = strcmp(method, "HEAD") == 0;
	if (cm_client_is_crowded(request->client)) {
		cm_request_refuse(request, 429, "Too many slow requests of this login or key wait already; try again.");
		return 0;
	}
	if (!is_ours(reply->path)) {
		cm_request_refuse(request, 404, "There is no such path; GET /metrics/ lists what there is.");
		return 0;
	}
	if (strcmp(method, "OPTIONS") == 0) {
		reply->status = 204;
		cm_reply_header(reply, "Allow", allowed());
		return 0;
	}
	if (posts ? cm_endpoint.take == NULL
		  : cm_endpoint.handle == NULL || (*method != '\0' && strcmp(method, "GET") != 0 && !reply->head_only)) {
		refuse_method(request);
		return 0;
	}
	if ((rc = posts ? take(request) : answer(request)) < 0 && !reply->streaming)
		cm_request_fail(request, rc);
	return rc;
}

/* What was printed, or the document. */
static const char *
body_of(const struct cm_reply *reply, bool pretty, size_t *length)
{
	if (reply->status == 204 || reply->text != NULL) {
		*length = reply->text_bytes;
		return reply->text != NULL ? reply->text : "";
	}
	return cm_json_print(reply->json, pretty, length);
}

/* Sends what is not streamed already; 0 or CM_EGONE. */
static int
send_reply(struct cm_request *request)
{
	struct cm_reply *reply = &request->reply;
	size_t length;
	const char *body;
	int rc;

	if ((body = body_of(reply, request->pretty, &length)) == NULL) {
		cm_request_refuse(request, 503, "Out of memory.");
		body = body_of(reply, false, &length);
	}
	if ((rc = send_head(reply)) < 0 || reply->head_only || body == NULL || reply->status == 204)
		return rc;
	if ((rc = send_bytes(reply, body, length)) < 0 || reply->text != NULL)
		return rc;
	return send_bytes(reply, "\n", 1);
}

static void
log_request(const struct cm_request *request)
{
	const struct cm_reply *reply = &request->reply;
	bool failed = (reply->status >= 400 && !reply->quiet) || request->error < 0;
	char logger[64];
	const struct cm_field fields[] = {
		{ "request_id", request->id, 0 },
		{ "status", NULL, reply->status },
		{ "error", NULL, request->error },
		{ "query", request->asked, 0 },
		{ "problem", reply->problem.detail, 0 },
		{ request->key[0] != '\0' ? "key_id" : NULL, request->key, 0 },
		{ 0 },
	};

	snprintf(logger, sizeof logger, "callmetrics.%s", cm_endpoint.name);
	cm_log(failed ? (reply->status >= 500 ? CM_ERROR : CM_WARNING) : CM_DEBUG, logger,
	    failed ? "request_failed" : "request_answered", fields);
}

/* Serves the request that the client has; whether its answer went out whole. */
static bool
run_request(const struct program *program, struct cm_client *client, struct cm_store *store, struct cm_follow *follow)
{
	struct cm_request request = { .client = client, .store = store, .commits = program->commits, .follow = follow };
	int rc;

	make_id(client, request.id);
	snprintf(request.asked, sizeof request.asked, "%s", cm_client_variable(client, "QUERY_STRING"));
	snprintf(request.key, sizeof request.key, "%s", cm_client_variable(client, "CALLMETRICS_KEY_ID"));
	cm_reply_init(&request.reply);
	request.reply.client = client;
	request.reply.send_head = send_head;
	request.reply.send = send_bytes;
	if ((request.reply.json = cm_json_new()) == NULL)
		return false;
	if ((rc = serve(&request)) < 0)
		request.error = rc;
	if (!request.reply.streaming)
		rc = send_reply(&request);
	if (cm_client_finish(client, rc == 0) < 0)
		rc = CM_EGONE;
	if (request.error == 0)
		request.error = rc;
	log_request(&request);
	cm_query_free(request.query);
	cm_reply_done(&request.reply);
	return rc == 0;
}

static bool
nobody_waits(void *arg)
{
	return cm_client_is_gone(arg);
}

/* Serves until there is no further request; whether the last answer went out whole.  Each thread has a client and a store. */
static bool
serve_requests(const struct program *program, bool alone)
{
	struct cm_client *client = cm_client_open(alone);
	struct cm_follow *follow = NULL;
	struct cm_store *store = NULL;
	bool whole = false;

	if (client != NULL && cm_store_open(program->url, CM_STORE_READ, &store) == 0 &&
	    cm_follow_open_asking(program->url, store, &follow) == 0) {
		whole = true;
		cm_store_give_up(store, nobody_waits, client);
		/* What asks no database is quick; and access must not turn away a login whose password it has yet to see. */
		if (cm_endpoint.no_store)
			cm_client_take_all(client);
		while (cm_client_accept(client))
			whole = run_request(program, client, store, follow);
	}
	cm_follow_close(follow);
	cm_store_close(store);
	cm_client_close(client);
	return whole;
}

static void *
serve_in_thread(void *arg)
{
	serve_requests(arg, false);
	return NULL;
}

int
main(int argc, char **argv)
{
	const char *url = cm_setting("CALLMETRICS_DB");
	struct program program = { .url = url != NULL ? url : "call_history.db" };
	bool whole = true;

	/* A server may hand a query without = over as arguments (RFC 3875, 4.4): those are the client's words. */
	if (argc > 1 && cm_setting("GATEWAY_INTERFACE") == NULL)
		return cm_describe(argc, argv);
	if (cm_endpoint.take != NULL && cm_group_commit_open(program.url, &program.commits) < 0)
		return 1;
	if (cm_endpoint.threads > 1 && cm_client_is_server())
		whole = cm_threads_run(cm_endpoint.threads, serve_in_thread, &program, cm_client_stop) == 0;
	else
		whole = serve_requests(&program, true);
	cm_group_commit_close(program.commits);
	return whole ? 0 : 1;
}
