/* unit_series: the numbers of the combinations of labels that a transaction's facts count into; see unit.h. */
#include "config.h"

#include "unit_own.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

enum { LABELS = 5 };

static int
compare_labels(const struct cm_labels *a, const struct cm_labels *b)
{
	int order;

	if ((order = strcmp(a->tenant_id, b->tenant_id)) != 0 || (order = strcmp(a->agent, b->agent)) != 0 ||
	    (order = strcmp(a->agent_version, b->agent_version)) != 0 || (order = strcmp(a->provider, b->provider)) != 0)
		return order;
	return strcmp(a->call_type, b->call_type);
}

static bool
is_series(const void *thing, const void *key)
{
	const struct cm_series_entry *entry = thing;

	return compare_labels(&entry->labels, key) == 0;
}

static uint64_t
hash_labels(const struct cm_labels *labels)
{
	uint64_t hash = cm_hash_text(cm_hash_text(CM_HASH, labels->tenant_id), labels->agent);

	return cm_hash_text(cm_hash_text(cm_hash_text(hash, labels->agent_version), labels->provider), labels->call_type);
}

struct cm_series_entry *
cm_unit_series_place(struct cm_unit *unit, const struct cm_labels *labels)
{
	uint64_t hash = hash_labels(labels);
	struct cm_series_entry *entry = cm_map_find(&unit->series, hash, is_series, labels);

	if (entry != NULL || (entry = cm_arena_take(&unit->arena, sizeof *entry)) == NULL)
		return entry;
	entry->labels = *labels;
	return cm_map_add(&unit->series, hash, entry) == 0 ? entry : NULL;
}

static void
bind_labels(const struct cm_labels *labels, struct cm_bind binds[LABELS + 1])
{
	const struct cm_bind all[] = {
		CM_TEXT_PARAM("tenant_id", labels->tenant_id), CM_TEXT_PARAM("agent", labels->agent),
		CM_TEXT_PARAM("agent_version", labels->agent_version), CM_TEXT_PARAM("provider", labels->provider),
		CM_TEXT_PARAM("call_type", labels->call_type), { 0 },
	};

	memcpy(binds, all, sizeof all);
}

/* A batch of the series whose numbers are not known. */
static int
gather(struct cm_series_entry *const *series, size_t count, struct cm_row_batch *batch)
{
	struct cm_bind binds[LABELS + 1];
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++)
		if (series[i]->series_id == 0) {
			bind_labels(&series[i]->labels, binds);
			rc = cm_row_batch_add(batch, binds);
		}
	return rc;
}

static int
read_numbers(struct cm_unit *unit, const struct cm_row_batch *batch)
{
	struct cm_series_entry *entry;
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query_many(unit->store, "series-known", NULL, batch->binds, batch->width, batch->count, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		const char *texts[LABELS];
		struct cm_labels labels;
		int i;

		for (i = 0; i < LABELS; i++)
			if ((texts[i] = cm_arena_copy(&unit->arena, cm_rows_text(rows, i), cm_rows_bytes(rows, i))) == NULL)
				break;
		if (i < LABELS) {
			rc = CM_ENOMEM;
			break;
		}
		labels = (struct cm_labels){ texts[0], texts[1], texts[2], texts[3], texts[4] };
		entry = cm_map_find(&unit->series, hash_labels(&labels), is_series, &labels);
		if (entry != NULL)
			entry->series_id = cm_rows_int(rows, LABELS);
	}
	cm_rows_done(rows);
	return rc;
}

/* All at once: they are looked for, those that are not there are made, and looked for again. */
static int
number_together(struct cm_unit *unit, struct cm_series_entry *const *series, size_t count)
{
	struct cm_row_batch batch = { .statement = "series-put" };
	int rc;

	if ((rc = gather(series, count, &batch)) == 0 && batch.count > 0)
		rc = read_numbers(unit, &batch);
	batch.count = 0;
	if (rc == 0 && (rc = gather(series, count, &batch)) == 0 && batch.count > 0) {
		int64_t made = cm_store_run_many(unit->store, batch.statement, batch.binds, batch.width, batch.count);

		rc = made < 0 ? (int)made : read_numbers(unit, &batch);
	}
	cm_row_batch_done(&batch);
	return rc;
}

static int
number_one(struct cm_store *store, struct cm_series_entry *series)
{
	struct cm_bind binds[LABELS + 1];
	int64_t rc;

	bind_labels(&series->labels, binds);
	if ((rc = cm_store_number(store, "series-get", binds, &series->series_id)) < 0 || series->series_id != 0)
		return (int)rc;
	if ((rc = cm_store_run(store, "series-put", binds)) < 0)
		return (int)rc;
	return cm_store_number(store, "series-get", binds, &series->series_id);
}

static int
by_labels(const void *one, const void *other)
{
	const struct cm_series_entry *const *a = one, *const *b = other;

	return compare_labels(&(*a)->labels, &(*b)->labels);
}

int
cm_unit_number_series(struct cm_unit *unit)
{
	size_t count = unit->series.count, i;
	struct cm_series_entry **series;
	int rc = 0;

	if (count == 0)
		return 0;
	if ((series = (struct cm_series_entry **)cm_map_sorted(&unit->series, by_labels)) == NULL)
		return CM_ENOMEM;
	if (cm_store_is_remote(unit->store))
		rc = number_together(unit, series, count);
	else
		for (i = 0; i < count && rc == 0; i++)
			if (series[i]->series_id == 0)
				rc = number_one(unit->store, series[i]);
	free(series);
	return rc;
}
