/* unit_read: what the database holds of events, calls and turns, one by one or many together; see unit.h. */
#include "config.h"

#include "unit_own.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "text.h"

enum { METADATA_COLUMN = 18, DUE_COLUMN, FIRST_LEAF_COLUMN };

/* Marks of a turn in cm_mark; the place of each is its kind. */
static const char *const marks[CM_MARKS] = {
	[CM_USER_STOPPED] = "user_stopped", [CM_END_OF_TURN] = "end_of_turn", [CM_AGENT_STARTED] = "agent_started",
};

int
cm_mark_kind(const char *mark)
{
	int kind;

	for (kind = 0; kind < CM_MARKS; kind++)
		if (strcmp(marks[kind], mark) == 0)
			break;
	return kind;
}

/* A text of a row, copied; NULL where it is null. */
static const char *
keep(struct cm_unit *unit, const struct cm_rows *rows, int column, bool *failed)
{
	const char *copy;

	if (cm_rows_null(rows, column))
		return NULL;
	copy = cm_arena_copy(&unit->arena, cm_rows_text(rows, column), cm_rows_bytes(rows, column));
	*failed |= copy == NULL;
	return copy;
}

static int64_t
number_or(const struct cm_rows *rows, int column, int64_t fallback)
{
	return cm_rows_null(rows, column) ? fallback : cm_rows_int(rows, column);
}

/* What a leaf is, of columns of a row from one on. */
static int
fill_leaf(struct cm_unit *unit, const struct cm_rows *rows, int column, struct cm_event_leaf *leaf)
{
	size_t bytes, i;
	const unsigned char *keys = cm_rows_blob(rows, column + 2, &bytes);
	int rc;

	if ((rc = cm_unit_leaf_room(unit, leaf, bytes / CM_EVENT_KEY_BYTES)) < 0)
		return rc;
	leaf->until = cm_rows_int(rows, column);
	leaf->by_id = cm_rows_int(rows, column + 1) != 0;
	leaf->is_read = true;
	leaf->count = bytes / CM_EVENT_KEY_BYTES;
	for (i = 0; i < leaf->count * CM_EVENT_KEY_BYTES; i++)
		leaf->keys[i / CM_EVENT_KEY_BYTES] = (int64_t)((uint64_t)leaf->keys[i / CM_EVENT_KEY_BYTES] << 8 | keys[i]);
	return 0;
}

/* The first leaf of a call's events, which a file gives with the call. */
static int
take_first_leaf(struct cm_unit *unit, const struct cm_rows *rows, struct cm_call_entry *entry)
{
	struct cm_event_leaf *leaf;

	if (cm_store_is_remote(unit->store) || entry->of_rows || cm_rows_null(rows, FIRST_LEAF_COLUMN))
		return 0;
	leaf = cm_unit_leaf_place(unit, entry);
	return leaf != NULL ? fill_leaf(unit, rows, FIRST_LEAF_COLUMN, leaf) : CM_ENOMEM;
}

/* A row of call-known or one like it. */
static int
take_call(struct cm_unit *unit, const struct cm_rows *rows, void *asked)
{
	struct cm_call_entry *entry = asked;
	bool failed = false;
	int rc;

	if ((rc = take_first_leaf(unit, rows, entry)) < 0)
		return rc;
	entry->call_no = cm_rows_int(rows, 1);
	entry->series_id = cm_rows_int(rows, 3);
	entry->call.has_transcript = cm_rows_int(rows, 16) != 0;
	entry->call.labels.tenant_id = cm_or_empty(keep(unit, rows, 17, &failed));
	if (cm_rows_null(rows, 13))
		return failed ? CM_ENOMEM : cm_unit_call_counted(unit, entry, -1);
	entry->call = (struct cm_unit_call){
		.found = true,
		.labels = {
			.tenant_id = entry->call.labels.tenant_id,
			.agent = cm_or_empty(keep(unit, rows, 4, &failed)),
			.agent_version = cm_or_empty(keep(unit, rows, 5, &failed)),
			.provider = cm_or_empty(keep(unit, rows, 6, &failed)),
			.call_type = cm_or_empty(keep(unit, rows, 7, &failed)),
		},
		.caller_number = keep(unit, rows, 8, &failed),
		.callee_number = keep(unit, rows, 9, &failed),
		.started_us = cm_rows_int(rows, 10),
		.ended_us = number_or(rows, 11, -1),
		.duration_us = number_or(rows, 12, -1),
		.status = cm_or_empty(keep(unit, rows, 13, &failed)),
		.failure_reason = cm_or_empty(keep(unit, rows, 14, &failed)),
		.has_audio = cm_rows_int(rows, 15) != 0,
		.has_transcript = cm_rows_int(rows, 16) != 0,
		.metadata = keep(unit, rows, METADATA_COLUMN, &failed),
	};
	cm_claims_take(&entry->call, cm_rows_null(rows, 2) ? NULL : cm_rows_text(rows, 2));
	return failed ? CM_ENOMEM : cm_unit_call_counted(unit, entry, number_or(rows, DUE_COLUMN, -1));
}

