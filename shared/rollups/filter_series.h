/* filter_series: the series that a filter lets through, read once a transaction. */
#ifndef CM_FILTER_SERIES_H
#define CM_FILTER_SERIES_H

#include "store.h"
#include "window.h"

/* Which series of facts a filter lets through: lets[series_id] is 1 for those, series_id < count; borrowed until another filter is asked
 * for or the transaction ends.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_filter_series(struct cm_store *store, const struct cm_filter *filter, const unsigned char **lets, size_t *count);

#endif
