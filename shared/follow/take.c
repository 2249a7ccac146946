/* take: rows of a voice app become facts; see take.h. */
#include "config.h"

#include "take.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "map.h"
#include "meta.h"
#include "zone.h"

/* A fact keeps its row's number where that is one that we do not give to what is sent. */
#define OWN_IDS_FROM (INT64_C(1) << 40)

enum { JSON_DEPTH = 64, SOURCE_ID_TEXT = 40, ZONE_TEXT = 80, WAITING_MOST = 4096 };

/* What a row was known as. */
struct known_row {
	bool is_known;
	int64_t fact_id;		/* 0: it is no fact */
	int64_t checksum;
	const char *call_id;		/* of a call that is not known by its key; NULL: it is */
};

static void
add_to_seed(struct cm_taker *taker, uint64_t hash)
{
	taker->teller.seed = (int64_t)((uint64_t)taker->teller.seed + hash);
}

/* Rows are read anew when a word came to mean something else. */
static int
read_seed(struct cm_taker *taker)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(taker->own, "vocabulary", NULL, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		add_to_seed(taker, cm_hash_text(cm_hash_text(cm_hash_text(CM_HASH, cm_rows_text(rows, 0)),
		    cm_rows_text(rows, 1)), cm_rows_text(rows, 2)));
	cm_rows_done(rows);
	return rc;
}

/* .. and when instants without an offset are of another zone. */
static int
read_zone(struct cm_taker *taker)
{
	char zone[ZONE_TEXT] = "";
	int rc = cm_meta_text(taker->own, CM_FOLLOW_ZONE, zone, sizeof zone);

	if (rc < 0 || zone[0] == '\0')
		return rc;
	if ((taker->teller.zone = cm_zone_open(zone)) == NULL)
		return CM_ENOMEM;
	add_to_seed(taker, cm_hash_text(CM_HASH, zone));
	return 0;
}

int
cm_taker_init(struct cm_taker *taker, struct cm_store *own)
{
	int rc;

	*taker = (struct cm_taker){ .own = own, .teller = { .unit = cm_unit_of(own), .json = cm_json_reader_new(JSON_DEPTH) } };
	if (taker->teller.unit == NULL || taker->teller.json == NULL)
		return CM_ENOMEM;
	if ((rc = cm_store_pruned_before(own, &taker->pruned_before)) < 0)
		return rc;
	return (rc = read_seed(taker)) < 0 ? rc : read_zone(taker);
}

void
cm_taker_done(struct cm_taker *taker)
{
	cm_json_reader_free(taker->teller.json);
	taker->teller.json = NULL;
	cm_zone_close(taker->teller.zone);
	taker->teller.zone = NULL;
	cm_map_done(&taker->waiting);
}

static struct cm_bind
bind_key(const struct cm_row_key *key)
{
	if (key->text == NULL)
		return (struct cm_bind)CM_INT_PARAM("row_key", key->number);
	return (struct cm_bind)CM_TEXT_PARAM("row_key", key->text);
}

static int
read_known_row(struct cm_taker *taker, const struct cm_rows *rows, struct known_row *known)
{
	*known = (struct known_row){ true, cm_rows_int(rows, 1), cm_rows_int(rows, 2), NULL };
	if (!cm_rows_null(rows, 3) && (known->call_id = cm_arena_copy(&taker->teller.unit->arena, cm_rows_text(rows, 3),
	    cm_rows_bytes(rows, 3))) == NULL)
		return CM_ENOMEM;
	return 1;
}

static int
read_known(struct cm_taker *taker, enum cm_source source, const struct cm_row_key *key, struct known_row *known)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("source", source), bind_key(key), { 0 } };
	struct cm_rows *rows;
	int rc;

	*known = (struct known_row){ 0 };
	if ((rc = cm_store_query(taker->own, "source-row-get", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0)
		rc = read_known_row(taker, rows, known);
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

/* Whether a call is known by its row's key, as most are. */
static bool
is_key(const struct cm_told *told, const char *call_id)
{
	return told->key.text != NULL && call_id != NULL && strcmp(told->key.text, call_id) == 0;
}

static int
note_known(struct cm_taker *taker, enum cm_source source, const struct cm_told *told, int64_t fact_id)
{
	const struct cm_bind binds[] = {
		CM_INT_PARAM("source", source), bind_key(&told->key),
		{ .name = "fact_id", .type = fact_id != 0 ? CM_BIND_INT : CM_BIND_NO_INT, .number = fact_id },
		CM_INT_PARAM("checksum", told->checksum),
		CM_TEXT_PARAM("call_id", source == CM_SOURCE_CALLS && !is_key(told, told->call_id) ? told->call_id : NULL), { 0 },
	};

	return cm_unit_put(taker->teller.unit, "source-row-put", binds);
}

static int
forget_known(struct cm_taker *taker, enum cm_source source, const struct cm_told *told)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("source", source), bind_key(&told->key), { 0 } };

	return cm_unit_put(taker->teller.unit, "source-row-remove", binds);
}

