/* event: one event of a sender, read and checked; see event.h. */
#include "config.h"

#include "event_own.h"

#include <math.h>
#include <string.h>

#include <sha2.h>

#include "error.h"
#include "text.h"
#include "kinds.h"
#include "bounds.h"
#include "words.h"

enum { CONTENT_MOST_BYTES = 65536, MILLION = 1000000 };

#define AMOUNT_MOST 1e9

/* Which field of `data` says how much of what was used. */
struct use_rule {
	const char *service;
	const char *unit;
	const char *field;
};

/* What an event type means.  A type that is not here is kept as it came, and timed where it has latency_ms. */
static const struct cm_event_rule {
	const char *type;
	enum cm_effect effect;
	const char *mark;			/* of CM_TURN_MARK */
	const char *component;			/* of the step or reading */
	const char *latency[2];			/* the fields that time the step, the first that is there */
	struct use_rule uses[CM_EVENT_USES];
	const char *id_field;			/* names what a reading is of; NULL: the call */
	const char *speaker;
} rules[] = {
	{ "call_started", CM_CALL_STARTED, .latency = { 0 } },
	{ "call_ended", CM_CALL_ENDED, .latency = { 0 } },
	{ "user_speech_ended", CM_TURN_MARK, .mark = "user_stopped" },
	{ "end_of_turn_detected", CM_TURN_MARK, .mark = "end_of_turn" },
	{ "agent_speech_started", CM_TURN_MARK, .mark = "agent_started" },
	{ "tts_playback_started", CM_TURN_MARK, .mark = "agent_started" },
	{ "stt_transcript_final", CM_STEP, .component = "stt", .latency = { "latency_ms" },
	    .uses = { { "stt", "seconds", "duration_seconds" } } },
	{ "llm_first_token", CM_STEP, .component = "llm_ttft", .latency = { "ttft_ms", "latency_ms" } },
	{ "llm_completion", CM_STEP,
	    .uses = { { "llm", "input_tokens", "prompt_tokens" }, { "llm", "output_tokens", "completion_tokens" } } },
	{ "tts_first_byte", CM_STEP, .component = "tts_ttfb", .latency = { "ttfb_ms", "latency_ms" } },
	{ "tts_synthesis_complete", CM_STEP, .uses = { { "tts", "characters", "character_count" } } },
	{ "worker_health", CM_READING, .component = "worker", .id_field = "worker_id" },
	{ "provider_health", CM_READING, .component = "provider", .id_field = "provider" },
	{ "circuit_breaker_state_changed", CM_READING, .component = "circuit_breaker", .id_field = "provider" },
	{ "call_quality_update", CM_READING, .component = "call_quality" },
	{ "user_spoke", CM_LINE, .speaker = "user" },
	{ "agent_spoke", CM_LINE, .speaker = "agent" },
};

void
cm_event_reject(struct cm_event *event, const char *detail)
{
	event->verdict = CM_REJECTED;
	event->detail = detail;
}

static void
take_time(struct cm_event_reader *reading, cm_us now)
{
	const struct cm_value *value = cm_value_get(reading->envelope, "timestamp");
	const char *text, *fault;
	char beyond[CM_BOUND_TEXT];
	double seconds;
	size_t bytes;

	if (value == NULL)
		cm_event_fault(reading, "timestamp", "is missing");
	else if (cm_value_number(value, &seconds) && seconds >= 0 && seconds < (double)(CM_TIME_MAX_US / CM_SECOND_US))
		reading->event->at = llround(seconds * 1e6);
	else if ((text = cm_value_text(value, &bytes)) == NULL || strlen(text) != bytes ||
	    !cm_time_parse(text, &reading->event->at))
		cm_event_fault(reading, "timestamp", "is neither RFC 3339 nor Unix seconds");
	if (reading->event->verdict != CM_REJECTED && (fault = cm_bound_instant(reading->event->at, now, beyond)) != NULL)
		cm_event_fault(reading, "timestamp", fault);
}

static void
take_envelope(struct cm_event_reader *reading, const char *tenant, cm_us now)
{
	struct cm_event *event = reading->event;

	event->event_id = cm_event_text(reading, cm_value_get(reading->envelope, "event_id"), "event_id", CM_ID_MOST_BYTES);
	event->type = cm_event_text(reading, cm_value_get(reading->envelope, "event_type"), "event_type", CM_LABEL_MOST_BYTES);
	if (event->type == NULL)
		cm_event_fault(reading, "event_type", "is missing");
	event->call_id = CM_LABEL(reading, "call_id", "trace_id", "conversation_id");
	event->turn_id = CM_LABEL(reading, "turn_id");
	event->tenant_id = cm_or_empty(tenant != NULL ? tenant : CM_LABEL(reading, "tenant_id"));
	take_time(reading, now);
}

