/* schema: our tables in a call database; see schema.h. */
#include "config.h"

#include "schema_own.h"

#include <stdbool.h>
#include <stdio.h>

#include "error.h"
#include "partitions.h"
#include "store.h"

/* The tables of spec 1, in the order in which they are copied: a step's labels are its call's. */
static const struct source {
	const char *table;
	const char *attach;		/* makes the source triggers */
	const char *trigger;		/* one of them */
	const char *reach;		/* the last row of the next :limit ones after :after */
	const char *copy;		/* copies the rows after :after up to :until */
} sources[] = {
	{ "calls", "attach-calls", "cm_calls_added", "reach-calls", "copy-calls" },
	{ "transcripts", "attach-transcripts", "cm_transcripts_added", "reach-transcripts", "copy-transcripts" },
	{ "latency_events", "attach-latency_events", "cm_latency_events_added", "reach-latency_events", "copy-latency_events" },
};

/* The scripts that make each version of the schema out of the one before. */
static const char *const versions[CM_SCHEMA_VERSION] = { "001-facts", "002-rollups", "003-intake" };

/* Facts of schemas before this one were derived otherwise: they are made anew from the voice app's tables. */
enum { OLDEST_KEPT_VERSION = 3 };

void
cm_schema_report(const struct cm_progress *progress, const char *what, int64_t done, int64_t total)
{
	if (progress != NULL && progress->step != NULL)
		progress->step(progress->arg, what, done < 0 ? 0 : done, total);
}

int
cm_schema_exists(struct cm_store *store, const char *name, bool *out)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("name", name), { 0 } };
	int64_t count;
	int rc;

	if ((rc = cm_store_number(store, "object-count", binds, &count)) < 0)
		return rc;
	*out = count > 0;
	return 0;
}

static int
set_meta(struct cm_store *store, const char *key, const char *of, int64_t value)
{
	char name[64], text[24];
	const struct cm_bind binds[] = { CM_TEXT_PARAM("key", name), CM_TEXT_PARAM("value", text), { 0 } };
	int64_t rc;

	snprintf(name, sizeof name, "%s%s", key, of);
	snprintf(text, sizeof text, "%lld", (long long)value);
	rc = cm_store_run(store, "meta-set", binds);
	return rc < 0 ? (int)rc : 0;
}

static int
get_meta(struct cm_store *store, const char *key, const char *of, int64_t fallback, int64_t *out)
{
	char name[64];
	const struct cm_bind binds[] = { CM_TEXT_PARAM("key", name), CM_INT_PARAM("fallback", fallback), { 0 } };

	snprintf(name, sizeof name, "%s%s", key, of);
	return cm_store_number(store, "meta-get", binds, out);
}

/* The version of the schema that is there; 0: none. */
static int
get_version(struct cm_store *store, int64_t *out)
{
	bool attached;
	int rc;

	*out = 0;
	if ((rc = cm_schema_exists(store, "cm_meta", &attached)) < 0 || !attached)
		return rc;
	return get_meta(store, "schema_version", "", 0, out);
}

int
cm_schema_transact(struct cm_store *store, int (*work)(struct cm_store *store, void *arg), void *arg)
{
	int rc, end;

	if ((rc = cm_store_begin(store)) < 0)
		return rc;
	rc = work(store, arg);
	end = cm_store_end(store, rc == 0);
	return rc < 0 ? rc : end;
}

struct attaching {
	const char *journal_mode;	/* what the database had before */
	bool calls_there;
	bool for_copy;			/* it answers nothing before a copy is in it */
};

/* Sets up a table's triggers, and how far its rows are to be copied, unless that is done. */
static int
attach_source(struct cm_store *store, const struct source *source)
{
	const struct cm_bind everything[] = { CM_INT_PARAM("after", INT64_MIN), CM_INT_PARAM("limit", -1), { 0 } };
	int64_t until, attached;
	bool there, watched;
	int rc;

	if ((rc = cm_schema_exists(store, source->table, &there)) < 0 || !there)
		return rc;
	if ((rc = cm_schema_exists(store, source->trigger, &watched)) < 0 ||
	    (rc = get_meta(store, "copy_until_", source->table, -1, &attached)) < 0)
		return rc;
	/* A table that was dropped took its triggers along: what it holds now is copied anew. */
	if ((rc = cm_store_script(store, source->attach)) < 0 || (watched && attached >= 0))
		return rc;
	if ((rc = cm_store_number(store, source->reach, everything, &until)) < 0 ||
	    (rc = set_meta(store, "copied_", source->table, INT64_MIN)) < 0)
		return rc;
	return set_meta(store, "copy_until_", source->table, until);
}

