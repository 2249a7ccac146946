/* import_call: a line of a CSV file becomes a call; see import.h. */
#include "config.h"

#include "import_own.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "error.h"
#include "bounds.h"
#include "words.h"
#include "text.h"

enum { LABEL_MOST = 512, WORD_MOST = 63, LABEL_CHARACTERS = 128 };

static const struct {
	const char *name;
	size_t most;			/* bytes */
} columns[CM_IMPORT_COLUMNS] = {
	[CM_AT_CALL_ID] = { "call_id", CM_ID_MOST_BYTES }, [CM_AT_CALL_TYPE] = { "call_type", WORD_MOST },
	[CM_AT_CALLER_NUMBER] = { "caller_number", LABEL_MOST }, [CM_AT_CALLEE_NUMBER] = { "callee_number", LABEL_MOST },
	[CM_AT_STARTED_AT] = { "started_at", WORD_MOST }, [CM_AT_ENDED_AT] = { "ended_at", WORD_MOST },
	[CM_AT_DURATION] = { "duration_seconds", WORD_MOST }, [CM_AT_STATUS] = { "status", WORD_MOST },
	[CM_AT_HAS_TRANSCRIPT] = { "has_transcript", WORD_MOST }, [CM_AT_HAS_AUDIO] = { "has_audio", WORD_MOST },
	[CM_AT_TENANT_ID] = { "tenant_id", LABEL_MOST }, [CM_AT_AGENT] = { "agent", LABEL_MOST },
	[CM_AT_PROVIDER] = { "provider", LABEL_MOST }, [CM_AT_FAILURE_REASON] = { "failure_reason", WORD_MOST },
	[CM_AT_METADATA] = { "metadata", CM_CSV_FIELD_MOST }, [CM_AT_AGENT_VERSION] = { "agent_version", LABEL_MOST },
};

/* A line while it is read; a column that it has not, or that is empty in it, is NULL. */
struct line {
	struct cm_importing *importing;
	const char *texts[CM_IMPORT_COLUMNS];
	struct cm_unit_call call;
	struct cm_value *metadata;
	bool bad;
};

const char *
cm_import_column(size_t n)
{
	return n < CM_IMPORT_COLUMNS ? columns[n].name : NULL;
}

/* The first fault is the one that is told. */
static void
reject(struct line *line, const char *what, const char *fault)
{
	if (!line->bad)
		snprintf(line->importing->why, sizeof line->importing->why, "%s%s%s", what, *what != '\0' ? " " : "", fault);
	line->bad = true;
}

static bool
has_column(const struct line *line, enum cm_import_columns column)
{
	return line->importing->field_of[column] >= 0;
}

static int
read_texts(struct line *line, const struct cm_csv_record *record)
{
	const int *field_of = line->importing->field_of;
	char count[96];
	size_t i;

	if (record->fault != NULL)
		reject(line, "", record->fault);
	else if (record->count != line->importing->field_count) {
		snprintf(count, sizeof count, "It has %zu fields where the first line has %zu.", record->count,
		    line->importing->field_count);
		reject(line, "", count);
	}
	for (i = 0; i < CM_IMPORT_COLUMNS && !line->bad; i++) {
		const struct cm_csv_text *field = field_of[i] >= 0 ? &record->fields[field_of[i]] : NULL;

		if (field == NULL || field->bytes == 0)
			continue;
		if (field->bytes > columns[i].most)
			reject(line, columns[i].name, "is too long.");
		else if (!cm_utf8_valid(field->text, field->bytes))
			reject(line, columns[i].name, "is not UTF-8.");
		if (!line->bad && (line->texts[i] = cm_arena_copy(&line->importing->arena, field->text, field->bytes)) == NULL)
			return CM_ENOMEM;
	}
	if (line->texts[CM_AT_CALL_ID] == NULL)
		reject(line, "call_id", "is missing.");
	return 0;
}

static cm_us
take_time(struct line *line, enum cm_import_columns column)
{
	const char *text = line->texts[column];
	char beyond[CM_BOUND_TEXT + 1];
	cm_us at = -1;

	if (text != NULL && !cm_import_time(text, &at))
		reject(line, columns[column].name, "is neither RFC 3339 nor Unix seconds.");
	else if (text != NULL && cm_bound_instant(at, cm_now_us(), beyond) != NULL)
		reject(line, columns[column].name, strcat(beyond, "."));
	return at;
}

static int64_t
take_seconds(struct line *line)
{
	const char *text = line->texts[CM_AT_DURATION];
	char beyond[CM_BOUND_TEXT + 1];
	int64_t length_us = -1;

	if (text != NULL && !cm_import_seconds(text, &length_us))
		reject(line, "duration_seconds", "is not a number of seconds, or more than 366 days.");
	else if (cm_bound_length(length_us, cm_bounds()->call_us, beyond) != NULL)
		reject(line, "duration_seconds", strcat(beyond, "."));
	return length_us;
}

