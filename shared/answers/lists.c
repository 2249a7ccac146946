/* lists: facts one by one; see lists.h. */
#include "config.h"

#include "lists.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tally.h"
#include "error.h"

/* With no more series than these match a filter, asking each for its newest rows beats looking through all rows. */
enum { FEW_SERIES = 100 };

/* How far back what is newest is looked for first, where each of few series is asked for it. */
static const cm_us reaches[] = { 5 * CM_MINUTE_S * CM_SECOND_US, CM_HOUR_US, 6 * CM_HOUR_US };

const struct cm_place cm_place_first = { .at = INT64_MIN };
const struct cm_place cm_place_last = { .at = INT64_MAX };

/* Reads digits of a tenant up to a point; where they end, or NULL where they are none. */
static const char *
parse_tenant(const char *digits, char tenant_id[CM_TENANT_TEXT])
{
	size_t length = 0;
	unsigned int byte;

	for (; *digits != '.'; digits += 2) {
		if (strspn(digits, "0123456789abcdef") < 2 || length == CM_TENANT_TEXT - 1 || sscanf(digits, "%2x", &byte) != 1 ||
		    byte == 0)
			return NULL;
		tenant_id[length++] = (char)byte;
	}
	tenant_id[length] = '\0';
	return digits;
}

bool
cm_place_parse(const char *text, struct cm_place *out)
{
	struct cm_place place = { 0 };
	const char *id;
	char *end;

	errno = 0;
	place.at = strtoll(text, &end, 10);
	if (errno != 0 || end == text || place.at < 0 || place.at >= CM_TIME_MAX_US)
		return false;
	id = *end == ',' ? parse_tenant(end + 1, place.tenant_id) : end;
	if (id == NULL || *id != '.' || strlen(id + 1) >= sizeof place.id)
		return false;
	strcpy(place.id, id + 1);
	*out = place;
	return true;
}

char *
cm_place_text(const struct cm_place *place, char text[CM_PLACE_TEXT])
{
	size_t used = (size_t)snprintf(text, CM_PLACE_TEXT, "%" PRId64, place->at);
	const char *byte;

	if (place->tenant_id[0] != '\0')
		text[used++] = ',';
	for (byte = place->tenant_id; *byte != '\0'; byte++)
		used += (size_t)snprintf(text + used, CM_PLACE_TEXT - used, "%02x", (unsigned char)*byte);
	snprintf(text + used, CM_PLACE_TEXT - used, ".%s", place->id);
	return text;
}

static int
open_calls(struct cm_store *store, const char *statement, const struct cm_window *window, const struct cm_place *after,
    bool metadata, struct cm_rows **out)
{
	struct cm_piece whole = { .from = window->from, .to = window->to };
	struct cm_bind binds[CM_BINDS_MAX];
	size_t n = cm_window_binds(&window->filter, &whole, binds);

	binds[n++] = (struct cm_bind)CM_INT_PARAM("after_us", after->at);
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("after_id", after->id);
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("after_tenant", after->tenant_id);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("metadata", metadata);
	binds[n] = (struct cm_bind){ 0 };
	return cm_store_stream(store, statement, binds, out);
}

int
cm_calls_open(struct cm_store *store, const struct cm_window *window, const struct cm_place *after, struct cm_rows **out)
{
	return open_calls(store, "export", window, after, true, out);
}

int
cm_calls_open_bare(struct cm_store *store, const struct cm_window *window, const struct cm_place *after, bool metadata,
    struct cm_rows **out)
{
	return open_calls(store, "export-bare", window, after, metadata, out);
}

