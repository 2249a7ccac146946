/* months: partitions of what only ever grows; see months.h. */
#include "config.h"

#include "months.h"

#include "clock.h"
#include "error.h"
#include "store.h"

/* Those who write wait while rows are moved, five seconds at most. */
enum { ROWS_MOST = 100000, DAYS_BACK = 3660, DAYS_AHEAD = 62 };

int
cm_months_next(struct cm_store *store, bool exclusive, int64_t *made)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("now", cm_now_us()),
		CM_INT_PARAM("most", exclusive ? INT64_MAX : ROWS_MOST), { 0 } };

	*made = 0;
	return cm_store_is_remote(store) ? cm_store_number(store, "month-next", binds, made) : 0;
}

int
cm_months_make(struct cm_store *store, bool exclusive)
{
	int64_t made;
	int rc, end;

	if (!cm_store_is_remote(store))
		return 0;
	do {
		if ((rc = cm_store_begin(store)) < 0)
			return rc;
		rc = cm_months_next(store, exclusive, &made);
		if ((end = cm_store_end(store, rc == 0)) < 0 && rc == 0)
			rc = end;
	} while (rc == 0 && made > 0);
	return rc;
}

/* A month of a table. */
static int
make_month(struct cm_store *store, const char *table, int64_t at)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("table", table), CM_INT_PARAM("at", at),
		CM_INT_PARAM("most", INT64_MAX), { 0 } };
	int64_t made;
	int rc, end;

	if ((rc = cm_store_begin(store)) < 0)
		return rc;
	rc = cm_store_number(store, "month-make", binds, &made);
	end = cm_store_end(store, rc == 0);
	return rc < 0 ? rc : end;
}

int
cm_months_make_like(struct cm_store *store, struct cm_store *from)
{
	int64_t now = cm_now_us();
	const struct cm_bind binds[] = { CM_INT_PARAM("from", now - DAYS_BACK * CM_DAY_US),
		CM_INT_PARAM("until", now + DAYS_AHEAD * CM_DAY_US), { 0 } };
	struct cm_rows *rows;
	int rc, made = 0;

	if ((rc = cm_store_query(from, "move-months", binds, &rows)) < 0)
		return cm_store_relay(store, from, rc);
	while (made == 0 && (rc = cm_rows_next(rows)) > 0)
		made = make_month(store, cm_rows_text(rows, 0), cm_rows_int(rows, 1));
	cm_rows_done(rows);
	return rc < 0 ? cm_store_relay(store, from, rc) : made;
}

int
cm_months_drop(struct cm_store *store, int64_t *removed)
{
	int64_t rows = -1, total = 0;
	int rc, end;

	*removed = 0;
	if (!cm_store_is_remote(store))
		return 0;
	do {
		if ((rc = cm_store_begin(store)) < 0)
			return rc;
		rc = cm_store_number(store, "month-drop", NULL, &rows);
		if ((end = cm_store_end(store, rc == 0)) < 0 && rc == 0)
			rc = end;
		if (rc == 0 && rows > 0)
			total += rows;
	} while (rc == 0 && rows >= 0);
	*removed = total;
	return rc;
}
