/* chunks: hypertables where a server has TimescaleDB; see chunks.h. */
#include "config.h"

#include "chunks.h"

#include "error.h"
#include "schema.h"
#include "store.h"

/* Work that is done in a transaction. */
struct making {
	const struct cm_chunking *chunking;
	char *said;
};

static int
make(struct cm_store *store, void *arg)
{
	const struct making *making = arg;
	const struct cm_chunking *chunking = making->chunking;
	const struct cm_bind binds[] = { CM_INT_PARAM("wanted", chunking->wanted),
		CM_INT_PARAM("days", chunking->compress_after_days), { 0 } };
	bool walled;
	int rc;

	if ((rc = cm_store_text(store, "timescale-make", binds, making->said, CM_CHUNKS_SAID)) < 0 || making->said[0] == '\0')
		return rc;
	if ((rc = cm_store_script(store, "views")) < 0 || (rc = cm_schema_exists(store, "cm_tenant_role", &walled)) < 0)
		return rc;
	return walled ? cm_store_script(store, "roles") : 0;
}

int
cm_chunks_make(struct cm_store *store, const struct cm_chunking *chunking, char said[CM_CHUNKS_SAID])
{
	struct making making = { .chunking = chunking, .said = said };

	said[0] = '\0';
	if (!cm_store_is_remote(store))
		return chunking->wanted ? cm_store_refuse(store, "A file has no TimescaleDB.") : 0;
	return cm_schema_transact(store, make, &making);
}
