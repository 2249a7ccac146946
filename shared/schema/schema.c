/* schema: our tables in a call database; see schema.h. */
#include "config.h"

#include "schema.h"

#include <stdbool.h>
#include <stdio.h>

#include "error.h"
#include "meta.h"
#include "partitions.h"
#include "store.h"

/* The scripts that make each version of the schema out of the one before. */
static const char *const versions[] = { "001-facts", "002-rollups", "003-intake" };

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

/* The version of the schema that is there; 0: none. */
static int
get_version(struct cm_store *store, int64_t *out)
{
	bool attached;
	int rc;

	*out = 0;
	if ((rc = cm_schema_exists(store, "cm_meta", &attached)) < 0 || !attached)
		return rc;
	return cm_meta_number(store, "schema_version", 0, out);
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

/* What is made. */
struct making {
	const char *key;		/* what of cm_meta keeps it from answering; NULL: nothing */
	const char *value;
	int64_t version;		/* what there was */
};

/* On a server: the functions and views, as this version has them. */
static int
make_functions(struct cm_store *store)
{
	int rc;

	if (!cm_store_is_remote(store))
		return 0;
	if ((rc = cm_store_script(store, "timescale")) < 0 || (rc = cm_store_script(store, "months")) < 0)
		return rc;
	return cm_store_script(store, "views");
}

static int
make_schema(struct cm_store *store, void *arg)
{
	struct making *making = arg;
	size_t i;
	int rc;

	if (cm_store_is_remote(store) && (rc = cm_store_script(store, "own-schema")) < 0)
		return rc;
	if ((rc = get_version(store, &making->version)) < 0)
		return rc;
	if (making->version == CM_SCHEMA_VERSION)
		return make_functions(store);
	for (i = 0; i < nitems(versions) && making->version == 0; i++)
		if ((rc = cm_store_script(store, versions[i])) < 0)
			return rc;
	if (making->version == 0 && making->key != NULL && (rc = cm_meta_set_text(store, making->key, making->value)) < 0)
		return rc;
	if ((rc = (int)cm_store_run(store, "kinds-put", NULL)) < 0 || (rc = (int)cm_store_run(store, "components-put", NULL)) < 0)
		return rc;
	if ((rc = make_functions(store)) < 0)
		return rc;
	return cm_meta_set_number(store, "schema_version", CM_SCHEMA_VERSION);
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

/* Makes the schema, or brings it up to this version; a newer one stays as it is.  On a server one that lies in the app's own schema, as it
 * once did, is moved out of it. */
static int
make(struct cm_store *store, struct making *making)
{
	bool calls_there = false;
	char former[16];
	int rc;

	if ((rc = cm_schema_look(store, &making->version, &calls_there)) < 0)
		return rc;
	if (making->version > CM_SCHEMA_VERSION)
		return cm_store_refuse(store, "The call database is of a newer version than this program; upgrade callmetrics.");
	if (making->version != 0 && making->version < CM_SCHEMA_VERSION)
		return cm_store_refuse(store, "The call database is of an older version; run: callmetrics migrate DATABASE");
	if ((rc = cm_store_journal_mode(store, "wal", former)) < 0)
		return rc;
	if (making->version == CM_SCHEMA_VERSION && !cm_store_is_remote(store))
		return 0;
	return cm_schema_transact(store, make_schema, making);
}

int
cm_schema_make(struct cm_store *store, const char *state, int64_t *version)
{
	struct making making = { .key = "state", .value = state };
	int rc = make(store, &making);

	*version = making.version;
	return rc;
}

static int
create(struct cm_store *store, const char *key)
{
	struct making making = { .key = key, .value = "" };
	bool calls_there = false;
	int rc;

	if ((rc = cm_schema_look(store, &making.version, &calls_there)) < 0)
		return rc;
	if (calls_there)
		return CM_ENOTFOUND;
	rc = make(store, &making);
	return rc < 0 ? rc : cm_partitions_make(store, making.version == 0);
}

int
cm_schema_create(struct cm_store *store, const struct cm_progress *progress)
{
	(void)progress;
	return create(store, NULL);
}

int
cm_schema_create_for_copy(struct cm_store *store, const struct cm_progress *progress)
{
	(void)progress;
	return create(store, "moving");
}

int
cm_schema_migrate(struct cm_store *store, const struct cm_progress *progress)
{
	struct making making = { 0 };
	bool calls_there = false;
	int rc;

	if ((rc = cm_schema_look(store, &making.version, &calls_there)) < 0)
		return rc;
	if (making.version == 0)
		return CM_ENOTFOUND;
	rc = make(store, &making);
	return rc < 0 ? rc : cm_partitions_make(store, cm_pace_is_exclusive(progress));
}

static int
make_roles(struct cm_store *store, void *arg)
{
	int rc = cm_store_script(store, "own-schema");

	(void)arg;
	return rc < 0 ? rc : cm_store_script(store, "roles");
}

int
cm_schema_roles(struct cm_store *store, const struct cm_progress *progress)
{
	bool calls_there = false;
	int64_t version;
	int rc;

	(void)progress;
	if (!cm_store_is_remote(store))
		return CM_ENOTFOUND;
	if ((rc = cm_schema_look(store, &version, &calls_there)) < 0)
		return rc;
	return version == 0 ? CM_ENOTFOUND : cm_schema_transact(store, make_roles, NULL);
}