static const struct cm_event_rule *
find_rule(const char *type)
{
	size_t i;

	for (i = 0; i < nitems(rules); i++)
		if (strcmp(rules[i].type, type) == 0)
			return &rules[i];
	return NULL;
}

static void
take_call(struct cm_event_reader *reading)
{
	struct cm_event *event = reading->event;
	bool has_audio = false;

	event->agent = CM_LABEL(reading, "agent", "agent_id", "agent_name");
	event->agent_version = CM_LABEL(reading, "agent_version");
	event->call_type = CM_LABEL(reading, "call_type", "direction");
	if (event->call_type != NULL && (event->call_type = cm_direction_word(event->call_type)) == NULL)
		cm_event_fault(reading, "call_type", "is neither inbound nor outbound");
	event->caller_number = CM_LABEL(reading, "caller_number", "from");
	event->callee_number = CM_LABEL(reading, "callee_number", "to");
	event->status = CM_LABEL(reading, "status");
	event->reason = CM_LABEL(reading, "failure_reason", "end_reason", "error", "reason");
	event->failed = cm_event_field(reading, "failure_reason") != NULL || cm_event_field(reading, "error") != NULL;
	event->duration_us = cm_event_duration(reading, "duration_seconds", CM_SECOND_US, cm_bounds()->call_us);
	if (cm_event_field(reading, "has_audio") != NULL && cm_value_flag(cm_event_field(reading, "has_audio"), &has_audio))
		event->has_audio = has_audio;
	if (cm_value_is_object(cm_value_get(reading->data, "metadata")))
		event->body = cm_event_json(reading, cm_value_get(reading->data, "metadata"));
	else if (cm_value_is_object(cm_value_get(reading->envelope, "metadata")))
		event->body = cm_event_json(reading, cm_value_get(reading->envelope, "metadata"));
	if (event->call_id == NULL)
		cm_event_fault(reading, "call_id", "is missing (call_id, trace_id or conversation_id)");
}

static void
take_uses(struct cm_event_reader *reading)
{
	struct cm_event *event = reading->event;
	size_t i, count = 0;
	int64_t amount;

	for (i = 0; i < CM_EVENT_USES && reading->rule->uses[i].service != NULL; i++) {
		const struct use_rule *use = &reading->rule->uses[i];

		if ((amount = cm_event_number(reading, use->field, AMOUNT_MOST, MILLION)) >= 0)
			event->uses[count++] = (struct cm_use){ use->service, use->unit, amount };
	}
	event->cost_nusd = cm_event_number(reading, "cost_usd", 1e6, 1e9);
	if (count > 1 && event->cost_nusd >= 0)
		cm_event_fault(reading, "cost_usd", "says nothing of which use it is");
}

/* Whether the sender says of a field that it is not known: then the event tells of nothing that counts, and is kept. */
static bool
is_null(const struct cm_event_reader *reading, const char *name)
{
	return cm_event_field(reading, name) == NULL &&
	    ((reading->data != NULL && cm_value_has(reading->data, name)) || cm_value_has(reading->envelope, name));
}

static void
take_step(struct cm_event_reader *reading)
{
	const char *measured = reading->rule->latency[0] != NULL ? reading->rule->latency[0] : reading->rule->uses[0].field;
	struct cm_event *event = reading->event;
	size_t i;

	event->component = reading->rule->component;
	for (i = 0; i < nitems(reading->rule->latency) && event->latency_us < 0; i++)
		if (reading->rule->latency[i] != NULL)
			event->latency_us = cm_event_duration(reading, reading->rule->latency[i], 1000, cm_bounds()->step_us);
	take_uses(reading);
	if (event->call_id == NULL)
		cm_event_fault(reading, "call_id", "is missing (call_id, trace_id or conversation_id)");
	if (event->latency_us >= 0 || event->uses[0].service != NULL)
		return;
	if (is_null(reading, measured)) {
		event->effect = CM_KEPT;
		event->body = cm_event_json(reading, reading->envelope);
	} else {
		cm_event_fault(reading, measured, "is missing");
	}
}

static void
take_mark(struct cm_event_reader *reading)
{
	reading->event->mark = reading->rule->mark;
	if (reading->event->call_id == NULL)
		cm_event_fault(reading, "call_id", "is missing (call_id, trace_id or conversation_id)");
	if (reading->event->turn_id == NULL)
		cm_event_fault(reading, "turn_id", "is missing");
}