/* Whether the filter narrows to few series: 1 where it does. */
static int
few_series(struct cm_store *store, const struct cm_filter *filter)
{
	struct cm_bind binds[CM_BINDS_MAX];
	size_t n = cm_filter_binds(filter, binds);
	struct cm_rows *rows;
	int rc, count = 0;

	if (cm_filter_labels(filter) == 0)
		return 0;
	binds[n++] = (struct cm_bind)CM_INT_PARAM("limit", FEW_SERIES + 1);
	binds[n] = (struct cm_bind){ 0 };
	if ((rc = cm_store_query(store, "series-few", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		count++;
	cm_rows_done(rows);
	return rc < 0 ? rc : count <= FEW_SERIES;
}

/* Whether no call that the filter lets through ever failed: then there is nothing to look for, however many others failed. */
static int
none_failed(struct cm_store *store, const struct cm_filter *filter, bool *out)
{
	struct cm_tally ever;
	int64_t failed = 0;
	size_t i;
	int rc;

	*out = false;
	if (cm_filter_labels(filter) == 0)
		return 0;
	if ((rc = cm_tally_ever(store, filter, &ever)) < 0)
		return rc;
	for (i = 0; i < CM_REASONS; i++)
		failed += ever.by_reason[i];
	*out = failed == 0;
	return 0;
}

int
cm_failures_open(struct cm_store *store, const struct cm_window *window, const struct cm_place *before, int64_t limit,
    struct cm_rows **out)
{
	struct cm_piece whole = { .from = window->from, .to = window->to };
	struct cm_bind binds[CM_BINDS_MAX];
	bool none = false;
	size_t n;
	int rc, few;

	if ((rc = few = few_series(store, &window->filter)) < 0 ||
	    (!few && (rc = none_failed(store, &window->filter, &none)) < 0))
		return rc;
	if (none)
		whole.to = whole.from;
	n = cm_window_binds(&window->filter, &whole, binds);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("before_us", before->at);
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("before_id", before->id);
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("before_tenant", before->tenant_id);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("limit", limit);
	binds[n] = (struct cm_bind){ 0 };
	return cm_store_query(store, few ? "failures-of" : "failures", binds, out);
}

static const char *
text_or_null(const struct cm_rows *rows, int column)
{
	return cm_rows_null(rows, column) ? NULL : cm_rows_text(rows, column);
}

void
cm_call_read(const struct cm_rows *rows, struct cm_call *call)
{
	call->call_id = cm_rows_text(rows, 0);
	call->call_type = cm_rows_text(rows, 1);
	call->caller_number = text_or_null(rows, 2);
	call->callee_number = text_or_null(rows, 3);
	call->started_us = cm_rows_int(rows, 4);
	call->ended = !cm_rows_null(rows, 5);
	call->ended_us = cm_rows_int(rows, 5);
	call->timed = !cm_rows_null(rows, 6);
	call->duration_us = cm_rows_int(rows, 6);
	call->status = cm_rows_text(rows, 7);
	call->has_transcript = cm_rows_int(rows, 8) != 0;
	call->has_audio = cm_rows_int(rows, 9) != 0;
	call->tenant_id = cm_rows_text(rows, 10);
	call->agent = cm_rows_text(rows, 11);
	call->provider = cm_rows_text(rows, 12);
	call->failure_reason = cm_rows_text(rows, 13);
	call->metadata = text_or_null(rows, 14);
}

int
cm_call_next(struct cm_rows *rows, struct cm_call *call)
{
	int rc = cm_rows_next(rows);

	if (rc > 0)
		cm_call_read(rows, call);
	return rc;
}

int
cm_call_place(struct cm_store *store, const char *call_id, const char *tenant_id, struct cm_place *out)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", call_id), CM_TEXT_PARAM("tenant_id", tenant_id), { 0 } };
	struct cm_place place = { 0 };
	struct cm_rows *rows;
	int rc;

	if (strlen(call_id) >= sizeof place.id)
		return CM_ENOTFOUND;
	if ((rc = cm_store_query(store, "call-started", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0 && cm_rows_bytes(rows, 1) < sizeof place.tenant_id) {
		place.at = cm_rows_int(rows, 0);
		strcpy(place.id, call_id);
		strcpy(place.tenant_id, cm_rows_text(rows, 1));
		if ((rc = cm_rows_next(rows)) > 0)
			rc = CM_EPARAM;
		else if (rc == 0)
			*out = place;
	} else if (rc >= 0) {
		rc = CM_ENOTFOUND;
	}
	cm_rows_done(rows);
	return rc;
}

/* Opens the part of the window from steps->from to steps->to. */
static int
open_part(struct cm_steps *steps)
{
	const struct cm_piece part = { .from = steps->from, .to = steps->to };
	const struct cm_place *before = steps->before;
	struct cm_bind binds[CM_BINDS_MAX];
	size_t n = cm_window_binds(&steps->window->filter, &part, binds);

	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("call_id", steps->call_id);
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("component", steps->component);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("before_us", before->at);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("before_id", before->id[0] != '\0' ? strtoll(before->id, NULL, 10) : 0);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("limit", steps->left);
	binds[n] = (struct cm_bind){ 0 };
	return cm_store_query(steps->store, steps->statement, binds, &steps->rows);
}

/* Where the next part begins: each of few series is asked for as many steps as are wanted, so where they are many it is asked for little
 * at first. */
static cm_us
part_from(struct cm_steps *steps)
{
	cm_us from = steps->reach < nitems(reaches) ? steps->newest - reaches[steps->reach++] : steps->window->from;

	return from > steps->window->from ? from : steps->window->from;
}

int
cm_steps_open(struct cm_store *store, const struct cm_window *window, const char *call_id, const char *component,
    const struct cm_place *before, int64_t limit, struct cm_steps *out)
{
	cm_us now = cm_now_us();
	int rc, few = 0;

	*out = (struct cm_steps){ .store = store, .window = window, .call_id = call_id, .component = component, .before = before,
		.left = limit, .from = window->from, .to = window->to };
	if (call_id == NULL && (rc = few = few_series(store, &window->filter)) < 0)
		return rc;
	out->statement = call_id != NULL ? "latency-events-call" : few ? "latency-events-of" : "latency-events";
	out->newest = before->at < window->to ? before->at : window->to;
	if (out->newest > now)
		out->newest = now;
	if (few)
		out->from = part_from(out);
	return open_part(out);
}

/* The next step of the part that is open, or of those before it. */
static int
next_row(struct cm_steps *steps)
{
	int rc;

	while ((rc = cm_rows_next(steps->rows)) == 0 && steps->left > 0 && steps->from > steps->window->from) {
		cm_rows_done(steps->rows);
		steps->rows = NULL;
		steps->to = steps->from;
		steps->from = part_from(steps);
		if ((rc = open_part(steps)) < 0)
			return rc;
	}
	steps->left -= rc > 0;
	return rc;
}

int
cm_step_next(struct cm_steps *steps, struct cm_step *step)
{
	const struct cm_rows *rows;
	int rc = next_row(steps);

	if (rc <= 0)
		return rc;
	rows = steps->rows;
	step->latency_id = cm_rows_int(rows, 0);
	step->call_id = cm_rows_text(rows, 1);
	step->component = cm_rows_text(rows, 2);
	step->duration_us = cm_rows_int(rows, 3);
	step->at_us = cm_rows_int(rows, 4);
	step->turn_id = text_or_null(rows, 5);
	step->provider = text_or_null(rows, 6);
	step->model = text_or_null(rows, 7);
	step->metadata = text_or_null(rows, 8);
	return 1;
}

void
cm_steps_done(struct cm_steps *steps)
{
	cm_rows_done(steps->rows);
	steps->rows = NULL;
}