/* What a row is called in cm_skipped: by its key. */
static const char *
source_id_of(struct cm_taker *taker, const struct cm_told *told)
{
	char number[SOURCE_ID_TEXT];

	if (told->key.text != NULL)
		return told->key.text;
	snprintf(number, sizeof number, "%" PRId64, told->key.number);
	return cm_arena_copy(&taker->teller.unit->arena, number, strlen(number));
}

/* Whether a row tells what it told when it was read last. */
static bool
is_as_known(const struct cm_told *told, const struct known_row *known)
{
	return told->there ? known->is_known && known->checksum == told->checksum : !known->is_known;
}

/* Notes what of a row made no sense, or that it does now. */
static int
note_fault(struct cm_taker *taker, enum cm_source source, const struct cm_told *told, const struct known_row *known)
{
	const char *source_id = source_id_of(taker, told);
	const struct cm_bind binds[] = { CM_TEXT_PARAM("source", cm_source_name(source)), CM_TEXT_PARAM("source_id", source_id),
		CM_TEXT_PARAM("field", told->fault), { 0 } };
	const struct cm_bind mended[] = { CM_TEXT_PARAM("source", cm_source_name(source)), CM_TEXT_PARAM("source_id", source_id), { 0 } };

	if (source_id == NULL)
		return CM_ENOMEM;
	if (told->there && told->fault != NULL)
		return cm_unit_put(taker->teller.unit, "skipped-put", binds);
	/* Of a row that is new nothing was noted. */
	return !known->is_known ? 0 : cm_unit_put(taker->teller.unit, "skipped-remove", mended);
}

int
cm_take_keyless(struct cm_taker *taker, enum cm_source source, bool some)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("source", cm_source_name(source)), CM_TEXT_PARAM("source_id", "rows without a key"),
		CM_TEXT_PARAM("field", source == CM_SOURCE_CALLS ? "call_id" : "id"), { 0 } };
	const struct cm_bind mended[] = { binds[0], binds[1], { 0 } };

	return some ? cm_unit_put(taker->teller.unit, "skipped-put", binds) : cm_unit_put(taker->teller.unit, "skipped-remove", mended);
}

/* Whether a row is a fact now: it tells enough, and retention has not taken it away already. */
static bool
is_fact(const struct cm_taker *taker, const struct cm_told *told, const struct known_row *known, cm_us at)
{
	return told->there && told->counts && (at >= taker->pruned_before || known->fact_id != 0);
}

/* A call that a row was and is no more, unless another row is it, too: that is read anew then. */
static int
remove_call(struct cm_taker *taker, const struct cm_told *told, const char *call_id)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", call_id), bind_key(&told->key), { 0 } };
	struct cm_call_entry *entry;
	int64_t others;
	int rc;

	if ((rc = cm_unit_row_call(taker->teller.unit, call_id, &entry)) < 0)
		return rc;
	/* Of rows that are not written yet one may be that call now. */
	if (entry->changed)
		return 0;
	if ((rc = cm_unit_call_replace(taker->teller.unit, entry, NULL)) < 0)
		return rc;
	others = is_key(told, call_id) ? 0 : cm_store_run(taker->own, "source-rows-again", binds);
	taker->again |= others > 0;
	return others < 0 ? (int)others : 0;
}

static int
take_call(struct cm_taker *taker, const struct cm_told *told, const struct known_row *known, int64_t *fact_id)
{
	const char *was = known->fact_id == 0 ? NULL : known->call_id != NULL ? known->call_id : told->key.text;
	bool counts = told->call_id != NULL && is_fact(taker, told, known, told->call.started_us);
	struct cm_call_entry *entry;
	int rc;

	*fact_id = counts;
	if (was != NULL && (!counts || strcmp(was, told->call_id) != 0) && (rc = remove_call(taker, told, was)) < 0)
		return rc;
	if (!counts)
		return 0;
	if ((rc = cm_unit_row_call(taker->teller.unit, told->call_id, &entry)) < 0)
		return rc;
	/* One that retention took away stays away. */
	if (told->call.started_us < taker->pruned_before && !entry->call.found)
		return 0;
	return cm_unit_call_replace(taker->teller.unit, entry, &told->call);
}

