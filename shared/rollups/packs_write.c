/* packs_write: changes of packs brought into the database; see packs_write.h. */
#include "config.h"

#include "packs_write.h"

#include <stdlib.h>

#include "arena.h"
#include "error.h"
#include "packs_read.h"
#include "row_batch.h"

enum { PACKS_AT_ONCE = 512 };

/* Packs that are made, and wait to be written together. */
struct writing {
	struct cm_store *store;
	struct cm_arena arena;
	struct cm_pack_room room;
	struct cm_bin_sum *sums;	/* those of one pack */
	struct cm_row_batch puts;
	struct cm_row_batch removes;
};

static void
begin(struct writing *writing, struct cm_store *store)
{
	*writing = (struct writing){ .store = store, .puts = { .statement = "pack-put" }, .removes = { .statement = "pack-remove" } };
}

static int
finish(struct writing *writing, int rc)
{
	if (rc == 0 && (rc = cm_row_batch_write(writing->store, &writing->puts)) == 0)
		rc = cm_row_batch_write(writing->store, &writing->removes);
	cm_row_batch_done(&writing->puts);
	cm_row_batch_done(&writing->removes);
	cm_pack_room_done(&writing->room);
	cm_arena_done(&writing->arena);
	return rc;
}

/* Puts what was made, or takes the pack away where nothing is left in it. */
static int
put_made(struct writing *writing, int64_t pack_id, bool was_there)
{
	const struct cm_pack_bytes *coarse = &writing->room.coarse, *fine = &writing->room.fine;
	const char *coarse_copy, *fine_copy;
	const struct cm_bind gone[] = { CM_INT_PARAM("pack_id", pack_id), { 0 } };

	if (coarse->count == 0)
		return was_there ? cm_row_batch_add(&writing->removes, gone) : 0;
	coarse_copy = cm_arena_copy(&writing->arena, (const char *)coarse->bytes, coarse->count);
	fine_copy = cm_arena_copy(&writing->arena, (const char *)fine->bytes, fine->count);
	if (coarse_copy == NULL || fine_copy == NULL)
		return CM_ENOMEM;
	const struct cm_bind binds[] = { CM_INT_PARAM("pack_id", pack_id), CM_BYTES_PARAM("coarse", coarse_copy, coarse->count),
		CM_BYTES_PARAM("fine", fine_copy, fine->count), { 0 } };

	return cm_row_batch_add(&writing->puts, binds);
}

/* Changes a pack, which may be none yet. */
static int
change(void *arg, const struct cm_delta *changes, size_t count, const struct cm_pack *pack)
{
	struct writing *writing = arg;
	size_t i;
	int rc;

	for (i = 0; i < count; i++)
		writing->sums[i] = changes[i].sum;
	if ((rc = cm_pack_add(pack, writing->sums, count, &writing->room)) == CM_ESTORE)
		return cm_store_fail(writing->store, rc, "A rollup holds less than its facts, or is damaged; run: "
		    "callmetrics check --repair DATABASE");
	return rc < 0 ? rc : put_made(writing, changes->pack_id, pack->coarse.bytes != NULL);
}

static int
change_some(struct cm_store *store, const struct cm_delta *changes, size_t count)
{
	struct writing writing;
	int rc = CM_ENOMEM;

	begin(&writing, store);
	if ((writing.sums = malloc(count * sizeof *writing.sums)) != NULL)
		rc = cm_packs_visit(store, changes, count, change, &writing);
	free(writing.sums);
	return finish(&writing, rc);
}

int
cm_packs_add(struct cm_store *store, const struct cm_delta *changes, size_t count)
{
	size_t some;
	int rc = 0;

	for (; count > 0 && rc == 0; changes += some, count -= some) {
		some = cm_deltas_of_packs(changes, count, PACKS_AT_ONCE);
		rc = change_some(store, changes, some);
	}
	return rc;
}

int
cm_packs_replace(struct cm_store *store, int64_t pack_id, const struct cm_bin_sum *sums, size_t count)
{
	const struct cm_pack nothing = { .counts = cm_pack_key_of(pack_id).what == CM_PACK_COUNTS };
	struct writing writing;
	int rc;

	begin(&writing, store);
	if ((rc = cm_pack_add(&nothing, sums, count, &writing.room)) == 0)
		rc = put_made(&writing, pack_id, true);
	return finish(&writing, rc);
}

int
cm_deltas_write(struct cm_store *store, struct cm_deltas *deltas)
{
	struct cm_delta *changes;
	size_t count;
	int rc;

	if ((rc = cm_deltas_take(store, deltas, &changes, &count)) < 0)
		return rc;
	rc = cm_packs_add(store, changes, count);
	free(changes);
	return rc;
}
