/* export: calls streamed as JSON, CSV or NDJSON; see export.h, and export_csv.c for CSV. */
#include "config.h"

#include "export_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "explain.h"

enum { BUFFER_BYTES = 64 * 1024 };

const char *const cm_export_names[COLUMNS] = {
	[CALL_ID] = "call_id", [CALL_TYPE] = "call_type", [CALLER_NUMBER] = "caller_number",
	[CALLEE_NUMBER] = "callee_number", [STARTED_AT] = "started_at", [ENDED_AT] = "ended_at",
	[DURATION_SECONDS] = "duration_seconds", [STATUS] = "status", [HAS_TRANSCRIPT] = "has_transcript",
	[HAS_AUDIO] = "has_audio", [TENANT_ID] = "tenant_id", [AGENT] = "agent", [PROVIDER] = "provider",
	[FAILURE_REASON] = "failure_reason", [METADATA] = "metadata",
};

static int
flush(struct cm_output *out)
{
	size_t used = out->used;

	out->used = 0;
	return cm_reply_write(out->reply, out->buffer, used);
}

int
cm_output_reserve(struct cm_output *out, size_t bytes)
{
	char *larger;
	int rc;

	if (out->used + bytes <= out->room)
		return 0;
	if ((rc = flush(out)) < 0 || bytes <= out->room)
		return rc;
	if ((larger = realloc(out->buffer, bytes)) == NULL)
		return CM_ENOMEM;
	out->buffer = larger;
	out->room = bytes;
	return 0;
}

int
cm_output_put(struct cm_output *out, const char *text, size_t bytes)
{
	int rc;

	if ((rc = cm_output_reserve(out, bytes)) < 0)
		return rc;
	memcpy(out->buffer + out->used, text, bytes);
	out->used += bytes;
	return 0;
}

static size_t
column_count(const struct cm_output *out)
{
	return out->export->metadata ? COLUMNS : METADATA;
}

/* The text of each column of a call; NULL is null.  times and number are room for the texts made here. */
static void
column_texts(const struct cm_call *call, const char *texts[COLUMNS], char times[2][CM_TIME_TEXT],
    char number[CM_DECIMAL_TEXT])
{
	texts[CALL_ID] = call->call_id;
	texts[CALL_TYPE] = call->call_type;
	texts[CALLER_NUMBER] = call->caller_number;
	texts[CALLEE_NUMBER] = call->callee_number;
	texts[STARTED_AT] = cm_time_text(call->started_us, times[0]);
	texts[ENDED_AT] = call->ended ? cm_time_text(call->ended_us, times[1]) : NULL;
	texts[DURATION_SECONDS] = call->timed ? cm_decimal_text(call->duration_us, 6, number) : NULL;
	texts[STATUS] = call->status;
	texts[HAS_TRANSCRIPT] = call->has_transcript ? "true" : "false";
	texts[HAS_AUDIO] = call->has_audio ? "true" : "false";
	texts[TENANT_ID] = *call->tenant_id != '\0' ? call->tenant_id : NULL;
	texts[AGENT] = *call->agent != '\0' ? call->agent : NULL;
	texts[PROVIDER] = *call->provider != '\0' ? call->provider : NULL;
	texts[FAILURE_REASON] = *call->failure_reason != '\0' ? call->failure_reason : NULL;
	texts[METADATA] = call->metadata;
}

static int
no_end(struct cm_output *out)
{
	(void)out;
	return 0;
}

static int
put_json_row(struct cm_output *out, const struct cm_rows *rows)
{
	struct cm_call read, *call = &read;
	char times[2][CM_TIME_TEXT], number[CM_DECIMAL_TEXT];
	const char *texts[COLUMNS], *line;
	struct cm_json *row = out->row;
	size_t i, length;

	cm_call_read(rows, call);
	column_texts(call, texts, times, number);
	cm_json_clear(row);
	for (i = 0; i < column_count(out); i++) {
		if (i == DURATION_SECONDS && call->timed)
			cm_json_seconds(row, cm_export_names[i], call->duration_us);
		else if (i == HAS_TRANSCRIPT || i == HAS_AUDIO)
			cm_json_bool(row, cm_export_names[i], i == HAS_AUDIO ? call->has_audio : call->has_transcript);
		else if (i == METADATA)
			cm_json_raw(row, cm_export_names[i], call->metadata);
		else
			cm_json_text(row, cm_export_names[i], texts[i]);
	}
	if ((line = cm_json_print(row, false, &length)) == NULL)
		return CM_ENOMEM;
	return cm_output_put(out, line, length);
}

