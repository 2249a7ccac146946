/* marginals: into which series the facts of a series count (cm_marginal), read once a transaction. */
#ifndef CM_MARGINALS_H
#define CM_MARGINALS_H

#include "map.h"
#include "store.h"
#include "window.h"

enum { CM_MARGINALS_MOST = 8 };

struct cm_marginals {
	int64_t series_id;
	size_t count;
	struct {
		int64_t into_id;
		const struct cm_scope *scope;
	} into[CM_MARGINALS_MOST];
};

/* Those of some series; all zeros is none. */
struct cm_marginal_book {
	struct cm_map series;
};

/* Reads those that are not known yet, of series that stand in any order, each as often as it likes.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_marginals_read(struct cm_store *store, struct cm_marginal_book *book, const int64_t *series_ids, size_t count);

/* Those of a series that was read. */
const struct cm_marginals *cm_marginals_of(const struct cm_marginal_book *book, int64_t series_id);

void cm_marginals_done(struct cm_marginal_book *book);

#endif
