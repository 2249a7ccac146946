/*
 * packs_read: packs of windows, as the database holds them.
 *
 * Packs cannot be read by SQL, so where statements are explained each look is noted as the statement over the facts that gives the same.
 */
#ifndef CM_PACKS_READ_H
#define CM_PACKS_READ_H

#include "deltas.h"
#include "probes.h"

/* Gets a pack of a look, of one bucket and series; 0 or an error, which ends all. */
typedef int cm_pack_take(void *arg, const struct cm_probe *look, const struct cm_pack_key *key, const struct cm_pack *pack);

/* Reads the packs that looks at runs of buckets are of, in any order: of calls counted, whole, where their kind is NULL, else the coarse
 * bins alone of that kind.  All looks are of one sort.  CM_EBUSY, CM_ESTORE, CM_ENOMEM, or what take returned; CM_EPARAM where the filter
 * takes in too many series (filter_series.h). */
int cm_packs_read(struct cm_store *store, const struct cm_filter *filter, const struct cm_probes *looks, cm_pack_take *take, void *arg);

/* The same of packs of kinds that were read before, whole. */
int cm_packs_read_again(struct cm_store *store, const struct cm_filter *filter, const struct cm_probes *looks, cm_pack_take *take,
    void *arg);

/* The fine bins of a coarse one of a pack: where they are. */
struct cm_pack_part {
	int64_t pack_id;
	size_t from;
	size_t bytes;
	void *of;		/* what the asker knows it by: borrowed */
	bool minus;		/* .. and whether it takes that away */
};

/* Reads those: take gets each, in any order.  The same errors. */
typedef int cm_part_take(void *arg, const struct cm_pack_part *part, struct cm_blob fine);
int cm_packs_read_parts(struct cm_store *store, const struct cm_pack_part *parts, size_t count, cm_part_take *take, void *arg);

/* Visits the packs that changes, ascending, are of, in that order: take gets each with its changes; where there is none, its blobs are
 * empty and .bytes NULL.  The same errors. */
typedef int cm_pack_visit(void *arg, const struct cm_delta *changes, size_t count, const struct cm_pack *pack);
int cm_packs_visit(struct cm_store *store, const struct cm_delta *changes, size_t count, cm_pack_visit *visit, void *arg);

/* Notes, where statements are explained, that so many fine bins of a coarse one were read of a piece of facts. */
int cm_packs_note_fine(struct cm_store *store, const struct cm_filter *filter, const struct cm_probe *look, int64_t count);

#endif