/* A row of turn-known or turns-known: a mark, or, without one, the turn's step. */
static int
take_turn(struct cm_unit *unit, const struct cm_rows *rows, void *asked)
{
	struct cm_turn_entry *entry = asked;
	const char *mark = cm_rows_text(rows, 1);
	int kind = cm_mark_kind(mark);
	int rc = 0;

	if (*mark == '\0') {
		entry->latency_id = cm_rows_int(rows, 2);
		entry->measured = cm_rows_int(rows, 3) != 0;
		entry->at = cm_rows_int(rows, 4);
	} else if (kind < CM_MARKS) {
		rc = cm_sorted_times_add(&unit->arena, &entry->marks[kind], cm_rows_int(rows, 2));
	}
	return rc < 0 ? rc : 0;
}

static int
take_event(struct cm_unit *unit, const struct cm_rows *rows)
{
	const int64_t key[] = { cm_rows_int(rows, 0), cm_rows_int(rows, 1) };
	struct cm_event_entry *entry = cm_unit_event_place(unit, key);

	if (entry == NULL)
		return CM_ENOMEM;
	entry->taken = true;
	return 0;
}

/* Asks for one list of binds, or by another statement for all of a batch. */
static int
ask(struct cm_unit *unit, const char *one, const struct cm_row_batch *batch, struct cm_rows **rows)
{
	struct cm_bind binds[4] = { { 0 } };

	if (batch->count > 1)
		return cm_store_query_many(unit->store, batch->statement, NULL, batch->binds, batch->width, batch->count, rows);
	memcpy(binds, batch->binds, batch->width * sizeof *binds);
	return cm_store_query(unit->store, one, binds, rows);
}

int
cm_unit_read_events(struct cm_unit *unit)
{
	struct cm_row_batch batch = { .statement = "event-known-many" };
	struct cm_bind binds[] = { CM_INT_PARAM("key_1", 0), CM_INT_PARAM("key_2", 0), { 0 } };
	struct cm_rows *rows;
	int rc = 0;

	for (; unit->unread_events != NULL && rc == 0; unit->unread_events = unit->unread_events->unread) {
		binds[0].number = unit->unread_events->key[0];
		binds[1].number = unit->unread_events->key[1];
		unit->unread_events->is_read = true;
		rc = cm_row_batch_add(&batch, binds);
	}
	if (rc == 0 && (rc = ask(unit, "event-known", &batch, &rows)) == 0) {
		while ((rc = cm_rows_next(rows)) > 0)
			if ((rc = take_event(unit, rows)) < 0)
				break;
		cm_rows_done(rows);
	}
	cm_row_batch_done(&batch);
	return rc;
}

/* What is asked for together: each row that comes says by its first column for which of them it is. */
struct asking {
	struct cm_row_batch batch;
	void **things;
	size_t room;
	const char *one;
	int (*take)(struct cm_unit *unit, const struct cm_rows *rows, void *asked);
};

static int
ask_for(struct asking *asking, void *thing, const struct cm_bind *binds)
{
	if (asking->batch.count == asking->room) {
		size_t room = asking->room == 0 ? 16 : 4 * asking->room;
		void **things = realloc(asking->things, room * sizeof *things);

		if (things == NULL)
			return CM_ENOMEM;
		asking->things = things;
		asking->room = room;
	}
	asking->things[asking->batch.count] = thing;
	return cm_row_batch_add(&asking->batch, binds);
}

static int
take_answers(struct cm_unit *unit, struct asking *asking, int rc)
{
	struct cm_rows *rows;

	if (rc == 0 && asking->batch.count > 0 && (rc = ask(unit, asking->one, &asking->batch, &rows)) == 0) {
		while ((rc = cm_rows_next(rows)) > 0)
			if ((rc = asking->take(unit, rows, asking->things[cm_rows_int(rows, 0) - 1])) < 0)
				break;
		cm_rows_done(rows);
	}
	cm_row_batch_done(&asking->batch);
	free(asking->things);
	return rc;
}

