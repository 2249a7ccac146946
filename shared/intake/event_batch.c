/* event_batch: the events of one request; see event_batch.h. */
#include "config.h"

#include "event_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "call_log.h"
#include "error.h"
#include "log.h"

enum { DETAIL_BYTES = 64 };		/* of why an event is rejected, as a rule */

/* What the events of all requests take at once. */
static struct cm_budget allowance = CM_BUDGET(48 * 1024 * 1024);

/* Where a source is being cut. */
struct cutting {
	const char *at;
	const char *end;
	bool in_array;
	bool lines;
};

static const char *
skip_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
		at++;
	return at;
}

/* The end of an array's element: its comma or the array's bracket.  Brackets and quotes are only counted, not judged. */
static const char *
element_end(const char *at, const char *end)
{
	int depth = 0;
	bool quoted = false;

	for (; at < end; at++) {
		if (quoted) {
			if (*at == '\\' && at + 1 < end)
				at++;
			else
				quoted = *at != '"';
		} else if (*at == '"') {
			quoted = true;
		} else if (*at == '{' || *at == '[') {
			depth++;
		} else if (*at == '}' || (*at == ']' && depth > 0)) {
			depth--;
		} else if ((*at == ',' || *at == ']') && depth <= 0) {
			break;
		}
	}
	return at;
}

/* The next event's text; false at the end. */
static bool
next_text(struct cutting *cutting, const char **text, size_t *bytes)
{
	const char *start, *end;

	if (cutting->lines)
		start = cutting->at = skip_space(cutting->at, cutting->end);
	else
		start = skip_space(cutting->at, cutting->end);
	if (start == cutting->end)
		return false;
	if (cutting->lines)
		end = memchr(start, '\n', (size_t)(cutting->end - start));
	else
		end = cutting->in_array ? element_end(start, cutting->end) : NULL;
	if (end == NULL)
		end = cutting->end;
	*text = start;
	*bytes = (size_t)(end - start);
	cutting->at = end < cutting->end ? end + 1 : end;
	return true;
}

/* An array ends with its bracket, and nothing comes after that. */
static struct cutting
start_cutting(const struct cm_event_source *source)
{
	struct cutting cutting = { .at = source->bytes, .end = source->bytes + source->length, .lines = source->lines };

	cutting.at = skip_space(cutting.at, cutting.end);
	while (cutting.end > cutting.at && skip_space(cutting.end - 1, cutting.end) == cutting.end)
		cutting.end--;
	if (!cutting.lines && cutting.end - cutting.at >= 2 && *cutting.at == '[' && cutting.end[-1] == ']') {
		cutting.in_array = true;
		cutting.at++;
		cutting.end--;
	}
	return cutting;
}

/* How many events there are; no more than one too many. */
static size_t
count_events(struct cutting cutting)
{
	const char *text;
	size_t bytes, count = 0;

	while (count <= CM_EVENT_BATCH_MOST && next_text(&cutting, &text, &bytes))
		count++;
	return count;
}

/* Room for so many events and the texts of all of them, which are no longer than `bytes`. */
static int
make_room(size_t bytes, size_t count, struct cm_event_batch *batch, struct cm_problem *problem)
{
	if (cm_budget_take(&allowance, bytes + count * (sizeof *batch->events + DETAIL_BYTES), &batch->held) < 0) {
		snprintf(problem->detail, sizeof problem->detail, "Too many large bodies at once; try again.");
		return CM_EBUSY;
	}
	batch->events = calloc(count, sizeof *batch->events);
	return batch->events != NULL || count == 0 ? 0 : CM_ENOMEM;
}

static int
read_events(struct cm_json_reader *reader, struct cutting cutting, const struct cm_event_source *source, struct cm_event_batch *batch)
{
	struct cm_event *event;
	const char *text;
	size_t bytes;
	int rc;

	while (next_text(&cutting, &text, &bytes)) {
		event = &batch->events[batch->count++];
		if ((rc = cm_event_read(reader, &batch->arena, text, bytes, source->tenant, source->now, event)) < 0)
			return rc;
		batch->understood += !event->unreadable;
	}
	return 0;
}

static int
check_count(size_t count, struct cm_problem *problem)
{
	return count <= CM_EVENT_BATCH_MOST ? 0
		: cm_refuse(problem, 413, NULL, "There are more than 10000 events; send fewer at a time.");
}

