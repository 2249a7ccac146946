/* jobs_report: how the jobs that run for good go, as their rows tell (shared/jobs/runner.h). */
#ifndef CM_JOBS_REPORT_H
#define CM_JOBS_REPORT_H

#include "arena.h"
#include "exposition.h"
#include "json.h"
#include "store.h"

struct cm_jobs {
	struct cm_job_state *jobs;
	size_t count;
	size_t room;
	struct cm_arena arena;
};

/* Reads what is known of all jobs; done by cm_jobs_done, in any case.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_jobs_read(struct cm_store *store, struct cm_jobs *jobs);
void cm_jobs_done(struct cm_jobs *jobs);

/* Texts for the array that is open: jobs that fail, and those of which nothing was heard for longer than they may be silent.  Without
 * their reasons, which may be another tenant's. */
void cm_jobs_warn(const struct cm_jobs *jobs, struct cm_json *json);

/* An array `jobs` of all there are; none where there is none. */
void cm_jobs_report(const struct cm_jobs *jobs, struct cm_json *json);

/* The same for Prometheus: families callmetrics_job_*; none where there is no job.  CM_ENOMEM. */
int cm_jobs_expose(const struct cm_jobs *jobs, struct cm_exposition *out);

#endif