static double
load_of(struct cm_event_reader *reading, const char *name)
{
	const struct cm_value *metrics = cm_value_get(reading->data, "metrics"), *value = cm_event_field(reading, name);
	double load;

	if (value == NULL)
		value = cm_value_get(metrics, name);
	return value != NULL && cm_value_number(value, &load) ? load : -1;
}

/* What a worker's load says of it, in per cent of memory and processor: above 85 and 90 down, above 80 unhealthy, above 70
 * degraded. */
static const char *
worker_status(struct cm_event_reader *reading)
{
	double memory = load_of(reading, "memory_percent"), cpu = load_of(reading, "cpu_percent");
	double most = memory > cpu ? memory : cpu;

	if (most < 0)
		return NULL;
	if (memory > 85 || cpu > 90)
		return "down";
	return most > 80 ? "unhealthy" : most > 70 ? "degraded" : "healthy";
}

/* A breaker's health is its state; an open one is not healthy, whatever the sender calls it. */
static const char *
breaker_status(const char *state)
{
	static const char *const states[][2] = { { "closed", "healthy" }, { "half_open", "degraded" }, { "open", "unhealthy" } };
	size_t i;

	for (i = 0; state != NULL && i < nitems(states); i++)
		if (strcmp(states[i][0], state) == 0)
			return states[i][1];
	return NULL;
}

static bool
is_health(const char *status)
{
	static const char *const known[] = { "healthy", "degraded", "unhealthy", "down" };
	size_t i;

	for (i = 0; status != NULL && i < nitems(known); i++)
		if (strcmp(known[i], status) == 0)
			return true;
	return false;
}

static void
take_reading(struct cm_event_reader *reading)
{
	struct cm_event *event = reading->event;

	event->component = reading->rule->component;
	event->component_id = reading->rule->id_field != NULL ? CM_LABEL(reading, reading->rule->id_field) : event->call_id;
	event->state = CM_LABEL(reading, "state");
	event->status = CM_LABEL(reading, "status");
	if (strcmp(event->component, "circuit_breaker") == 0)
		event->status = breaker_status(event->state);
	else if (event->status == NULL)
		event->status = strcmp(event->component, "worker") == 0 ? worker_status(reading) : NULL;
	if (strcmp(event->component, "call_quality") == 0)
		event->status = "healthy";
	event->body = cm_event_json(reading, reading->data);
	if (event->component_id == NULL)
		cm_event_fault(reading, reading->rule->id_field != NULL ? reading->rule->id_field : "call_id", "is missing");
	if (!is_health(event->status))
		cm_event_fault(reading, strcmp(event->component, "circuit_breaker") == 0 ? "state" : "status", strcmp(event->component,
		    "circuit_breaker") == 0 ? "is none of closed, half_open, open" : "is none of healthy, degraded, unhealthy, down");
}

static void
take_line(struct cm_event_reader *reading)
{
	static const char *const names[] = { "text", "content", "transcript" };
	struct cm_event *event = reading->event;
	size_t i;

	event->speaker = reading->rule->speaker;
	for (i = 0; i < nitems(names) && event->body == NULL; i++)
		event->body = cm_event_text(reading, cm_event_field(reading, names[i]), names[i], CONTENT_MOST_BYTES);
	if (event->call_id == NULL)
		cm_event_fault(reading, "call_id", "is missing (call_id, trace_id or conversation_id)");
	if (event->body == NULL)
		cm_event_fault(reading, "text", "is missing");
}

/* A type that is not known is a step where it has latency_ms, of the turn unless it names a component, and else just kept. */
static void
take_unknown(struct cm_event_reader *reading)
{
	const char *word = CM_LABEL(reading, "component");
	const struct cm_kind *kind = word != NULL ? cm_component_find(word) : NULL;
	const struct cm_bounds *bounds = cm_bounds();
	struct cm_event *event = reading->event;

	event->latency_us = cm_event_duration(reading, "latency_ms", 1000, kind != NULL && kind->as_long_as_call ? bounds->call_us :
	    bounds->step_us);
	if (event->latency_us < 0) {
		event->body = cm_event_json(reading, reading->envelope);
		return;
	}
	event->effect = CM_STEP;
	event->component = word != NULL ? word : "turn_e2e";
	if (event->call_id == NULL)
		cm_event_fault(reading, "call_id", "is missing (call_id, trace_id or conversation_id)");
}

