/* check_text: where a pack differs, for people; see check.h. */
#include "config.h"

#include "check.h"

#include <inttypes.h>
#include <stdio.h>

#include "error.h"
#include "kinds.h"

static const char *
what_of(const struct cm_pack_key *key)
{
	int kind = key->what - CM_PACK_KINDS;

	return kind < 0 ? "calls" : kind < cm_kind_count ? cm_kinds[kind].name : "values of no kind";
}

/* The labels of a series, as far as it has them; "" where there is none. */
static int
read_labels(struct cm_store *store, int64_t series_id, char labels[160])
{
	const struct cm_bind binds[] = { CM_INT_PARAM("series_id", series_id), { 0 } };
	static const char *const names[] = { "tenant", "agent", "provider", "version", "type" };
	struct cm_rows *rows;
	size_t used = 0;
	size_t i;
	int rc;

	labels[0] = '\0';
	if ((rc = cm_store_query(store, "labels-of", binds, &rows)) < 0)
		return rc;
	rc = cm_rows_next(rows);
	for (i = 0; i < nitems(names) && rc > 0; i++)
		if (cm_rows_bytes(rows, (int)i) > 0 && used < 100)
			used += (size_t)snprintf(labels + used, 160 - used, ", %s %.40s", names[i], cm_rows_text(rows, (int)i));
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

int
cm_check_text(struct cm_store *store, const struct cm_check_difference *difference, char text[CM_CHECK_TEXT])
{
	const struct cm_pack_key key = cm_pack_key_of(difference->pack_id);
	char at[CM_TIME_TEXT], labels[160];
	int used, rc;

	if ((rc = cm_store_begin(store)) < 0)
		return rc;
	rc = read_labels(store, key.series_id, labels);
	cm_store_end(store, false);
	if (rc < 0)
		return rc;
	used = snprintf(text, CM_CHECK_TEXT, "%s from %s on, %d s, series %" PRId64 "%s: ", what_of(&key),
	    cm_time_text_s(key.bucket_s * CM_SECOND_US, at), key.resolution_s, key.series_id, labels);
	if (difference->lost)
		snprintf(text + used, CM_CHECK_TEXT - (size_t)used, "cannot be read, and the facts are pruned");
	else if (difference->unreadable)
		snprintf(text + used, CM_CHECK_TEXT - (size_t)used, "cannot be read; the facts are %" PRId64, difference->due.n);
	else
		snprintf(text + used, CM_CHECK_TEXT - (size_t)used, "holds %" PRId64 " with a sum of %" PRId64 ", the facts are %" PRId64
		    " with %" PRId64, difference->held.n, difference->held.sum, difference->due.n, difference->due.sum);
	return 0;
}
