/* report: tallies and values as JSON, and what several questions say alike. */
#ifndef CM_REPORT_H
#define CM_REPORT_H

#include "tally.h"
#include "json.h"
#include "zone.h"
#include "kinds.h"
#include "lists.h"
#include "durations.h"

/* {count, avg, min, max, p50, p95, p99} in milliseconds; null without data. */
void cm_report_latency(struct cm_json *json, const char *key, const struct cm_durations *values, int places);

/* A series of buckets, edges[0..n]: {start, and by name each of some kinds by cm_report_latency}.  Errors of cm_durations. */
struct cm_latency_series {
	const struct cm_kind *const *kinds;
	size_t count;
	const cm_us *edges;
	size_t n;
	int places;
};
int cm_report_latency_series(struct cm_store *store, const struct cm_filter *filter, const struct cm_latency_series *series,
    struct cm_json *json, const char *key);

/* Durations of calls, and latencies of the guide's kinds of steps, at their numbers. */
struct cm_guide_values {
	struct cm_durations calls;
	struct cm_durations latencies[CM_KINDS_MAX];
};

/* Errors of cm_durations. */
int cm_report_read_guide(struct cm_store *store, const struct cm_window *window, struct cm_guide_values *out);

/* The three keys of the guide, each by cm_report_latency. */
void cm_report_guide_latencies(struct cm_json *json, const struct cm_guide_values *values, int places);

/* A series of buckets: {hour|date, total, completed, failed, cancelled, active, avg_duration, p95_duration, success_rate?}.
 * A bucket is called by its start: the local date in a zone, as `date`, or where that is NULL the time, as `hour`. */
int cm_report_series(struct cm_store *store, const struct cm_filter *filter, const cm_us *edges, size_t n,
    const struct cm_zone *zone, struct cm_json *json, const char *key);

/* The hours of a window in that form: with `whole_hours` as many as the window is long, the last the current, partial one;
 * else those that the window touches, cut by it.  Their number, or CM_EPARAM where they are more than CM_HOURS_MAX. */
enum { CM_HOURS_MAX = 8784 };
int cm_report_hours(struct cm_store *store, const struct cm_window *window, bool whole_hours, struct cm_json *json,
    const char *key);

/* {avg, min, max, p50, p95, p99, total_seconds} of calls, in seconds to one decimal; null without data. */
void cm_report_durations(struct cm_json *json, const char *key, const struct cm_durations *values);

/* Warnings, into an open array, of what the figures lack: rows that made no sense, tables still being copied. */
int cm_report_gaps(struct cm_store *store, struct cm_json *json);

/* A page of a list: up to `limit` rows, and whether there are more. */
struct cm_page {
	int64_t limit;
	int64_t count;
	bool more;
	struct cm_place last;
};

/* Counts a row; false where it is one too many.  tenant_id: of a call, where calls of several tenants are listed. */
bool cm_page_add(struct cm_page *page, cm_us at, const char *id, const char *tenant_id);

/* "count" and "next_cursor". */
void cm_report_page(struct cm_json *json, const struct cm_page *page);

/* A failed call with everything known of it. */
void cm_report_call(struct cm_json *json, const struct cm_call *call);

#endif