/* The data of each effect. */
static void (*const takers[])(struct cm_event_reader *reading) = {
	[CM_CALL_STARTED] = take_call, [CM_CALL_ENDED] = take_call, [CM_TURN_MARK] = take_mark, [CM_STEP] = take_step,
	[CM_READING] = take_reading, [CM_LINE] = take_line,
};

static void
add_text(SHA2_CTX *digest, const char *text)
{
	/* With its NUL, so that "a" "bc" is not "ab" "c". */
	SHA256Update(digest, (const uint8_t *)(text != NULL ? text : ""), text != NULL ? strlen(text) + 1 : 1);
}

void
cm_event_init(struct cm_event *event)
{
	*event = (struct cm_event){ .latency_us = -1, .duration_us = -1, .cost_nusd = -1 };
}

void
cm_event_identify(struct cm_event *event, const char *said, size_t bytes)
{
	uint8_t sum[SHA256_DIGEST_LENGTH];
	SHA2_CTX digest;

	SHA256Init(&digest);
	add_text(&digest, event->tenant_id);
	add_text(&digest, event->event_id);
	if (event->event_id == NULL)
		SHA256Update(&digest, (const uint8_t *)said, bytes);
	SHA256Final(sum, &digest);
	memcpy(event->key, sum, sizeof event->key);
}

static void
take_event(struct cm_event_reader *reading, const char *tenant, cm_us now)
{
	struct cm_event *event = reading->event;

	take_envelope(reading, tenant, now);
	if (event->verdict == CM_REJECTED)
		return;
	event->provider = CM_LABEL(reading, "provider");
	event->model = CM_LABEL(reading, "model");
	if ((reading->rule = find_rule(event->type)) == NULL) {
		take_unknown(reading);
		return;
	}
	event->effect = reading->rule->effect;
	takers[event->effect](reading);
}

/* An event without an id is the same when it says the same, however it is spaced. */
static int
take_document(struct cm_event_reader *reading, const struct cm_value *root, const char *tenant, cm_us now)
{
	const char *text = NULL;
	size_t bytes = 0;

	if (!cm_value_is_object(root)) {
		reading->event->unreadable = true;
		cm_event_reject(reading->event, "An event is a JSON object.");
		return 0;
	}
	reading->envelope = root;
	reading->data = cm_value_get(root, "data");
	if (reading->data != NULL && !cm_value_is_object(reading->data))
		cm_event_fault(reading, "data", "is not an object");
	take_event(reading, tenant, now);
	if (reading->event->event_id == NULL && (text = cm_value_print(root, &bytes)) == NULL)
		return CM_ENOMEM;
	cm_event_identify(reading->event, text, bytes);
	return reading->failed ? CM_ENOMEM : 0;
}

/* Whether a text holds more values than are taken.  What separates them is only counted, not judged. */
static bool
has_too_many_values(const char *text, size_t bytes)
{
	enum { CONTAINER_WEIGHT = 8 };
	bool quoted = false;
	size_t i, values = 0;

	if (bytes < CM_EVENT_MOST_VALUES / CONTAINER_WEIGHT)
		return false;
	for (i = 0; i < bytes && values <= CM_EVENT_MOST_VALUES; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		else if (quoted)
			i += text[i] == '\\';
		else if (text[i] == '{' || text[i] == '[')
			values += CONTAINER_WEIGHT;
		else if (text[i] == ',')
			values++;
	}
	return values > CM_EVENT_MOST_VALUES;
}

static void
reject_unread(struct cm_event *event, const char *detail)
{
	event->unreadable = true;
	cm_event_reject(event, detail);
}

int
cm_event_read(struct cm_json_reader *reader, struct cm_arena *arena, const char *text, size_t bytes, const char *tenant,
    cm_us now, struct cm_event *event)
{
	struct cm_event_reader reading = { .arena = arena, .event = event };
	struct cm_value *root;
	const char *why;
	int rc;

	cm_event_init(event);
	if (bytes > CM_EVENT_MOST_BYTES) {
		reject_unread(event, "The event is larger than 256 KiB.");
		return 0;
	}
	if (has_too_many_values(text, bytes)) {
		reject_unread(event, "The event has more than 8192 values (an object or array counts as eight).");
		return 0;
	}
	if ((rc = cm_json_read(reader, text, bytes, &root, &why)) == CM_EPARAM) {
		event->unreadable = true;
		cm_event_fault(&reading, "The event is not understood:", why);
		return reading.failed ? CM_ENOMEM : 0;
	}
	if (rc < 0)
		return rc;
	rc = take_document(&reading, root, tenant, now);
	cm_value_free(root);
	return rc;
}