int
cm_event_batch_make(size_t count, size_t bytes, struct cm_event_batch *batch, struct cm_problem *problem)
{
	int rc;

	*batch = (struct cm_event_batch){ 0 };
	if ((rc = check_count(count, problem)) < 0 || (rc = make_room(bytes, count, batch, problem)) < 0)
		return rc;
	for (; batch->count < count; batch->count++)
		cm_event_init(&batch->events[batch->count]);
	batch->understood = count;
	return 0;
}

int
cm_event_batch_read(const struct cm_event_source *source, struct cm_event_batch *batch, struct cm_problem *problem)
{
	struct cutting cutting = start_cutting(source);
	struct cm_json_reader *reader;
	size_t count = count_events(cutting);
	int rc;

	*batch = (struct cm_event_batch){ 0 };
	if ((rc = check_count(count, problem)) < 0)
		return rc;
	if (count == 0 && !cutting.in_array)
		return cm_refuse(problem, 400, NULL, "The body is empty; send an event, an array of events, or a line for each.");
	if ((rc = make_room(source->length, count, batch, problem)) < 0)
		return rc;
	if ((reader = cm_json_reader_new(CM_EVENT_DEPTH)) == NULL)
		return CM_ENOMEM;
	rc = read_events(reader, cutting, source, batch);
	cm_json_reader_free(reader);
	if (rc == 0 && count > 0 && batch->understood == 0)
		return cm_refuse(problem, 400, NULL, batch->events[0].detail);
	return rc;
}

static void
report_rejected(const struct cm_event_batch *batch, struct cm_json *json)
{
	size_t i;

	cm_json_array(json, "rejected");
	for (i = 0; i < batch->count; i++) {
		if (batch->events[i].verdict != CM_REJECTED)
			continue;
		cm_json_object(json, NULL);
		cm_json_int(json, "index", (int64_t)i);
		if (batch->events[i].event_id != NULL)
			cm_json_text(json, "event_id", batch->events[i].event_id);
		cm_json_text(json, "detail", batch->events[i].detail);
		cm_json_end(json);
	}
	cm_json_end(json);
}

void
cm_event_batch_report(const struct cm_event_batch *batch, struct cm_json *json)
{
	int64_t counts[CM_REJECTED + 1] = { 0 }, unknown = 0;
	size_t i;

	for (i = 0; i < batch->count; i++) {
		counts[batch->events[i].verdict]++;
		unknown += batch->events[i].verdict == CM_ACCEPTED && batch->events[i].effect == CM_KEPT;
	}
	cm_json_int(json, "accepted", counts[CM_ACCEPTED]);
	cm_json_int(json, "duplicates", counts[CM_DUPLICATE]);
	cm_json_int(json, "unknown", unknown);
	report_rejected(batch, json);
}

static void
log_event(const struct cm_event *event, const char *key_id)
{
	struct cm_call_event line = {
		.call_id = event->call_id, .call_type = event->call_type, .caller_number = event->caller_number,
		.callee_number = event->callee_number, .status = event->status, .failure_reason = event->reason,
		.tenant_id = *event->tenant_id != '\0' ? event->tenant_id : NULL, .agent = event->agent, .provider = event->provider,
		.key_id = *key_id != '\0' ? key_id : NULL, .has_duration = event->duration_us >= 0,
		.duration_us = event->duration_us,
	};

	if (event->effect == CM_CALL_STARTED) {
		cm_log_call_started(&line);
	} else if (event->effect == CM_CALL_ENDED) {
		cm_log_call_ended(&line);
	} else if (event->effect == CM_STEP && event->latency_us >= 0 && cm_log_lets(CM_DEBUG)) {
		line.event_type = event->component;
		line.has_duration = true;
		line.duration_us = event->latency_us;
		cm_log_call_latency(&line);
	}
}

void
cm_event_batch_log(const struct cm_event_batch *batch, const char *key_id)
{
	size_t i;

	for (i = 0; i < batch->count && cm_log_lets(CM_INFO); i++)
		if (batch->events[i].verdict == CM_ACCEPTED)
			log_event(&batch->events[i], key_id);
}

void
cm_event_batch_done(struct cm_event_batch *batch)
{
	free(batch->events);
	cm_arena_done(&batch->arena);
	cm_budget_give(&allowance, &batch->held);
	*batch = (struct cm_event_batch){ 0 };
}