/* The number of a fact: its row's where that can be, or one of those that are given. */
static int
number_fact(struct cm_taker *taker, const struct cm_told *told, int64_t known_id,
    int (*next)(struct cm_unit *unit, int64_t *id), int64_t *out)
{
	if (known_id != 0)
		*out = known_id;
	else if (told->key.is_number && told->key.number > 0 && told->key.number <= OWN_IDS_FROM)
		*out = told->key.number;
	else
		return next(taker->teller.unit, out);
	return 0;
}

static int
remove_line(struct cm_taker *taker, int64_t transcript_id)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("transcript_id", transcript_id), { 0 } };

	return transcript_id == 0 ? 0 : cm_unit_put(taker->teller.unit, "line-remove", binds);
}

/* Whether a step is written that a row was known as: retention may have taken it away. */
static int
is_written(struct cm_taker *taker, int64_t latency_id, bool *out)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("latency_id", latency_id), { 0 } };
	struct cm_rows *rows;
	int rc;

	*out = latency_id != 0;
	if (latency_id == 0 || taker->pruned_before <= 0)
		return 0;
	if ((rc = cm_store_query(taker->own, "step-known", binds, &rows)) < 0)
		return rc;
	rc = cm_rows_next(rows);
	*out = rc > 0;
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

static int
take_step(struct cm_taker *taker, const struct cm_told *told, const struct known_row *known, int64_t *fact_id)
{
	struct cm_new_step step = { .kind = told->kind, .at = told->at, .duration_us = told->duration_us,
		.metadata = told->body };
	struct cm_new_step *added;
	int rc;

	*fact_id = 0;
	if (!is_fact(taker, told, known, told->at))
		return known->fact_id == 0 ? 0 : cm_unit_step_remove(taker->teller.unit, known->fact_id);
	if ((rc = is_written(taker, known->fact_id, &step.replaces)) < 0)
		return rc;
	/* One that was taken away stays away, unless it is of a later time now. */
	if (!step.replaces && told->at < taker->pruned_before)
		return 0;
	if ((rc = cm_unit_row_call(taker->teller.unit, told->call_id, &step.call)) < 0 ||
	    (rc = number_fact(taker, told, known->fact_id, cm_unit_next_latency_id, &step.latency_id)) < 0)
		return rc;
	*fact_id = step.latency_id;
	return cm_unit_step_add(taker->teller.unit, &step, &added);
}

static int
take_line(struct cm_taker *taker, const struct cm_told *told, const struct known_row *known, int64_t *fact_id)
{
	struct cm_unit *unit = taker->teller.unit;
	struct cm_call_entry *call;
	int rc;

	*fact_id = 0;
	if (!is_fact(taker, told, known, told->at))
		return remove_line(taker, known->fact_id);
	if ((rc = cm_unit_row_call(unit, told->call_id, &call)) < 0 ||
	    (rc = number_fact(taker, told, known->fact_id, cm_unit_next_line_id, fact_id)) < 0)
		return rc;
	const struct cm_bind binds[] = {
		CM_INT_PARAM("call_no", 0), CM_INT_PARAM("transcript_id", *fact_id), CM_INT_PARAM("at_us", told->at),
		CM_TEXT_PARAM("speaker", told->speaker), CM_TEXT_PARAM("content", told->body), { 0 },
	};

	return cm_unit_fact_add(unit, known->fact_id != 0 ? "line-put" : "line-add", call, binds);
}

/* Takes a row that was told, and was known so. */
static int
take_told(struct cm_taker *taker, enum cm_source source, const struct cm_told *told, const struct known_row *known)
{
	static int (*const takers[])(struct cm_taker *taker, const struct cm_told *told, const struct known_row *known,
	    int64_t *fact_id) = {
		[CM_SOURCE_CALLS] = take_call, [CM_SOURCE_TRANSCRIPTS] = take_line, [CM_SOURCE_LATENCY_EVENTS] = take_step,
	};
	int64_t fact_id;
	int rc;

	if (is_as_known(told, known))
		return 0;
	taker->changed++;
	if ((rc = takers[source](taker, told, known, &fact_id)) < 0 || (rc = note_fault(taker, source, told, known)) < 0)
		return rc;
	return told->there ? note_known(taker, source, told, fact_id) : forget_known(taker, source, told);
}

/* A row that waits until what is known of many is asked at once, where each question is a way to a server and back. */
struct cm_waiting_row {
	struct cm_told told;
	struct known_row known;
};

static bool
is_row(const void *thing, const void *key)
{
	const struct cm_waiting_row *row = thing;

	return strcmp(row->told.key.text, key) == 0;
}

