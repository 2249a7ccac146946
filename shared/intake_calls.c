/* intake_calls: what is sent of a call's beginning and end; see intake.h. */
#include "config.h"

#include "intake_own.h"

#include <stdio.h>
#include <string.h>

#include "bins.h"
#include "error.h"
#include "text.h"

/* A text of a row, copied; NULL where it is null. */
static const char *
keep(struct cm_taking *taking, const struct cm_rows *rows, int column, bool *failed)
{
	const char *copy;

	if (cm_rows_null(rows, column))
		return NULL;
	copy = cm_arena_copy(&taking->arena, cm_rows_text(rows, column), cm_rows_bytes(rows, column));
	*failed |= copy == NULL;
	return copy;
}

static int64_t
number_or(const struct cm_rows *rows, int column, int64_t fallback)
{
	return cm_rows_null(rows, column) ? fallback : cm_rows_int(rows, column);
}

static int
read_call(struct cm_taking *taking, const struct cm_rows *rows, struct cm_known_call *call)
{
	bool failed = false;

	*call = (struct cm_known_call){
		.found = true,
		.series_id = cm_rows_int(rows, 0),
		.labels = {
			.tenant_id = cm_or_empty(keep(taking, rows, 1, &failed)),
			.agent = cm_or_empty(keep(taking, rows, 2, &failed)),
			.agent_version = cm_or_empty(keep(taking, rows, 3, &failed)),
			.provider = cm_or_empty(keep(taking, rows, 4, &failed)),
			.call_type = cm_or_empty(keep(taking, rows, 5, &failed)),
		},
		.caller_number = keep(taking, rows, 6, &failed),
		.callee_number = keep(taking, rows, 7, &failed),
		.started_us = cm_rows_int(rows, 8),
		.ended_us = number_or(rows, 9, -1),
		.duration_us = number_or(rows, 10, -1),
		.status = cm_or_empty(keep(taking, rows, 11, &failed)),
		.failure_reason = cm_or_empty(keep(taking, rows, 12, &failed)),
		.has_audio = cm_rows_int(rows, 13) != 0,
		.has_transcript = cm_rows_int(rows, 14) != 0,
		.metadata = keep(taking, rows, 15, &failed),
	};
	return failed ? CM_ENOMEM : 0;
}

int
cm_call_find(struct cm_taking *taking, const char *call_id, struct cm_known_call *call)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", call_id), { 0 } };
	struct cm_rows *rows;
	int rc;

	*call = (struct cm_known_call){ .labels = { "", "", "", "", "" }, .ended_us = -1, .duration_us = -1, .status = "active",
		.failure_reason = "" };
	if ((rc = cm_store_query(taking->store, "call-get", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0)
		rc = read_call(taking, rows, call);
	cm_rows_done(rows);
	return rc;
}

static struct cm_call_card *
card_place(struct cm_taking *taking, const char *call_id)
{
	unsigned hash = 5381;

	for (; *call_id != '\0'; call_id++)
		hash = hash * 33 + (unsigned char)*call_id;
	return &taking->cards[hash % CM_CALL_CARDS];
}

int
cm_call_card(struct cm_taking *taking, const char *call_id, const struct cm_call_card **out)
{
	struct cm_call_card *card = card_place(taking, call_id);
	struct cm_known_call call;
	int rc;

	if (strcmp(card->call_id, call_id) != 0) {
		card->call_id[0] = '\0';
		if ((rc = cm_call_find(taking, call_id, &call)) < 0)
			return rc;
		strncpy(card->call_id, call_id, sizeof card->call_id - 1);
		card->found = call.found;
		card->series_id = call.series_id;
		snprintf(card->tenant_id, sizeof card->tenant_id, "%s", call.labels.tenant_id);
	}
	*out = card;
	return 0;
}

bool
cm_call_is_of(const char *tenant_id, struct cm_event *event)
{
	if (event->tenant_id == NULL || strcmp(tenant_id, event->tenant_id) == 0 ||
	    (*tenant_id == '\0' && !event->tenant_bound))
		return true;
	cm_event_reject(event, "The call_id is that of another tenant's call.");
	return false;
}

/* Whether a call may be told of by the event: one that nobody told of yet may by anybody. */
static bool
may_tell(const struct cm_known_call *call, struct cm_event *event)
{
	return !call->found || cm_call_is_of(call->labels.tenant_id, event);
}

int
cm_series_of(struct cm_taking *taking, const struct cm_labels *labels, int64_t *series_id)
{
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("tenant_id", labels->tenant_id), CM_TEXT_PARAM("agent", labels->agent),
		CM_TEXT_PARAM("agent_version", labels->agent_version), CM_TEXT_PARAM("provider", labels->provider),
		CM_TEXT_PARAM("call_type", labels->call_type), { 0 },
	};
	int64_t rc;

	*series_id = 0;
	if ((rc = cm_store_number(taking->store, "series-get", binds, series_id)) < 0 || *series_id != 0)
		return (int)rc;
	if ((rc = cm_store_run(taking->store, "series-put", binds)) < 0)
		return (int)rc;
	return cm_store_number(taking->store, "series-get", binds, series_id);
}

