/* store_absent: what stands in for PostgreSQL in a build without it: it says so. */
#include "config.h"

#include "store_own.h"

#include "error.h"

static int
open_link(struct cm_store *store)
{
	store->link = NULL;
	return 0;
}

static void
nothing(struct cm_store *store)
{
	(void)store;
}

static int
begin(struct cm_store *store)
{
	return cm_store_fail(store, CM_ESTORE, "This callmetrics was built without PostgreSQL; install libpq-dev and build it again.");
}

static int
journal_mode(struct cm_store *store, const char *mode, char former[16])
{
	(void)mode;
	(void)former;
	return begin(store);
}

const struct cm_engine cm_engine_postgres = {
	.name = "postgres", .open = open_link, .close = nothing, .disconnect = nothing, .begin = begin, .journal_mode = journal_mode,
};
