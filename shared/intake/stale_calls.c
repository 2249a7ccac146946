/* stale_calls: calls that were never ended; see stale_calls.h. */
#include "config.h"

#include "stale_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "unit.h"
#include "partitions.h"
#include "app_rows.h"

static int
keep_call(struct cm_stale_calls *cleanup, const struct cm_rows *rows)
{
	struct cm_stale_call *calls, call;

	if (cleanup->count == cleanup->room) {
		size_t room = cleanup->room == 0 ? 64 : 2 * cleanup->room;

		if ((calls = realloc(cleanup->calls, room * sizeof *calls)) == NULL)
			return CM_ENOMEM;
		cleanup->calls = calls;
		cleanup->room = room;
	}
	call.call_id = cm_arena_copy(&cleanup->arena, cm_rows_text(rows, 0), cm_rows_bytes(rows, 0));
	call.call_type = cm_arena_copy(&cleanup->arena, cm_rows_text(rows, 1), cm_rows_bytes(rows, 1));
	call.tenant_id = cm_arena_copy(&cleanup->arena, cm_rows_text(rows, 3), cm_rows_bytes(rows, 3));
	call.of_rows = !cm_rows_null(rows, 4);
	if (call.call_id == NULL || call.call_type == NULL || call.tenant_id == NULL)
		return CM_ENOMEM;
	call.started = cm_rows_int(rows, 2);
	call.duration_us = cleanup->now - call.started;
	cleanup->calls[cleanup->count++] = call;
	return 0;
}

/* The next stale calls after the last one that was found: a dry run leaves them as they are. */
static int
find_stale(struct cm_store *store, struct cm_stale_calls *cleanup)
{
	const struct cm_stale_call *last = cleanup->count > 0 ? &cleanup->calls[cleanup->count - 1] : NULL;
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("tenant_id", cleanup->tenant_id), CM_INT_PARAM("before", cleanup->cutoff),
		CM_INT_PARAM("after_us", last != NULL ? last->started : INT64_MIN),
		CM_TEXT_PARAM("after_id", last != NULL ? last->call_id : ""),
		CM_TEXT_PARAM("after_tenant", last != NULL ? last->tenant_id : ""), CM_INT_PARAM("limit", CM_STALE_CALLS_TURN), { 0 },
	};
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(store, "calls-stale", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = keep_call(cleanup, rows)) < 0)
			break;
	cm_rows_done(rows);
	return rc;
}

/* The voice app's row; 0 where it has none of this call. */
static int64_t
end_in_source(struct cm_store *store, const struct cm_stale_calls *cleanup, const struct cm_stale_call *call)
{
	char ended[CM_APP_ROW_TIME], seconds[32];
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", call->call_id), CM_TEXT_PARAM("ended_at", ended),
		CM_TEXT_PARAM("duration_seconds", seconds), { 0 } };

	cm_app_row_time(cleanup->now, ended);
	snprintf(seconds, sizeof seconds, "%lld.%06d", (long long)(call->duration_us / CM_SECOND_US),
	    (int)(call->duration_us % CM_SECOND_US));
	return cm_store_run(store, "app-call-timeout", binds);
}

static int
end_in_facts(struct cm_unit *unit, const struct cm_stale_calls *cleanup, const struct cm_stale_call *cleaned)
{
	const struct cm_telling telling = {
		.at = cleanup->now, .started_us = -1, .end_rank = CM_GUESSED, .ended_us = cleanup->now,
		.duration_us = CM_LENGTH_FOLLOWS,
		.status = "timeout", .failure_reason = "timeout",
	};
	struct cm_call_entry *entry;
	int rc;

	if ((rc = cm_unit_call(unit, cleaned->tenant_id, cleaned->call_id, &entry)) < 0)
		return rc;
	return cm_unit_call_tell(unit, entry, &telling, NULL);
}

static int
end_call(struct cm_unit *unit, const struct cm_stale_calls *cleanup, const struct cm_stale_call *call, struct cm_store *app)
{
	int64_t changed = 0;

	if (app != NULL && call->of_rows && (changed = end_in_source(app, cleanup, call)) < 0)
		return cm_store_relay(unit->store, app, (int)changed);
	return changed > 0 ? 0 : end_in_facts(unit, cleanup, call);
}

int
cm_stale_calls_some(struct cm_store *store, void *arg)
{
	struct cm_unit *unit = cm_unit_of(store);
	struct cm_stale_calls *cleanup = arg;
	size_t i, before = cleanup->count;
	struct cm_store *app;
	int64_t made;
	int rc, end;

	if (unit == NULL)
		return CM_ENOMEM;
	/* What others of the group told is looked at too. */
	if ((rc = cm_unit_write(unit)) < 0 || (rc = find_stale(store, cleanup)) < 0 ||
	    (rc = cm_app_rows_open(store, "calls", &app)) < 0)
		return rc;
	for (i = before; i < cleanup->count && !cleanup->dry_run && rc == 0; i++)
		rc = cm_unit_prefetch_call(unit, cleanup->calls[i].tenant_id, cleanup->calls[i].call_id);
	for (i = before; i < cleanup->count && !cleanup->dry_run && rc == 0; i++)
		rc = end_call(unit, cleanup, &cleanup->calls[i], app);
	end = cm_app_rows_close(store, app, rc == 0);
	rc = rc < 0 ? rc : end;
	cleanup->turn = cleanup->count - before;
	/* Whoever cleans up comes by again and again. */
	return rc == 0 && !cleanup->dry_run ? cm_partitions_next(store, false, &made) : rc;
}

void
cm_stale_calls_done(struct cm_stale_calls *cleanup)
{
	free(cleanup->calls);
	cm_arena_done(&cleanup->arena);
}