static int
make_schema(struct cm_store *store, void *arg)
{
	const struct attaching *attaching = arg;
	const struct cm_bind journal[] = { CM_TEXT_PARAM("key", "journal_mode"),
		CM_TEXT_PARAM("value", attaching->journal_mode), { 0 } };
	const struct cm_bind moving[] = { CM_TEXT_PARAM("key", "moving"), CM_TEXT_PARAM("value", ""), { 0 } };
	int64_t version;
	size_t i;
	int rc;

	if ((rc = get_version(store, &version)) < 0)
		return rc;
	for (i = (size_t)version; i < nitems(versions); i++)
		if ((rc = cm_store_script(store, versions[i])) < 0)
			return rc;
	if (version == 0 && (rc = (int)cm_store_run(store, "meta-set", journal)) < 0)
		return rc;
	if (version == 0 && attaching->for_copy && (rc = (int)cm_store_run(store, "meta-set", moving)) < 0)
		return rc;
	if ((rc = (int)cm_store_run(store, "kinds-put", NULL)) < 0 || (rc = (int)cm_store_run(store, "components-put", NULL)) < 0)
		return rc;
	for (i = 0; i < nitems(sources); i++)
		if ((rc = attach_source(store, &sources[i])) < 0)
			return rc;
	if (cm_store_is_remote(store) &&
	    ((rc = cm_store_script(store, "months")) < 0 || (rc = cm_store_script(store, "views")) < 0))
		return rc;
	return set_meta(store, "schema_version", "", CM_SCHEMA_VERSION);
}

int
cm_schema_fold_later(struct cm_store *store)
{
	int64_t rc = cm_store_is_remote(store) ? 0 : cm_store_run(store, "fold-later", NULL);

	return rc < 0 ? (int)rc : 0;
}

int
cm_schema_fold_now(struct cm_store *store)
{
	int64_t rc = cm_store_is_remote(store) ? 0 : cm_store_run(store, "fold-usual", NULL);

	if (rc >= 0)
		rc = cm_store_run(store, "fold-now", NULL);
	return rc < 0 ? (int)rc : 0;
}

struct batch {
	const struct source *source;
	int64_t after;
	int64_t until;
	int64_t rows;			/* how many at most */
};

/* Copies the next rows of one source; batch->after is then the last of them. */
static int
copy_batch(struct cm_store *store, void *arg)
{
	struct batch *batch = arg;
	const struct cm_bind next[] = { CM_INT_PARAM("after", batch->after), CM_INT_PARAM("limit", batch->rows), { 0 } };
	int64_t reach, rc;

	if ((rc = cm_store_number(store, batch->source->reach, next, &reach)) < 0)
		return (int)rc;
	if (reach == 0 || reach > batch->until)
		reach = batch->until;
	const struct cm_bind range[] = { CM_INT_PARAM("after", batch->after), CM_INT_PARAM("until", reach), { 0 } };

	if ((rc = cm_schema_fold_later(store)) < 0 || (rc = cm_store_run(store, batch->source->copy, range)) < 0 ||
	    (rc = cm_schema_fold_now(store)) < 0)
		return (int)rc;
	batch->after = reach;
	return set_meta(store, "copied_", batch->source->table, reach);
}

static int
copy_source(struct cm_store *store, const struct source *source, const struct cm_progress *progress)
{
	struct batch batch = { .source = source, .rows = cm_pace_rows(progress) };
	int64_t started_ms;
	int rc;

	if ((rc = cm_store_begin(store)) < 0)
		return rc;
	rc = get_meta(store, "copied_", source->table, 0, &batch.after);
	if (rc == 0)
		rc = get_meta(store, "copy_until_", source->table, -1, &batch.until);
	cm_store_end(store, false);
	while (rc == 0 && batch.after < batch.until) {
		cm_schema_report(progress, source->table, batch.after, batch.until);
		started_ms = cm_pace_now_ms();
		rc = cm_schema_transact(store, copy_batch, &batch);
		cm_pace_end(progress, &batch.rows, cm_pace_now_ms() - started_ms);
	}
	if (rc == 0 && batch.until > 0)
		cm_schema_report(progress, source->table, batch.until, batch.until);
	return rc;
}