static bool
take_flag(struct line *line, enum cm_import_columns column)
{
	const char *text = line->texts[column];
	bool flag = false;

	if (text != NULL && !cm_import_flag(text, &flag))
		reject(line, columns[column].name, "is none of true, false, 1, 0.");
	return flag;
}

/* What is not told follows from what is, where the file has no column for it. */
static void
read_times(struct line *line)
{
	struct cm_unit_call *call = &line->call;

	call->started_us = take_time(line, CM_AT_STARTED_AT);
	call->ended_us = take_time(line, CM_AT_ENDED_AT);
	call->duration_us = take_seconds(line);
	if (line->bad)
		return;
	if (!has_column(line, CM_AT_STARTED_AT) && call->ended_us >= 0 && call->duration_us >= 0)
		call->started_us = call->ended_us - call->duration_us;
	if (call->started_us < 0)
		reject(line, "started_at", "is missing.");
	else if (!has_column(line, CM_AT_ENDED_AT) && call->duration_us >= 0)
		call->ended_us = call->started_us + call->duration_us;
	else if (!has_column(line, CM_AT_DURATION) && call->ended_us >= 0)
		call->duration_us = call->ended_us >= call->started_us ? call->ended_us - call->started_us : -1;
}

/* A text, or JSON, of the metadata, cut to so many characters as attaching does; NULL where there is none. */
static int
metadata_text(struct line *line, const char *key, const char **out)
{
	const struct cm_value *value = cm_value_get(line->metadata, key);
	const char *text;
	size_t bytes, end, characters = 0;

	*out = NULL;
	if (value == NULL)
		return 0;
	if ((text = cm_value_text(value, &bytes)) == NULL && (text = cm_value_print(value, &bytes)) == NULL)
		return CM_ENOMEM;
	for (end = 0; end < bytes && text[end] != '\0'; end++)
		if (((unsigned char)text[end] & 0xc0) != 0x80 && ++characters > LABEL_CHARACTERS)
			break;
	*out = cm_arena_copy(&line->importing->arena, text, end);
	return *out == NULL ? CM_ENOMEM : 0;
}

/* Metadata that is no JSON is kept as it is. */
static int
read_metadata(struct line *line)
{
	const char *text = line->texts[CM_AT_METADATA];

	line->call.metadata = text;
	if (text == NULL || *text != '{')
		return 0;
	return cm_json_read_loosely(line->importing->json, &line->importing->arena, text, &line->metadata);
}

static int
take_label(struct line *line, enum cm_import_columns column, const char **label)
{
	const char *text = line->texts[column];
	int rc = 0;

	if (!has_column(line, column))
		rc = metadata_text(line, columns[column].name, &text);
	*label = text != NULL ? text : "";
	return rc;
}

static int
read_labels(struct line *line)
{
	struct cm_labels *labels = &line->call.labels;
	const char *type = line->texts[CM_AT_CALL_TYPE];
	int rc;

	if ((rc = take_label(line, CM_AT_TENANT_ID, &labels->tenant_id)) < 0 ||
	    (rc = take_label(line, CM_AT_AGENT, &labels->agent)) < 0 ||
	    (rc = take_label(line, CM_AT_AGENT_VERSION, &labels->agent_version)) < 0 ||
	    (rc = take_label(line, CM_AT_PROVIDER, &labels->provider)) < 0)
		return rc;
	labels->call_type = type == NULL ? "" : cm_direction_word(type);
	if (labels->call_type == NULL) {
		labels->call_type = "";
		reject(line, "call_type", "is neither inbound nor outbound.");
	}
	return 0;
}

/* Why a call failed, in our words: the column's, or where there is none the metadata's. */
static int
read_reason(struct line *line)
{
	static const char *const keys[] = { "failure_reason", "end_reason", "error" };
	const char *word = line->texts[CM_AT_FAILURE_REASON], *meaning = NULL;
	size_t i;
	int rc;

	for (i = 0; i < nitems(keys) && word == NULL && !has_column(line, CM_AT_FAILURE_REASON); i++)
		if ((rc = metadata_text(line, keys[i], &word)) < 0)
			return rc;
	if (word != NULL && (rc = cm_unit_meaning(line->importing->unit, "reason", word, &meaning)) < 0)
		return rc;
	line->call.failure_reason = meaning != NULL ? meaning : "unknown";
	return 0;
}

