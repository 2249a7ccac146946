/* partitions: partitions of what only ever grows; see partitions.h. */
#include "config.h"

#include "partitions.h"

#include "clock.h"
#include "error.h"
#include "store.h"

/* Those who write wait while rows are moved, five seconds at most. */
enum { ROWS_MOST = 100000, DAYS_BACK = 3660, DAYS_AHEAD = 62 };

static int64_t
most_rows(bool exclusive)
{
	return exclusive ? INT64_MAX : ROWS_MOST;
}

int
cm_partitions_next(struct cm_store *store, bool exclusive, int64_t *made)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("now", cm_now_us()), CM_INT_PARAM("most", most_rows(exclusive)),
		CM_INT_PARAM("most_packed", most_rows(exclusive)), { 0 } };

	*made = 0;
	return cm_store_is_remote(store) ? cm_store_number(store, "month-next", binds, made) : 0;
}

/* Runs a statement that gives a number, in a transaction of its own. */
static int
run_alone(struct cm_store *store, const char *statement, const struct cm_bind *binds, int64_t *out)
{
	int rc = cm_store_begin(store);

	return rc < 0 ? rc : cm_store_finish(store, cm_store_number(store, statement, binds, out));
}

int
cm_partitions_make(struct cm_store *store, bool exclusive)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("now", cm_now_us()), CM_INT_PARAM("most", most_rows(exclusive)),
		CM_INT_PARAM("most_packed", INT64_MAX), { 0 } };
	int64_t made = 1;
	int rc = 0;

	if (!cm_store_is_remote(store))
		return 0;
	while (rc == 0 && made > 0)
		rc = run_alone(store, "month-next", binds, &made);
	return rc;
}

int
cm_partitions_make_like(struct cm_store *store, struct cm_store *from)
{
	int64_t now = cm_now_us(), made;
	const struct cm_bind span[] = { CM_INT_PARAM("from", now - DAYS_BACK * CM_DAY_US),
		CM_INT_PARAM("until", now + DAYS_AHEAD * CM_DAY_US), { 0 } };
	struct cm_rows *rows;
	int rc, failed = 0;

	if ((rc = cm_store_query(from, "move-months", span, &rows)) < 0)
		return cm_store_relay(store, from, rc);
	while (failed == 0 && (rc = cm_rows_next(rows)) > 0) {
		const struct cm_bind month[] = { CM_TEXT_PARAM("table", cm_rows_text(rows, 0)), CM_INT_PARAM("at", cm_rows_int(rows, 1)),
			CM_INT_PARAM("most", most_rows(true)), { 0 } };

		failed = run_alone(store, "month-make", month, &made);
	}
	cm_rows_done(rows);
	return rc < 0 ? cm_store_relay(store, from, rc) : failed;
}

int
cm_partitions_drop(struct cm_store *store, int64_t *removed)
{
	int64_t rows = 0, total = 0;
	int rc = 0;

	*removed = 0;
	if (!cm_store_is_remote(store))
		return 0;
	while ((rc = run_alone(store, "month-drop", NULL, &rows)) == 0 && rows >= 0)
		total += rows;
	*removed = total;
	return rc;
}