static int
copy_sources(struct cm_store *store, const struct cm_progress *progress)
{
	size_t i;
	int rc;

	for (i = 0; i < nitems(sources); i++)
		if ((rc = copy_source(store, &sources[i], progress)) < 0)
			return rc;
	return 0;
}

int
cm_schema_look(struct cm_store *store, int64_t *version, bool *calls_there)
{
	int rc;

	if ((rc = cm_store_begin(store)) < 0)
		return rc;
	rc = get_version(store, version);
	if (rc == 0)
		rc = cm_schema_exists(store, "calls", calls_there);
	cm_store_end(store, false);
	return rc;
}

static int
create(struct cm_store *store, const struct cm_progress *progress, bool for_copy)
{
	struct attaching attaching = { .journal_mode = "wal", .for_copy = for_copy };
	char former[16];
	int64_t version;
	int rc;

	if ((rc = cm_schema_look(store, &version, &attaching.calls_there)) < 0)
		return rc;
	if (attaching.calls_there)
		return CM_ENOTFOUND;
	if (version > 0)
		return cm_schema_migrate(store, progress);
	if ((rc = cm_store_journal_mode(store, "wal", former)) < 0)
		return rc;
	rc = cm_schema_transact(store, make_schema, &attaching);
	return rc < 0 ? rc : cm_partitions_make(store, true);
}

int
cm_schema_create(struct cm_store *store, const struct cm_progress *progress)
{
	return create(store, progress, false);
}

int
cm_schema_create_for_copy(struct cm_store *store, const struct cm_progress *progress)
{
	return create(store, progress, true);
}

int
cm_schema_attach(struct cm_store *store, const struct cm_progress *progress)
{
	struct attaching attaching = { 0 };
	char journal_mode[16];
	int64_t version;
	int rc;

	if ((rc = cm_schema_look(store, &version, &attaching.calls_there)) < 0)
		return rc;
	if (!attaching.calls_there)
		return version > 0 ? cm_schema_migrate(store, progress) : CM_ENOTFOUND;
	if (version > 0 && version < OLDEST_KEPT_VERSION && (rc = cm_schema_detach(store, progress)) < 0)
		return rc;
	/* The former mode is on record before it is changed, so that it is not forgotten when this is broken off here. */
	if ((rc = cm_store_journal_mode(store, NULL, journal_mode)) < 0)
		return rc;
	attaching.journal_mode = journal_mode;
	if ((rc = cm_schema_transact(store, make_schema, &attaching)) < 0 ||
	    (rc = cm_partitions_make(store, cm_pace_is_exclusive(progress))) < 0 ||
	    (rc = cm_store_journal_mode(store, "wal", journal_mode)) < 0)
		return rc;
	return copy_sources(store, progress);
}

int
cm_schema_migrate(struct cm_store *store, const struct cm_progress *progress)
{
	struct attaching ours = { 0 };
	bool calls_there;
	int64_t version;
	int rc;

	if ((rc = cm_schema_look(store, &version, &calls_there)) < 0)
		return rc;
	if (version == 0)
		return CM_ENOTFOUND;
	if (version < CM_SCHEMA_VERSION && calls_there)
		return cm_schema_attach(store, progress);
	if (version < CM_SCHEMA_VERSION && (rc = cm_schema_transact(store, make_schema, &ours)) < 0)
		return rc;
	return cm_partitions_make(store, cm_pace_is_exclusive(progress));
}

static int
make_roles(struct cm_store *store, void *arg)
{
	(void)arg;
	return cm_store_script(store, "roles");
}

int
cm_schema_roles(struct cm_store *store, const struct cm_progress *progress)
{
	bool calls_there;
	int64_t version;
	int rc;

	(void)progress;
	if (!cm_store_is_remote(store))
		return CM_ENOTFOUND;
	if ((rc = cm_schema_look(store, &version, &calls_there)) < 0)
		return rc;
	return version == 0 ? CM_ENOTFOUND : cm_schema_transact(store, make_roles, NULL);
}
