/*
 * export_csv: calls as CSV, by the million; see export_own.h.
 *
 * A third of the work of an export was to join each call with its labels, and another the making of text.  So labels are
 * looked up once for each series and kept as the bytes that stand for them, the day of an instant is made once, and text goes
 * into the output in one step where it is plain.
 */
#include "config.h"

#include "export_own.h"

#include <stdlib.h>
#include <string.h>

#include "csv_text.h"
#include "error.h"
#include "text.h"

enum {
	SERIES_MOST = 131072,		/* labels of later series are looked up again and again */
	LABELS_MOST_BYTES = 2 << 20,	/* and so they are where those kept take up so much */
	LABEL_MOST_BYTES = 1024,
};

struct cm_export_csv {
	bool bare;
	struct cm_day day;
	uint32_t *labels;		/* by series_id: where they end in text, and their length follows; 0: not looked up */
	size_t label_count;
	char *text;
	size_t text_used;
	size_t text_room;
};

bool
cm_export_csv_is_bare(const struct cm_export *export)
{
	return strcmp(cm_filter_scope(&export->window.filter)->name, "all") == 0;
}

static size_t
column_count(const struct cm_output *out)
{
	return out->export->metadata ? COLUMNS : METADATA;
}

int
cm_export_csv_begin(struct cm_output *out)
{
	size_t i;
	int rc;

	if ((out->csv = calloc(1, sizeof *out->csv)) == NULL)
		return CM_ENOMEM;
	out->csv->bare = cm_export_csv_is_bare(out->export);
	out->csv->day = cm_day_none;
	for (i = 0; i < column_count(out); i++)
		if ((i > 0 && (rc = cm_output_put(out, ",", 1)) < 0) ||
		    (rc = cm_output_put(out, cm_export_names[i], strlen(cm_export_names[i]))) < 0)
			return rc;
	return cm_output_put(out, "\r\n", 2);
}

void
cm_export_csv_free(struct cm_export_csv *csv)
{
	if (csv == NULL)
		return;
	free(csv->labels);
	free(csv->text);
	free(csv);
}

/* Text that is not plain ASCII: bytes that are not UTF-8 as U+FFFD, as in JSON; it ends at a NUL. */
static int
put_odd_field(struct cm_output *out, const char *text)
{
	size_t bytes = strlen(text);
	char *clean = NULL;
	int rc;

	if (!cm_utf8_valid(text, bytes)) {
		if ((clean = cm_utf8_repair(text, bytes)) == NULL)
			return CM_ENOMEM;
		text = clean;
		bytes = strlen(clean);
	}
	if ((rc = cm_output_reserve(out, 2 * bytes + 3)) == 0)
		out->used += cm_csv_field(out->buffer + out->used, text, bytes);
	free(clean);
	return rc;
}

