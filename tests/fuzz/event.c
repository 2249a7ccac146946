/*
 * fuzz/event: bodies of POST /events, of any bytes, are read without harm, and what is read keeps to its limits.
 *
 * For libFuzzer (tests/fuzz/run), and for replay.c, which runs it over the files of corpus/.  Each input is read in four ways: as
 * JSON and as lines, by a sender of any tenant and by one that is bound to one; one that starts as gzip does is unpacked.  The
 * functions of client.h are its own here: they give the input as the body.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "event_batch.h"
#include "client.h"
#include "error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct cm_client {
	const uint8_t *data;
	size_t size;
	size_t at;
	bool lines;
	char length[24];
};

const char *
cm_client_variable(const struct cm_client *client, const char *name)
{
	if (strcmp(name, "CONTENT_LENGTH") == 0)
		return client->length;
	if (strcmp(name, "CONTENT_TYPE") == 0)
		return client->lines ? "application/x-ndjson" : "application/json";
	if (strcmp(name, "HTTP_CONTENT_ENCODING") == 0 && client->size >= 2 && memcmp(client->data, "\x1f\x8b", 2) == 0)
		return "gzip";
	return "";
}

size_t
cm_client_read(struct cm_client *client, char *bytes, size_t room)
{
	size_t left = client->size - client->at, got = room < left ? room : left;

	memcpy(bytes, client->data + client->at, got);
	client->at += got;
	return got;
}

/* What must be true whatever the input; a failure is told, and is a crash to the fuzzer. */
static void
must(bool true_it_is, const char *what)
{
	if (true_it_is)
		return;
	fprintf(stderr, "fuzz/event: not so: %s\n", what);
	abort();
}

static void
must_fit(const char *text, size_t most, const char *what)
{
	must(text == NULL || (*text != '\0' && strlen(text) <= most), what);
}

static void
look_at(const struct cm_event *event, const char *tenant, cm_us now)
{
	must(event->verdict == CM_PENDING || event->verdict == CM_REJECTED, "an event is to be stored, or is rejected");
	must((event->detail != NULL) == (event->verdict == CM_REJECTED), "what is rejected has a reason");
	must_fit(event->event_id, CM_ID_MOST_BYTES, "event_id");
	if (event->verdict == CM_REJECTED)
		return;
	must(!event->unreadable && event->type != NULL, "an event has a type");
	must_fit(event->call_id, CM_ID_MOST_BYTES, "call_id");
	must_fit(event->turn_id, CM_ID_MOST_BYTES, "turn_id");
	must(tenant == NULL || strcmp(event->tenant_id, tenant) == 0, "a bound sender speaks for its tenant");
	must(event->at >= 0 && event->at <= now + CM_DAY_US, "its time");
	must(event->latency_us >= -1 && event->duration_us >= -1 && event->cost_nusd >= -1, "nothing is negative");
	must(event->uses[0].amount_micro >= 0 && event->uses[1].amount_micro >= 0, "no use is negative");
	must(event->effect != CM_KEPT || event->body != NULL, "what is kept is there");
}

/* What is answered is JSON that this program reads itself. */
static void
look_at_report(const struct cm_event_batch *batch)
{
	struct cm_json *json = cm_json_new();
	struct cm_json_reader *reader = cm_json_reader_new(CM_EVENT_DEPTH);
	struct cm_value *value = NULL;
	const char *text, *why;
	size_t bytes;

	must(json != NULL && reader != NULL, "there is memory");
	cm_event_batch_report(batch, json);
	must((text = cm_json_print(json, false, &bytes)) != NULL, "the report is written");
	must(cm_json_read(reader, text, bytes, &value, &why) == 0, "the report is JSON");
	cm_value_free(value);
	cm_json_reader_free(reader);
	cm_json_free(json);
}

static void
read_as(struct cm_client client, const char *tenant)
{
	const cm_us now = INT64_C(1772449200000000);
	struct cm_problem problem = { 0 };
	struct cm_body body;
	struct cm_event_batch batch;
	size_t i;
	int rc;

	rc = cm_body_read(&client, "application/json application/x-ndjson", false, &body, &problem);
	must(rc == 0 || (rc == CM_EPARAM && problem.status != 0 && problem.detail[0] != '\0'), "a body is read, or refused");
	if (rc < 0)
		return;
	must(body.length <= CM_BODY_MOST_BYTES && body.bytes[body.length] == '\0', "a body has its limit");
	const struct cm_event_source source = { .bytes = body.bytes, .length = body.length, .lines = body.lines,
		.tenant = tenant, .now = now };

	rc = cm_event_batch_read(&source, &batch, &problem);
	must(rc == 0 || (rc == CM_EPARAM && problem.status != 0 && problem.detail[0] != '\0'), "a batch is read, or refused");
	must(batch.count <= CM_EVENT_BATCH_MOST, "a batch has its limit");
	for (i = 0; rc == 0 && i < batch.count; i++)
		look_at(&batch.events[i], tenant, now);
	if (rc == 0)
		look_at_report(&batch);
	cm_event_batch_done(&batch);
	cm_body_done(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cm_client client = { .data = data, .size = size };

	snprintf(client.length, sizeof client.length, "%zu", size);
	read_as(client, NULL);
	read_as(client, "acme");
	client.lines = true;
	read_as(client, NULL);
	read_as(client, "acme");
	return 0;
}