/* The later of two that have one key stands. */
static int
let_wait(struct cm_taker *taker, const struct cm_told *told)
{
	uint64_t hash = cm_hash_text(CM_HASH, told->key.text);
	struct cm_waiting_row *row = cm_map_find(&taker->waiting, hash, is_row, told->key.text);

	if (row == NULL) {
		if ((row = cm_arena_take(&taker->teller.unit->arena, sizeof *row)) == NULL || cm_map_add(&taker->waiting, hash, row) < 0)
			return CM_ENOMEM;
	}
	row->told = *told;
	return 0;
}

static int
read_known_of(struct cm_taker *taker, const struct cm_row_batch *keys)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query_many(taker->own, "source-row-get-many", NULL, keys->binds, keys->width, keys->count, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		const char *key = cm_rows_text(rows, 0);
		struct cm_waiting_row *row = cm_map_find(&taker->waiting, cm_hash_text(CM_HASH, key), is_row, key);

		if (row != NULL && (rc = read_known_row(taker, rows, &row->known)) < 0)
			break;
	}
	cm_rows_done(rows);
	return rc;
}

/* Says that more of a row's call will be asked, where that is so. */
static int
prefetch_call(struct cm_taker *taker, const struct cm_waiting_row *row)
{
	const char *call_id = row->told.call_id;

	if (taker->waiting_source == CM_SOURCE_CALLS && call_id == NULL)
		call_id = row->told.key.text;
	if (call_id == NULL || is_as_known(&row->told, &row->known))
		return 0;
	return cm_unit_prefetch_row_call(taker->teller.unit, call_id);
}

/* Asks what is known of all that wait. */
static int
prefetch(struct cm_taker *taker, struct cm_waiting_row *const *rows)
{
	struct cm_row_batch keys = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < taker->waiting.count && rc == 0; i++) {
		const struct cm_bind binds[] = { CM_INT_PARAM("source", taker->waiting_source),
			CM_TEXT_PARAM("row_key", rows[i]->told.key.text), { 0 } };

		rc = cm_row_batch_add(&keys, binds);
	}
	if (rc == 0)
		rc = read_known_of(taker, &keys);
	cm_row_batch_done(&keys);
	for (i = 0; i < taker->waiting.count && rc == 0; i++)
		rc = prefetch_call(taker, rows[i]);
	return rc;
}

static int
by_row_key(const void *one, const void *other)
{
	const struct cm_waiting_row *const *a = one, *const *b = other;

	return strcmp((*a)->told.key.text, (*b)->told.key.text);
}

/* Takes all that wait, in the order of their keys. */
static int
take_waiting(struct cm_taker *taker)
{
	struct cm_waiting_row **rows;
	size_t i;
	int rc;

	if (taker->waiting.count == 0)
		return 0;
	if ((rows = (struct cm_waiting_row **)cm_map_sorted(&taker->waiting, by_row_key)) == NULL)
		return CM_ENOMEM;
	rc = prefetch(taker, rows);
	for (i = 0; i < taker->waiting.count && rc == 0; i++)
		rc = take_told(taker, taker->waiting_source, &rows[i]->told, &rows[i]->known);
	free(rows);
	cm_map_clear(&taker->waiting);
	return rc;
}

int
cm_take_row(struct cm_taker *taker, enum cm_source source, const struct cm_rows *rows)
{
	struct known_row known;
	struct cm_told told;
	int rc;

	taker->taken++;
	if ((taker->waiting_source != source || taker->waiting.count >= WAITING_MOST) && (rc = take_waiting(taker)) < 0)
		return rc;
	if (cm_unit_is_full(taker->teller.unit) && (rc = cm_take_write(taker)) < 0)
		return rc;
	if ((rc = cm_told_read(&taker->teller, source, rows, &told)) < 0)
		return rc;
	taker->waiting_source = source;
	if (!told.key.is_number && told.key.text == NULL) {
		taker->keyless = true;
		return 0;
	}
	if (cm_store_is_remote(taker->own))
		return let_wait(taker, &told);
	if ((rc = read_known(taker, source, &told.key, &known)) < 0)
		return rc;
	return take_told(taker, source, &told, &known);
}

int
cm_take_rows(struct cm_taker *taker, enum cm_source source, struct cm_rows *rows)
{
	int rc;

	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = cm_take_row(taker, source, rows)) < 0)
			break;
	return rc;
}

int
cm_take_write(struct cm_taker *taker)
{
	int rc = take_waiting(taker);

	return rc < 0 ? rc : cm_unit_write(taker->teller.unit);
}