/* What a spreadsheet computes rather than shows: by its first byte, a blank being none to it. */
static bool
is_formula(const char *text)
{
	text += strspn(text, " ");
	return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

/* A formula disarmed: with an apostrophe before it, which says that the rest is text. */
static int
put_formula(struct cm_output *out, const char *text)
{
	size_t bytes = strlen(text);
	char *disarmed = malloc(bytes + 2);
	int rc;

	if (disarmed == NULL)
		return CM_ENOMEM;
	*disarmed = '\'';
	memcpy(disarmed + 1, text, bytes + 1);
	rc = put_odd_field(out, disarmed);
	free(disarmed);
	return rc < 0 ? rc : cm_output_put(out, ",", 1);
}

/* A field and the comma behind it. */
static int
put_field(struct cm_output *out, const struct cm_rows *rows, int column)
{
	const char *text = cm_rows_text(rows, column);
	size_t bytes = cm_rows_bytes(rows, column);
	int rc;

	if (out->export->safe && is_formula(text))
		return put_formula(out, text);
	if ((rc = cm_output_reserve(out, bytes + 9)) < 0)
		return rc;
	if (cm_csv_plain(out->buffer + out->used, text, bytes))
		out->used += bytes;
	else if ((rc = put_odd_field(out, text)) < 0)
		return rc;
	out->buffer[out->used++] = ',';
	return 0;
}

/* Several adjacent ones. */
static int
put_fields(struct cm_output *out, const struct cm_rows *rows, int first, int last)
{
	int rc = 0;

	for (; first <= last && rc == 0; first++)
		rc = put_field(out, rows, first);
	return rc;
}

/* Makes room for the labels of a series. */
static int
make_room(struct cm_export_csv *csv, size_t id, size_t length)
{
	size_t count = id + id / 4 + 1024, room = csv->text_room + csv->text_room / 4 + 65536;
	uint32_t *labels;
	char *text;

	if (id >= csv->label_count) {
		if ((labels = realloc(csv->labels, count * sizeof *labels)) == NULL)
			return CM_ENOMEM;
		memset(labels + csv->label_count, 0, (count - csv->label_count) * sizeof *labels);
		csv->labels = labels;
		csv->label_count = count;
	}
	if (csv->text_used + length > csv->text_room) {
		if ((text = realloc(csv->text, room)) == NULL)
			return CM_ENOMEM;
		csv->text = text;
		csv->text_room = room;
	}
	return 0;
}

/* Keeps the bytes that stand for the labels of a series, and their number behind them, unless they take up too much. */
static int
keep_labels(struct cm_export_csv *csv, int64_t series_id, const char *bytes, size_t length)
{
	uint16_t count = (uint16_t)length;
	int rc;

	if (series_id < 0 || series_id >= SERIES_MOST || length > LABEL_MOST_BYTES ||
	    csv->text_used + length > LABELS_MOST_BYTES)
		return 0;
	if ((rc = make_room(csv, (size_t)series_id, length + sizeof count)) < 0)
		return rc;
	memcpy(csv->text + csv->text_used, bytes, length);
	csv->text_used += length;
	csv->labels[series_id] = (uint32_t)csv->text_used;
	memcpy(csv->text + csv->text_used, &count, sizeof count);
	csv->text_used += sizeof count;
	return 0;
}

/* The labels of a series that is met for the first time. */
static int
look_up_labels(struct cm_output *out, int64_t series_id)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("series_id", series_id), { 0 } };
	size_t from = 0, bytes = 0;
	struct cm_rows *rows;
	int column, rc;

	if ((rc = cm_store_query(out->store, "labels-of", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0) {
		for (column = 0; column < 3; column++)
			bytes += 6 * cm_rows_bytes(rows, column) + 9;
		if ((rc = cm_output_reserve(out, bytes)) == 0) {
			from = out->used;
			rc = put_fields(out, rows, 0, 2);
		}
	} else if (rc == 0) {
		rc = cm_output_put(out, ",,,", 3);
		from = out->used - 3;
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : keep_labels(out->csv, series_id, out->buffer + from, out->used - from);
}

static int
put_labels(struct cm_output *out, const struct cm_rows *rows)
{
	const struct cm_export_csv *csv = out->csv;
	uint16_t bytes;
	int64_t id;

	if (!csv->bare)
		return put_fields(out, rows, TENANT_ID, PROVIDER);
	id = cm_rows_int(rows, TENANT_ID);
	if (id < 0 || (size_t)id >= csv->label_count || csv->labels[id] == 0)
		return look_up_labels(out, id);
	memcpy(&bytes, csv->text + csv->labels[id], sizeof bytes);
	return cm_output_put(out, csv->text + csv->labels[id] - bytes, bytes);
}

/* What is made of numbers: instants, the duration. */
static int
put_times(struct cm_output *out, const struct cm_rows *rows)
{
	struct cm_day *day = &out->csv->day;
	char *at;
	int rc;

	if ((rc = cm_output_reserve(out, 2 * CM_TIME_TEXT + CM_DECIMAL_TEXT + 3)) < 0)
		return rc;
	at = cm_time_put(day, cm_rows_int(rows, STARTED_AT), out->buffer + out->used);
	*at++ = ',';
	if (!cm_rows_null(rows, ENDED_AT))
		at = cm_time_put(day, cm_rows_int(rows, ENDED_AT), at);
	*at++ = ',';
	if (!cm_rows_null(rows, DURATION_SECONDS)) {
		cm_decimal_text(cm_rows_int(rows, DURATION_SECONDS), 6, at);
		at += strlen(at);
	}
	*at++ = ',';
	out->used = (size_t)(at - out->buffer);
	return 0;
}

static int
put_flag(struct cm_output *out, const struct cm_rows *rows, int column)
{
	bool flag = cm_rows_int(rows, column) != 0;

	return cm_output_put(out, flag ? "true," : "false,", flag ? 5 : 6);
}

int
cm_export_csv_row(struct cm_output *out, struct cm_rows *rows)
{
	int rc;

	if ((rc = put_fields(out, rows, CALL_ID, CALLEE_NUMBER)) < 0 || (rc = put_times(out, rows)) < 0 ||
	    (rc = put_field(out, rows, STATUS)) < 0 || (rc = put_flag(out, rows, HAS_TRANSCRIPT)) < 0 ||
	    (rc = put_flag(out, rows, HAS_AUDIO)) < 0 || (rc = put_labels(out, rows)) < 0 ||
	    (rc = put_fields(out, rows, FAILURE_REASON, (int)column_count(out) - 1)) < 0)
		return rc;
	out->used--;	/* the last field has no comma behind it */
	return cm_output_put(out, "\r\n", 2);
}
