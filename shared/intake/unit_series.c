/* unit_series: the numbers of the combinations of labels that a transaction's facts count into; see unit.h. */
#include "config.h"

#include "unit_own.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "settings.h"

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

/* What a series counts as. */
static struct cm_series_entry *
target_of(struct cm_series_entry *entry)
{
	return entry->instead != NULL ? entry->instead : entry;
}

/* A batch of the series whose numbers are not known. */
static int
gather(struct cm_series_entry *const *series, size_t count, struct cm_row_batch *batch)
{
	struct cm_bind binds[LABELS + 1];
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++)
		if (target_of(series[i])->series_id == 0) {
			bind_labels(&target_of(series[i])->labels, binds);
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

static int
look_up(struct cm_store *store, struct cm_series_entry *entry)
{
	struct cm_bind binds[LABELS + 2];

	bind_labels(&entry->labels, binds);
	binds[LABELS] = (struct cm_bind)CM_TEXT_PARAM("scope", "full");
	binds[LABELS + 1] = (struct cm_bind){ 0 };
	return cm_store_number(store, "series-get", binds, &entry->series_id);
}

/* Looks for those that are not known yet. */
static int
find_all(struct cm_unit *unit, struct cm_series_entry *const *series, size_t count)
{
	struct cm_row_batch batch = { .statement = "series-put" };
	size_t i;
	int rc = 0;

	if (!cm_store_is_remote(unit->store)) {
		for (i = 0; i < count && rc == 0; i++)
			if (target_of(series[i])->series_id == 0)
				rc = look_up(unit->store, target_of(series[i]));
		return rc;
	}
	if ((rc = gather(series, count, &batch)) == 0 && batch.count > 0)
		rc = read_numbers(unit, &batch);
	cm_row_batch_done(&batch);
	return rc;
}

/* Makes those that are not there. */
static int
make_all(struct cm_unit *unit, struct cm_series_entry *const *series, size_t count)
{
	struct cm_row_batch batch = { .statement = "series-put" };
	int rc;

	if ((rc = gather(series, count, &batch)) == 0 && batch.count > 0)
		rc = cm_row_batch_write(unit->store, &batch);
	cm_row_batch_done(&batch);
	return rc;
}

/* The labels that stand for all further ones of a tenant. */
static struct cm_labels
others_of(const struct cm_labels *labels)
{
	struct cm_labels others = *labels;

	others.agent = *labels->agent != '\0' ? CM_OTHER_LABEL : "";
	others.agent_version = *labels->agent_version != '\0' ? CM_OTHER_LABEL : "";
	others.provider = *labels->provider != '\0' ? CM_OTHER_LABEL : "";
	return others;
}

/* How many combinations of labels a tenant may still come with. */
static int
left_of(struct cm_store *store, const char *tenant_id, int64_t *left)
{
	int64_t most = cm_setting_int("CALLMETRICS_LABELS_MOST", 1000, 1, 1000000), count;
	const struct cm_bind binds[] = { CM_TEXT_PARAM("tenant_id", tenant_id), CM_INT_PARAM("most", most), { 0 } };
	int rc;

	if ((rc = cm_store_number(store, "series-of-tenant", binds, &count)) == 0)
		*left = most - count;
	return rc;
}

static int
note_others(struct cm_store *store, const char *tenant_id)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("source", "labels"), CM_TEXT_PARAM("source_id", tenant_id),
		CM_TEXT_PARAM("field", "labels"), { 0 } };
	int64_t rc = cm_store_run(store, "skipped-add", binds);

	return rc < 0 ? (int)rc : 0;
}

/* Of the series that are new to the database, which stand in the order of their tenants, those beyond what a tenant may have count as
 * others. */
static int
hold_back(struct cm_unit *unit, struct cm_series_entry *const *series, size_t count)
{
	const char *tenant_id = NULL;
	struct cm_labels others;
	int64_t left = 0;
	size_t i;
	int rc;

	for (i = 0; i < count; i++) {
		const struct cm_labels *labels = &series[i]->labels;

		if (series[i]->series_id != 0)
			continue;
		if (tenant_id == NULL || strcmp(tenant_id, labels->tenant_id) != 0) {
			tenant_id = labels->tenant_id;
			if ((rc = left_of(unit->store, tenant_id, &left)) < 0)
				return rc;
		}
		others = others_of(labels);
		if (left-- > 0 || compare_labels(&others, labels) == 0)
			continue;
		if ((series[i]->instead = cm_unit_series_place(unit, &others)) == NULL)
			return CM_ENOMEM;
		if (left == -1 && (rc = note_others(unit->store, tenant_id)) < 0)
			return rc;
	}
	return 0;
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
	if ((rc = find_all(unit, series, count)) == 0 && (rc = hold_back(unit, series, count)) == 0 &&
	    (rc = find_all(unit, series, count)) == 0 && (rc = make_all(unit, series, count)) == 0)
		rc = find_all(unit, series, count);
	for (i = 0; i < count; i++)
		series[i]->series_id = target_of(series[i])->series_id;
	free(series);
	return rc;
}
