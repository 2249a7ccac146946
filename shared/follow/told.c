/* told: a row of a voice app's table, read; see told.h. */
#include "config.h"

#include "told.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bounds.h"
#include "error.h"
#include "import_text.h"
#include "kinds.h"
#include "text.h"
#include "zone.h"

enum { LABEL_CHARACTERS = 128 };

#define TEXT_OF_NUMBER 32

/* A row while it is read. */
struct reading {
	struct cm_teller *teller;
	const struct cm_rows *rows;
	struct cm_told *told;
	enum cm_value_type types[CM_CALLS_END];		/* of all columns, before any was read as something else */
	bool failed;			/* for want of memory */
};

static enum cm_value_type
type_of(const struct reading *reading, int column)
{
	return reading->types[column];
}

static void
fault(struct reading *reading, const char *column)
{
	if (reading->told->fault == NULL)
		reading->told->fault = column;
}

static const char *
copy(struct reading *reading, const char *text, size_t bytes)
{
	const char *copied = cm_arena_copy(&reading->teller->unit->arena, text, bytes);

	reading->failed |= copied == NULL;
	return copied;
}

/* A text, or a number as one; NULL where there is none, or bytes that are no text. */
static const char *
take_text(struct reading *reading, int column)
{
	enum cm_value_type type = type_of(reading, column);

	if (type == CM_VALUE_NULL || type == CM_VALUE_BYTES)
		return NULL;
	return copy(reading, cm_rows_text(reading->rows, column), cm_rows_bytes(reading->rows, column));
}

/* Whether a text tells a time of day and no offset behind it: "2026-02-06 10:00:00". */
static bool
is_naive(const char *text)
{
	return strlen(text) > 11 && strchr("Tt ", text[10]) != NULL && strpbrk(text + 11, "Zz+-") == NULL;
}

static bool
time_of(const struct reading *reading, int column, cm_us *out)
{
	const struct cm_rows *rows = reading->rows;
	double seconds;

	switch (type_of(reading, column)) {
	case CM_VALUE_TEXT:
		if (!cm_import_time(cm_rows_text(rows, column), out))
			return false;
		if (reading->teller->zone != NULL && is_naive(cm_rows_text(rows, column)))
			*out = cm_zone_instant(reading->teller->zone, *out);
		return *out >= 0;
	case CM_VALUE_INT:
	case CM_VALUE_REAL:
		seconds = cm_rows_real(rows, column);
		if (!(seconds >= 0 && seconds < (double)(CM_TIME_MAX_US / CM_SECOND_US)))
			return false;
		*out = llround(seconds * 1e6);
		return true;
	default:
		return false;
	}
}

/* An instant; -1 where there is none, and where that is no null, or one is needed, the column is at fault. */
static cm_us
take_time(struct reading *reading, int column, const char *name, bool needed)
{
	cm_us at;

	if (time_of(reading, column, &at) && at >= cm_bounds()->oldest)
		return at;
	if (needed || type_of(reading, column) != CM_VALUE_NULL)
		fault(reading, name);
	return -1;
}

/* A length in units of so many microseconds. */
static int64_t
take_length(struct reading *reading, int column, const char *name, double unit_us, int64_t most_us, bool needed)
{
	const struct cm_rows *rows = reading->rows;
	enum cm_value_type type = type_of(reading, column);
	double value = type == CM_VALUE_INT || type == CM_VALUE_REAL ? cm_rows_real(rows, column) : -1;
	char *end;

	if (type == CM_VALUE_TEXT && *cm_rows_text(rows, column) != '\0') {
		value = strtod(cm_rows_text(rows, column), &end);
		value = *end == '\0' ? value : -1;
	}
	if (value >= 0 && value * unit_us <= (double)most_us)
		return llround(value * unit_us);
	if (needed || type != CM_VALUE_NULL)
		fault(reading, name);
	return -1;
}

static bool
take_flag(const struct reading *reading, int column)
{
	bool flag = false;

	if (type_of(reading, column) == CM_VALUE_TEXT)
		return cm_import_flag(cm_rows_text(reading->rows, column), &flag) ? flag
			: strtod(cm_rows_text(reading->rows, column), NULL) != 0;
	return type_of(reading, column) != CM_VALUE_NULL && cm_rows_real(reading->rows, column) != 0;
}

static int
take_meaning(struct reading *reading, const char *topic, const char *word, const char **meaning)
{
	*meaning = NULL;
	return word == NULL ? 0 : cm_unit_meaning(reading->teller->unit, topic, word, meaning);
}