static int
ndjson_begin(struct cm_output *out)
{
	(void)out;
	return 0;
}

static int
ndjson_row(struct cm_output *out, struct cm_rows *rows)
{
	int rc = put_json_row(out, rows);

	return rc < 0 ? rc : cm_output_put(out, "\n", 1);
}

static int
json_begin(struct cm_output *out)
{
	double days = (double)(out->export->window.to - out->export->window.from) / (double)CM_DAY_US;
	char head[256], time[CM_TIME_TEXT];
	int length;

	length = snprintf(head, sizeof head, "{\"exported_at\":\"%s\",\"period_days\":%.10g,\"calls\":[",
	    cm_time_text(out->export->now, time), days);
	return cm_output_put(out, head, (size_t)length);
}

static int
json_row(struct cm_output *out, struct cm_rows *rows)
{
	int rc = cm_output_put(out, out->count > 0 ? ",\n" : "\n", out->count > 0 ? 2 : 1);

	return rc < 0 ? rc : put_json_row(out, rows);
}

static int
json_end(struct cm_output *out)
{
	char tail[64];
	int length = snprintf(tail, sizeof tail, "\n],\"call_count\":%lld", (long long)out->count);
	const char *explain;
	size_t bytes;
	int rc;

	if ((rc = cm_output_put(out, tail, (size_t)length)) < 0)
		return rc;
	if (cm_reply_explains(out->reply)) {
		cm_json_clear(out->row);
		cm_explain_json(out->store, out->row);
		/* {"explain":[..]} without its brackets continues the object. */
		if ((explain = cm_json_print(out->row, false, &bytes)) == NULL)
			return CM_ENOMEM;
		if ((rc = cm_output_put(out, ",", 1)) < 0 || (rc = cm_output_put(out, explain + 1, bytes - 2)) < 0)
			return rc;
	}
	return cm_output_put(out, "}\n", 2);
}

static const struct format {
	const char *name;
	const char *content_type;
	int (*begin)(struct cm_output *out);
	int (*row)(struct cm_output *out, struct cm_rows *rows);
	int (*end)(struct cm_output *out);
} formats[] = {
	{ "json", "application/json", json_begin, json_row, json_end },
	{ "csv", "text/csv; charset=utf-8; header=present", cm_export_csv_begin, cm_export_csv_row, no_end },
	{ "ndjson", "application/x-ndjson", ndjson_begin, ndjson_row, no_end },
};

static const struct format *
find_format(const char *name)
{
	size_t i;

	for (i = 0; i + 1 < nitems(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			break;
	return &formats[i];
}

static void
disposition(const struct cm_export *export, const char *format, struct cm_reply *reply)
{
	char value[96], day[CM_TIME_TEXT];

	cm_time_text_s(export->now, day);
	snprintf(value, sizeof value, "attachment; filename=\"calls-%.10s.%s\"", day, format);
	cm_reply_header(reply, "Content-Disposition", value);
}

int
cm_export_run(struct cm_store *store, const struct cm_export *export, const char *format_name, struct cm_reply *reply)
{
	const struct format *format = find_format(format_name);
	struct cm_output out = { .store = store, .export = export, .reply = reply, .room = BUFFER_BYTES };
	struct cm_rows *rows = NULL;
	int rc = CM_ENOMEM, begun;

	if ((out.buffer = malloc(out.room)) == NULL || (out.row = cm_json_new()) == NULL)
		goto out;
	cm_reply_type(reply, format->content_type);
	if (strcmp(format_name, "json") != 0)
		disposition(export, format_name, reply);
	cm_store_no_deadline(store);
	rc = format->row == cm_export_csv_row && cm_export_csv_is_bare(export)
		? cm_calls_open_bare(store, &export->window, &export->after, export->metadata, &rows)
		: cm_calls_open(store, &export->window, &export->after, &rows);
	if (rc < 0)
		goto out;
	/* The first row is read before the first byte is written, so that most failures are still clean errors. */
	rc = cm_rows_next(rows);
	if (rc >= 0 && (begun = format->begin(&out)) < 0)
		rc = begun;
	for (; rc > 0; rc = cm_rows_next(rows), out.count++)
		if ((rc = format->row(&out, rows)) < 0)
			break;
	cm_rows_done(rows);
	rows = NULL;
	if (rc >= 0 && (rc = format->end(&out)) >= 0)
		rc = flush(&out);
out:
	cm_rows_done(rows);
	cm_json_free(out.row);
	cm_export_csv_free(out.csv);
	free(out.buffer);
	return rc;
}