static struct cm_bind
known_int(const char *name, int64_t value)
{
	return (struct cm_bind){ .name = name, .type = value < 0 ? CM_BIND_NO_INT : CM_BIND_INT, .number = value };
}

int
cm_call_store(struct cm_taking *taking, const char *call_id, struct cm_known_call *call)
{
	bool counts = strcmp(call->status, "completed") == 0 && call->duration_us >= 0;
	int64_t rc;

	card_place(taking, call_id)->call_id[0] = '\0';
	if ((rc = cm_series_of(taking, &call->labels, &call->series_id)) < 0)
		return (int)rc;
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("call_id", call_id), CM_INT_PARAM("series_id", call->series_id),
		CM_TEXT_PARAM("call_type", call->labels.call_type), CM_TEXT_PARAM("caller_number", call->caller_number),
		CM_TEXT_PARAM("callee_number", call->callee_number), CM_INT_PARAM("started_us", call->started_us),
		known_int("ended_us", call->ended_us), known_int("duration_us", call->duration_us),
		known_int("bin", counts ? cm_bin_of(call->duration_us) : -1), CM_TEXT_PARAM("status", call->status),
		CM_TEXT_PARAM("failure_reason", call->failure_reason), CM_INT_PARAM("has_audio", call->has_audio),
		CM_INT_PARAM("has_transcript", call->has_transcript), CM_TEXT_PARAM("metadata", call->metadata), { 0 },
	};

	rc = cm_store_run(taking->store, "call-put", binds);
	return rc < 0 ? (int)rc : 0;
}

int
cm_meaning_of(struct cm_taking *taking, const char *topic, const char *term, const char **meaning)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("topic", topic), CM_TEXT_PARAM("term", term), { 0 } };
	char word[64] = "";
	int rc;

	*meaning = NULL;
	if ((rc = cm_store_text(taking->store, "meaning", binds, word, sizeof word)) < 0 || *word == '\0')
		return rc;
	*meaning = cm_arena_copy(&taking->arena, word, strlen(word));
	return *meaning == NULL ? CM_ENOMEM : 0;
}

int
cm_mark_add(struct cm_taking *taking, const char *call_id, const char *turn_id, const char *mark, cm_us at)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", call_id), CM_TEXT_PARAM("turn_id", turn_id),
		CM_TEXT_PARAM("mark", mark), CM_INT_PARAM("at", at), { 0 } };

	return (int)cm_store_run(taking->store, "mark-add", binds);
}

/* When a call was first said to have started; 0 where nobody said so. */
static int
first_start(struct cm_taking *taking, const char *call_id, cm_us *at)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", call_id), CM_TEXT_PARAM("turn_id", ""),
		CM_TEXT_PARAM("mark", "call_started"), { 0 } };

	return cm_store_number(taking->store, "mark-first", binds, at);
}

static void
label(const char **label, const char *given)
{
	if (**label == '\0' && given != NULL)
		*label = given;
}

/* What is known of a call stays; what is not is taken from the event. */
static void
add_labels(struct cm_known_call *call, const struct cm_event *event)
{
	label(&call->labels.tenant_id, event->tenant_id);
	label(&call->labels.agent, event->agent);
	label(&call->labels.agent_version, event->agent_version);
	label(&call->labels.provider, event->provider);
	label(&call->labels.call_type, event->call_type);
	if (call->caller_number == NULL)
		call->caller_number = event->caller_number;
	if (call->callee_number == NULL)
		call->callee_number = event->callee_number;
	if (event->body != NULL)
		call->metadata = event->body;
	call->has_audio |= event->has_audio;
}