/* The metadata's members; NULL in *out where they are none that can be read. */
static int
read_members(struct reading *reading, const char *metadata, struct cm_value **out)
{
	*out = NULL;
	if (metadata == NULL || metadata[strspn(metadata, " \t\r\n")] != '{')
		return 0;
	return cm_json_read_loosely(reading->teller->json, &reading->teller->unit->arena, metadata, out);
}

/* A member as a text, of so many characters at most; NULL where it is not there. */
static const char *
member(struct reading *reading, const struct cm_value *members, const char *name)
{
	const struct cm_value *value = cm_value_get(members, name);
	const char *text;
	size_t bytes, end, characters = 0;

	if (value == NULL)
		return NULL;
	if ((text = cm_value_text(value, &bytes)) == NULL && (text = cm_value_print(value, &bytes)) == NULL) {
		reading->failed = true;
		return NULL;
	}
	for (end = 0; end < bytes && text[end] != '\0'; end++)
		if (((unsigned char)text[end] & 0xc0) != 0x80 && ++characters > LABEL_CHARACTERS)
			break;
	return copy(reading, text, end);
}

static int
take_reason(struct reading *reading, const struct cm_value *members)
{
	static const char *const names[] = { "failure_reason", "end_reason", "error" };
	struct cm_unit_call *call = &reading->told->call;
	const char *word = NULL, *meaning;
	size_t i;
	int rc;

	call->failure_reason = strcmp(call->status, "timeout") == 0 ? "timeout" : "";
	if (strcmp(call->status, "failed") != 0)
		return 0;
	for (i = 0; i < nitems(names) && word == NULL; i++)
		word = member(reading, members, names[i]);
	if ((rc = take_meaning(reading, "reason", word, &meaning)) == 0)
		call->failure_reason = meaning != NULL ? meaning : "unknown";
	return rc;
}

static int
take_members(struct reading *reading)
{
	struct cm_unit_call *call = &reading->told->call;
	struct cm_value *members;
	int rc;

	if ((rc = read_members(reading, call->metadata, &members)) < 0)
		return rc;
	call->labels.tenant_id = cm_or_empty(member(reading, members, "tenant_id"));
	call->labels.agent = cm_or_empty(member(reading, members, "agent"));
	call->labels.agent_version = cm_or_empty(member(reading, members, "agent_version"));
	call->labels.provider = cm_or_empty(member(reading, members, "provider"));
	rc = take_reason(reading, members);
	cm_value_free(members);
	return rc;
}

/* How the call stands: by its word, or where the table has none by whether it has ended. */
static int
take_status(struct reading *reading)
{
	struct cm_unit_call *call = &reading->told->call;
	const char *word = take_text(reading, CM_CALLS_STATUS);
	int rc;

	if ((rc = take_meaning(reading, "status", word, &call->status)) < 0)
		return rc;
	if (call->status == NULL && word == NULL && call->ended_us >= 0)
		call->status = "completed";
	if (call->status == NULL) {
		fault(reading, "status");
		call->status = "";
	}
	return 0;
}

static int
read_call(struct reading *reading)
{
	struct cm_told *told = reading->told;
	struct cm_unit_call *call = &told->call;
	const char *type;
	int rc;

	told->call_id = type_of(reading, CM_CALLS_CALL_ID) == CM_VALUE_BYTES ? NULL : take_text(reading, CM_CALLS_CALL_ID);
	if (told->call_id == NULL)
		fault(reading, "call_id");
	call->found = true;
	call->started_us = take_time(reading, CM_CALLS_STARTED_AT, "started_at", true);
	told->counts = told->fault == NULL;
	call->ended_us = take_time(reading, CM_CALLS_ENDED_AT, "ended_at", false);
	if ((rc = take_status(reading)) < 0)
		return rc;
	told->counts &= *call->status != '\0';
	call->duration_us = take_length(reading, CM_CALLS_DURATION, "duration_seconds", 1e6, cm_bounds()->call_us, false);
	type = take_text(reading, CM_CALLS_CALL_TYPE);
	call->labels.call_type = type != NULL && strcasecmp(type, "inbound") == 0 ? "inbound" : "outbound";
	call->caller_number = take_text(reading, CM_CALLS_CALLER);
	call->callee_number = take_text(reading, CM_CALLS_CALLEE);
	call->has_audio = take_flag(reading, CM_CALLS_HAS_AUDIO);
	call->has_transcript = take_flag(reading, CM_CALLS_HAS_TRANSCRIPT);
	call->metadata = take_text(reading, CM_CALLS_METADATA);
	return take_members(reading);
}

