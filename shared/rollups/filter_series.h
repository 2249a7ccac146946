/*
 * filter_series: the series that a filter reads, and those that it lets through, looked up once a transaction.
 *
 * What a filter asks for is kept in the marginal series of its scope (window.h): one where it gives all of the labels that the scope has,
 * as each label by itself, else one for each combination that it lets through.  Facts themselves are of series of all labels, which are
 * looked at as they are met; so neither costs more with the combinations that there are.
 */
#ifndef CM_FILTER_SERIES_H
#define CM_FILTER_SERIES_H

#include "store.h"
#include "window.h"

struct cm_filter_series;

/* Those of a filter; borrowed until another filter is asked for or the transaction ends.  CM_ENOMEM. */
int cm_filter_series(struct cm_store *store, const struct cm_filter *filter, struct cm_filter_series **out);

/* The series whose packs add up to what the filter lets through; borrowed with it.  CM_EPARAM: more than CALLMETRICS_COMBINATIONS_MOST,
 * and the store's problem says so; CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_filter_series_ids(struct cm_filter_series *series, const int64_t **ids, size_t *count);

/* Parameter :one of statements over all time: the number of the series where the filter reads one, 0 where that is not there, null where
 * it reads several, or is of a tenant.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_filter_one(struct cm_store *store, const struct cm_filter *filter, struct cm_bind *out);

/* As cm_filter_series where facts that are found by time are to be asked by their series whether the filter lets them through, else NULL:
 * on SQLite, where it gives labels and no tenant. */
int cm_filter_sieve(struct cm_store *store, const struct cm_filter *filter, struct cm_filter_series **out);

/* 1 where the filter lets facts of a series through, else 0.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_filter_series_lets(struct cm_filter_series *series, int64_t series_id);

#endif