/* A new call has a transcript when lines of it came before it, and came in unless it is said to have gone out. */
static int
complete_new(struct cm_taking *taking, const char *call_id, struct cm_known_call *call)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", call_id), { 0 } };
	int64_t lines = 0;
	int rc;

	if ((rc = cm_store_number(taking->store, "line-count", binds, &lines)) < 0)
		return rc;
	call->has_transcript = lines > 0;
	label(&call->labels.call_type, "inbound");
	return 0;
}

int
cm_take_call_started(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_known_call call;
	bool derived;
	cm_us first;
	int rc;

	if ((rc = cm_call_find(taking, event->call_id, &call)) < 0 || !may_tell(&call, event) ||
	    (rc = first_start(taking, event->call_id, &first)) < 0)
		return rc;
	if (call.ended_us >= 0 && event->at > call.ended_us) {
		cm_event_reject(event, "The call ended before this.");
		return 0;
	}
	/* A length that the sender gave stays; one that came of a beginning and the end follows the beginning. */
	derived = call.ended_us >= 0 &&
	    (call.duration_us < 0 || (first != 0 && call.duration_us == call.ended_us - call.started_us));
	if ((rc = cm_mark_add(taking, event->call_id, "", "call_started", event->at)) < 0 ||
	    (rc = first_start(taking, event->call_id, &first)) < 0)
		return rc;
	call.started_us = first;
	if (derived)
		call.duration_us = call.ended_us - first;
	if (event->call_type != NULL)
		call.labels.call_type = event->call_type;
	add_labels(&call, event);
	if (!call.found && (rc = complete_new(taking, event->call_id, &call)) < 0)
		return rc;
	return cm_call_store(taking, event->call_id, &call);
}

/* How the call ended, in our words; *status is NULL where the sender's word means nothing or that it has not ended. */
static int
ending_of(struct cm_taking *taking, const struct cm_event *event, const char **status, const char **reason)
{
	int rc;

	*reason = "";
	*status = event->failed ? "failed" : "completed";
	if (event->status != NULL && (rc = cm_meaning_of(taking, "status", event->status, status)) < 0)
		return rc;
	if (*status == NULL || strcmp(*status, "active") == 0)
		*status = NULL;
	else if (strcmp(*status, "timeout") == 0)
		*reason = "timeout";
	else if (strcmp(*status, "failed") == 0) {
		*reason = NULL;
		if (event->reason != NULL && (rc = cm_meaning_of(taking, "reason", event->reason, reason)) < 0)
			return rc;
		if (*reason == NULL)
			*reason = "unknown";
	}
	return 0;
}

/* Of several ends the latest counts, in whatever order they came; a clean-up's guess gives way to any. */
static bool
ends_later(const struct cm_known_call *call, const struct cm_event *event)
{
	return call->ended_us < 0 || event->at >= call->ended_us || strcmp(call->status, "timeout") == 0;
}

static void
end_call(struct cm_known_call *call, const struct cm_event *event, const char *status, const char *reason, bool started)
{
	call->status = status;
	call->failure_reason = reason;
	call->ended_us = event->at;
	call->duration_us = event->duration_us >= 0 ? event->duration_us : started ? event->at - call->started_us : -1;
	if (!started)
		call->started_us = event->at - (event->duration_us > 0 ? event->duration_us : 0);
}

int
cm_take_call_ended(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_known_call call;
	const char *status, *reason;
	bool started;
	cm_us first;
	int rc;

	if ((rc = cm_call_find(taking, event->call_id, &call)) < 0 || !may_tell(&call, event) ||
	    (rc = ending_of(taking, event, &status, &reason)) < 0 || (rc = first_start(taking, event->call_id, &first)) < 0)
		return rc;
	started = first != 0 || (call.found && strcmp(call.status, "active") == 0);
	if (status == NULL)
		cm_event_reject(event, "status is not a word for how a call ended.");
	else if (started && event->at < call.started_us)
		cm_event_reject(event, "The call started after this.");
	if (event->verdict == CM_REJECTED)
		return 0;
	if (ends_later(&call, event))
		end_call(&call, event, status, reason, started);
	add_labels(&call, event);
	if (!call.found && (rc = complete_new(taking, event->call_id, &call)) < 0)
		return rc;
	return cm_call_store(taking, event->call_id, &call);
}