static int
read_status(struct line *line)
{
	const char *word = line->texts[CM_AT_STATUS], *meaning;
	int rc;

	if (!has_column(line, CM_AT_STATUS))
		word = line->texts[CM_AT_FAILURE_REASON] != NULL ? "failed" : line->call.ended_us >= 0 ? "completed" : "active";
	if (word == NULL) {
		reject(line, "status", "is missing.");
		return 0;
	}
	if ((rc = cm_unit_meaning(line->importing->unit, "status", word, &meaning)) < 0)
		return rc;
	if (meaning == NULL) {
		reject(line, "status", "is not a word of cm_vocabulary.");
		return 0;
	}
	line->call.status = meaning;
	line->call.failure_reason = strcmp(meaning, "timeout") == 0 ? "timeout" : "";
	return strcmp(meaning, "failed") == 0 ? read_reason(line) : 0;
}

static int
read_line(struct line *line, const struct cm_csv_record *record)
{
	int rc;

	if ((rc = read_texts(line, record)) < 0 || line->bad)
		return rc;
	line->call.caller_number = line->texts[CM_AT_CALLER_NUMBER];
	line->call.callee_number = line->texts[CM_AT_CALLEE_NUMBER];
	line->call.has_audio = take_flag(line, CM_AT_HAS_AUDIO);
	line->call.has_transcript = take_flag(line, CM_AT_HAS_TRANSCRIPT);
	read_times(line);
	if (line->bad)
		return 0;
	if ((rc = read_metadata(line)) < 0 || (rc = read_labels(line)) < 0)
		return rc;
	return read_status(line);
}

/* What a line says of its call, as of its end or its start, whichever is later.  A timeout may be what a clean-up guessed, in the database
 * that the line was exported from; an end of a call that goes on is next to none. */
static struct cm_telling
telling_of(const struct line *line)
{
	const struct cm_unit_call *told = &line->call;
	bool active = strcmp(told->status, "active") == 0, unknown = told->duration_us < 0 && has_column(line, CM_AT_DURATION);

	return (struct cm_telling){
		.at = told->ended_us > told->started_us ? told->ended_us : told->started_us,
		.texts = {
			[CM_OF_AGENT] = told->labels.agent, [CM_OF_AGENT_VERSION] = told->labels.agent_version,
			[CM_OF_PROVIDER] = told->labels.provider, [CM_OF_CALL_TYPE] = told->labels.call_type,
			[CM_OF_CALLER] = told->caller_number, [CM_OF_CALLEE] = told->callee_number, [CM_OF_METADATA] = told->metadata,
		},
		.has_audio = told->has_audio, .has_transcript = told->has_transcript, .started_us = told->started_us,
		.end_rank = active && told->ended_us < 0 && told->duration_us < 0 ? CM_UNCLAIMED : active ? CM_GUESSED :
		    strcmp(told->status, "timeout") == 0 ? CM_DERIVED : CM_TOLD,
		.ended_us = told->ended_us, .duration_us = unknown ? CM_LENGTH_UNKNOWN : told->duration_us, .status = told->status,
		.failure_reason = told->failure_reason,
	};
}

static int
tell(struct cm_importing *importing, struct cm_call_entry *entry, const struct cm_telling *telling, enum cm_learned *learned)
{
	struct cm_unit_call copy = entry->call;

	if (!importing->dry_run)
		return cm_unit_call_tell(importing->unit, entry, telling, learned);
	*learned = cm_call_learn(&copy, telling);
	return 0;
}

static int
store_line(struct line *line)
{
	struct cm_importing *importing = line->importing;
	const struct cm_telling telling = telling_of(line);
	struct cm_call_entry *entry;
	enum cm_learned learned;
	bool found;
	int rc;

	if ((rc = cm_unit_call(importing->unit, line->call.labels.tenant_id, line->texts[CM_AT_CALL_ID], &entry)) < 0)
		return rc;
	found = entry->call.found;
	if (!found && line->call.started_us < importing->pruned_before) {
		reject(line, "The call", "is older than what is kept.");
		return CM_IMPORT_REJECTED;
	}
	if ((rc = tell(importing, entry, &telling, &learned)) < 0)
		return rc;
	return !found ? CM_IMPORT_ADDED : learned == CM_LEARNED_FACTS ? CM_IMPORT_CHANGED : CM_IMPORT_KNOWN;
}

int
cm_import_record(struct cm_importing *importing, const struct cm_csv_record *record)
{
	struct line line = { .importing = importing };
	int rc;

	rc = read_line(&line, record);
	if (rc == 0)
		rc = line.bad ? CM_IMPORT_REJECTED : store_line(&line);
	cm_value_free(line.metadata);
	return rc;
}

int
cm_import_key(struct cm_importing *importing, const struct cm_csv_record *record, const char **tenant_id, const char **call_id)
{
	struct line line = { .importing = importing };
	int rc;

	*call_id = NULL;
	if ((rc = read_texts(&line, record)) == 0 && !line.bad && (rc = read_metadata(&line)) == 0 &&
	    (rc = take_label(&line, CM_AT_TENANT_ID, tenant_id)) == 0)
		*call_id = line.texts[CM_AT_CALL_ID];
	cm_value_free(line.metadata);
	return rc;
}