static int
read_calls(struct cm_unit *unit)
{
	struct asking asking = { .batch = { .statement = unit->whole_calls ? "calls-whole" : "calls-known" }, .one = "call-known",
		.take = take_call };
	int rc = 0;

	for (; unit->unread_calls != NULL && rc == 0; unit->unread_calls = unit->unread_calls->unread) {
		const struct cm_bind binds[] = { CM_TEXT_PARAM("tenant_id", unit->unread_calls->call.labels.tenant_id),
			CM_TEXT_PARAM("call_id", unit->unread_calls->call_id), { 0 } };

		unit->unread_calls->is_read = true;
		rc = ask_for(&asking, unit->unread_calls, binds);
	}
	return take_answers(unit, &asking, rc);
}

static int
read_row_calls(struct cm_unit *unit)
{
	struct asking asking = { .batch = { .statement = "row-calls-known" }, .one = "row-call-known", .take = take_call };
	int rc = 0;

	for (; unit->unread_row_calls != NULL && rc == 0; unit->unread_row_calls = unit->unread_row_calls->unread) {
		const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", unit->unread_row_calls->call_id), { 0 } };

		unit->unread_row_calls->is_read = true;
		rc = ask_for(&asking, unit->unread_row_calls, binds);
	}
	return take_answers(unit, &asking, rc);
}

int
cm_unit_read_call(struct cm_unit *unit, struct cm_call_entry *entry)
{
	return entry->of_rows ? read_row_calls(unit) : read_calls(unit);
}

/* A row of leaf-get or leaf-get-many. */
static int
take_leaf(struct cm_unit *unit, const struct cm_rows *rows, void *asked)
{
	struct cm_event_leaf *leaf = asked;

	leaf->least = cm_rows_int(rows, 1);
	return fill_leaf(unit, rows, 2, leaf);
}

/* Of a call that is there and has no leaf, events may have been taken before there were leaves. */
int
cm_unit_read_leaves(struct cm_unit *unit)
{
	struct asking asking = { .batch = { .statement = "leaf-get-many" }, .one = "leaf-get", .take = take_leaf };
	int rc = 0;

	for (; unit->unread_leaves != NULL && rc == 0; unit->unread_leaves = unit->unread_leaves->unread) {
		struct cm_event_leaf *leaf = unit->unread_leaves;
		int64_t key = leaf->least;

		leaf->is_read = true;
		if (!leaf->call->is_read && (rc = cm_unit_read_call(unit, leaf->call)) < 0)
			break;
		leaf->least = 0;
		leaf->by_id = leaf->call->call_no != 0;
		const struct cm_bind binds[] = { CM_INT_PARAM("call_no", leaf->call->call_no), CM_INT_PARAM("key", key), { 0 } };

		if (leaf->call->call_no != 0)
			rc = ask_for(&asking, leaf, binds);
	}
	return take_answers(unit, &asking, rc);
}

int
cm_unit_read_metadata(struct cm_unit *unit, struct cm_call_entry *entry)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("tenant_id", entry->call.labels.tenant_id),
		CM_TEXT_PARAM("call_id", entry->call_id), { 0 } };
	struct cm_rows *rows;
	bool failed = false;
	int rc;

	if ((rc = cm_store_query(unit->store, "call-known", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0)
		entry->call.metadata = keep(unit, rows, METADATA_COLUMN, &failed);
	cm_rows_done(rows);
	return failed ? CM_ENOMEM : rc < 0 ? rc : 0;
}

/* Of a call that has no row nothing is known. */
int
cm_unit_read_turn(struct cm_unit *unit, struct cm_turn_entry *entry)
{
	struct asking asking = { .batch = { .statement = "turns-known" }, .one = "turn-known", .take = take_turn };
	int rc = 0;

	(void)entry;
	for (; unit->unread_turns != NULL && rc == 0; unit->unread_turns = unit->unread_turns->unread) {
		struct cm_turn_entry *turn = unit->unread_turns;

		turn->is_read = true;
		if (!turn->call->is_read && (rc = cm_unit_read_call(unit, turn->call)) < 0)
			break;
		const struct cm_bind binds[] = { CM_INT_PARAM("call_no", turn->call->call_no),
			CM_TEXT_PARAM("turn_id", turn->turn_id), { 0 } };

		if (turn->call->call_no != 0)
			rc = ask_for(&asking, turn, binds);
	}
	return take_answers(unit, &asking, rc);
}

int
cm_unit_read_step(struct cm_unit *unit, struct cm_turn_entry *turn)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("latency_id", turn->latency_id), { 0 } };
	struct cm_rows *rows;
	bool failed = false;
	int rc;

	if ((rc = cm_store_query(unit->store, "step-known", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0) {
		turn->step_at = cm_rows_int(rows, 0);
		turn->duration_us = cm_rows_int(rows, 1);
		turn->provider = keep(unit, rows, 2, &failed);
		turn->model = keep(unit, rows, 3, &failed);
	}
	cm_rows_done(rows);
	return failed ? CM_ENOMEM : rc < 0 ? rc : 0;
}
