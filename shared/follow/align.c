/*
 * align: whether the app's file and ours are of one history; see follow_own.h.
 *
 * Neither waits for the disk when the other commits, so after the machine lost power either may be the older, as when one is restored
 * from a backup.  Where the app's lost less than was read of it, the journal names what is to be read again.  Else rows of ours tell what
 * never was, and only the marks of the journal's rows tell so: of the last one that was taken, and of the last one that was there when
 * rows were read, since a row is read as it is, not as the journal's row that named it found it.
 */
#include "config.h"

#include "follow_own.h"

#include "error.h"
#include "meta.h"

int
cm_follow_read_head(struct cm_store *store, int64_t *head, int64_t *mark)
{
	struct cm_rows *rows;
	int rc;

	*head = *mark = 0;
	if ((rc = cm_store_query(store, "journal-head", NULL, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0) {
		*head = cm_rows_int(rows, 0);
		*mark = cm_rows_int(rows, 1);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

/* Whether a row of the journal that was noted is what it was. */
static int
is_as_noted(struct cm_follow *follow, int64_t journal_id, const char *mark_key, bool *out)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("journal_id", journal_id), { 0 } };
	int64_t mark, found = 0;
	int rc;

	if ((rc = cm_meta_number(follow->own, mark_key, 0, &mark)) < 0)
		return rc;
	if ((rc = cm_store_number(follow->app, "journal-mark", binds, &found)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	*out = found == mark;
	return 0;
}

/* Whether none of the journal's rows was taken and all are there. */
static int
is_untouched(struct cm_follow *follow, bool *out)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("after", 0), { 0 } };
	int64_t first = 0;
	int rc;

	if ((rc = cm_store_number(follow->app, "journal-next", binds, &first)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	*out = first <= 1;
	return 0;
}

static int
is_aligned(struct cm_follow *follow, bool *out)
{
	int64_t taken, seen;
	int rc;

	if ((rc = cm_meta_number(follow->own, CM_FOLLOW_TAKEN, 0, &taken)) < 0 ||
	    (rc = taken == 0 ? is_untouched(follow, out) : is_as_noted(follow, taken, CM_FOLLOW_MARK, out)) < 0 || !*out)
		return rc;
	/* A row that was taken since may have been removed. */
	if ((rc = cm_meta_number(follow->own, CM_FOLLOW_SEEN, 0, &seen)) < 0 || seen <= taken)
		return rc;
	return is_as_noted(follow, seen, CM_FOLLOW_SEEN_MARK, out);
}

int
cm_follow_realign(struct cm_follow *follow)
{
	int64_t head, mark;
	bool aligned;
	int rc;

	if (follow->remote)
		return 0;
	if ((rc = is_aligned(follow, &aligned)) < 0 || aligned)
		return rc;
	if ((rc = cm_follow_read_head(follow->app, &head, &mark)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	if ((rc = cm_meta_set_number(follow->own, CM_FOLLOW_TAKEN, head)) < 0 ||
	    (rc = cm_meta_set_number(follow->own, CM_FOLLOW_MARK, mark)) < 0 ||
	    (rc = cm_meta_set_number(follow->own, CM_FOLLOW_SEEN, head)) < 0)
		return rc;
	return cm_follow_want_sweep(follow, "The voice app's database is not what was read of it last: it was restored, or the "
	    "machine lost power; all of its rows are compared by: callmetrics follow DATABASE");
}

int
cm_follow_note_seen(struct cm_follow *follow, int64_t head, int64_t mark)
{
	int rc = cm_meta_set_number(follow->own, CM_FOLLOW_SEEN, head);

	return rc < 0 ? rc : cm_meta_set_number(follow->own, CM_FOLLOW_SEEN_MARK, mark);
}

int
cm_follow_note_seen_now(struct cm_follow *follow)
{
	int64_t head, mark;
	int rc;

	if (follow->remote)
		return 0;
	if ((rc = cm_follow_read_head(follow->app, &head, &mark)) < 0)
		return cm_follow_fail(follow, follow->app, rc);
	return cm_follow_note_seen(follow, head, mark);
}