static int
read_line(struct reading *reading)
{
	struct cm_told *told = reading->told;

	if ((told->call_id = take_text(reading, CM_LINES_CALL_ID)) == NULL)
		fault(reading, "call_id");
	told->at = take_time(reading, CM_LINES_AT, "timestamp", true);
	told->speaker = take_text(reading, CM_LINES_SPEAKER);
	told->body = take_text(reading, CM_LINES_CONTENT);
	told->counts = told->fault == NULL;
	return 0;
}

static int
read_step(struct reading *reading)
{
	struct cm_told *told = reading->told;
	const struct cm_kind *component = NULL;
	const char *meaning;
	int rc;

	if ((told->call_id = take_text(reading, CM_STEPS_CALL_ID)) == NULL)
		fault(reading, "call_id");
	if ((rc = take_meaning(reading, "component", take_text(reading, CM_STEPS_EVENT_TYPE), &meaning)) < 0)
		return rc;
	if (meaning == NULL || (component = cm_component_find(meaning)) == NULL)
		fault(reading, "event_type");
	else
		told->kind = component->number;
	told->at = take_time(reading, CM_STEPS_AT, "timestamp", true);
	told->duration_us = take_length(reading, CM_STEPS_DURATION, "duration_ms", 1e3,
	    component != NULL && component->as_long_as_call ? cm_bounds()->call_us : cm_bounds()->step_us, true);
	told->body = take_text(reading, CM_STEPS_METADATA);
	told->counts = told->fault == NULL;
	return 0;
}

/* FNV-1a, of all columns and of what each is. */
static int64_t
sum_of(const struct reading *reading, int end, int64_t seed)
{
	const struct cm_rows *rows = reading->rows;
	uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)seed;
	int column;

	for (column = CM_ROW_COLUMNS; column < end; column++) {
		const char *text = cm_rows_text(rows, column);
		size_t i, bytes = type_of(reading, column) == CM_VALUE_NULL ? 0 : cm_rows_bytes(rows, column);

		hash = (hash ^ (uint64_t)(type_of(reading, column) + 1)) * UINT64_C(1099511628211);
		for (i = 0; i < bytes; i++)
			hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	}
	return (int64_t)(hash ^ (hash >> 29));
}

/* A text that is how a positive number is written. */
static bool
number_of(const char *text, int64_t *out)
{
	char *end;

	if (*text < '1' || *text > '9' || strlen(text) > 18)
		return false;
	*out = strtoll(text, &end, 10);
	return *end == '\0';
}

static void
read_key(struct reading *reading)
{
	struct cm_row_key *key = &reading->told->key;

	if (type_of(reading, CM_ROW_KEY) == CM_VALUE_INT) {
		key->is_number = true;
		key->number = cm_rows_int(reading->rows, CM_ROW_KEY);
		return;
	}
	key->text = take_text(reading, CM_ROW_KEY);
	if (cm_store_is_remote(reading->teller->unit->store) && key->text != NULL)
		key->is_number = number_of(key->text, &key->number);
}

int
cm_told_read(struct cm_teller *teller, enum cm_source source, const struct cm_rows *rows, struct cm_told *told)
{
	static const struct {
		int end;
		int (*read)(struct reading *reading);
	} readers[] = {
		[CM_SOURCE_CALLS] = { CM_CALLS_END, read_call }, [CM_SOURCE_TRANSCRIPTS] = { CM_LINES_END, read_line },
		[CM_SOURCE_LATENCY_EVENTS] = { CM_STEPS_END, read_step },
	};
	struct reading reading = { .teller = teller, .rows = rows, .told = told };
	int column, rc = 0;

	for (column = 0; column < readers[source].end; column++)
		reading.types[column] = cm_rows_type(rows, column);
	*told = (struct cm_told){ .kind = -1, .call = { .labels = { "", "", "", "", "" }, .ended_us = -1, .duration_us = -1,
	    .status = "", .failure_reason = "" } };
	read_key(&reading);
	told->there = cm_rows_int(rows, CM_ROW_THERE) != 0;
	if (told->there) {
		told->checksum = sum_of(&reading, readers[source].end, teller->seed);
		rc = readers[source].read(&reading);
	}
	return rc == 0 && reading.failed ? CM_ENOMEM : rc;
}
