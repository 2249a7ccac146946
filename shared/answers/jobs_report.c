/* jobs_report: how the jobs that run for good go; see jobs_report.h. */
#include "config.h"

#include "jobs_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "error.h"

enum { NAME, HOST, PID, WORKS, SILENT_MS, LEASE_US, PROBLEM, FIGURES };

struct cm_job_state {
	const char *name;
	const char *host;
	const char *problem;		/* NULL: its last tick went well */
	const char *figures;
	int64_t pid;
	bool works;			/* false: it ended in order */
	int64_t silent_ms;
	int64_t lease_us;
};

static bool
is_lost(const struct cm_job_state *job)
{
	return job->works && job->silent_ms * 1000 > job->lease_us;
}

static const char *
copy(struct cm_jobs *jobs, const struct cm_rows *rows, int column)
{
	return cm_arena_copy(&jobs->arena, cm_rows_text(rows, column), cm_rows_bytes(rows, column));
}

static int
add(struct cm_jobs *jobs, const struct cm_rows *rows)
{
	struct cm_job_state *job;

	if (!CM_ARRAY_GROWS(jobs->jobs, jobs->count, jobs->room))
		return CM_ENOMEM;
	job = &jobs->jobs[jobs->count];
	*job = (struct cm_job_state){
		.name = copy(jobs, rows, NAME), .host = copy(jobs, rows, HOST), .figures = copy(jobs, rows, FIGURES),
		.problem = copy(jobs, rows, PROBLEM), .pid = cm_rows_int(rows, PID), .works = cm_rows_int(rows, WORKS) != 0,
		.silent_ms = cm_rows_int(rows, SILENT_MS), .lease_us = cm_rows_int(rows, LEASE_US),
	};
	if (job->name == NULL || job->host == NULL || job->figures == NULL || job->problem == NULL)
		return CM_ENOMEM;
	if (cm_rows_null(rows, PROBLEM))
		job->problem = NULL;
	jobs->count++;
	return 0;
}

int
cm_jobs_read(struct cm_store *store, struct cm_jobs *jobs)
{
	struct cm_rows *rows;
	int rc;

	*jobs = (struct cm_jobs){ 0 };
	if ((rc = cm_store_query(store, "jobs", NULL, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = add(jobs, rows)) < 0)
			break;
	cm_rows_done(rows);
	return rc;
}

void
cm_jobs_done(struct cm_jobs *jobs)
{
	free(jobs->jobs);
	cm_arena_done(&jobs->arena);
}

void
cm_jobs_warn(const struct cm_jobs *jobs, struct cm_json *json)
{
	char text[128];
	size_t i;

	for (i = 0; i < jobs->count; i++) {
		const struct cm_job_state *job = &jobs->jobs[i];

		if (is_lost(job))
			snprintf(text, sizeof text, "the job %.40s has not been heard of for %" PRId64 " s", job->name,
			    job->silent_ms / 1000);
		else if (job->works && job->problem != NULL)
			snprintf(text, sizeof text, "the job %.40s fails (see jobs, or its log)", job->name);
		else
			continue;
		cm_json_text(json, NULL, text);
	}
}

void
cm_jobs_report(const struct cm_jobs *jobs, struct cm_json *json)
{
	size_t i;

	if (jobs->count == 0)
		return;
	cm_json_array(json, "jobs");
	for (i = 0; i < jobs->count; i++) {
		const struct cm_job_state *job = &jobs->jobs[i];

		cm_json_object(json, NULL);
		cm_json_text(json, "name", job->name);
		cm_json_text(json, "state", !job->works ? "ended" : is_lost(job) ? "lost" : job->problem != NULL ? "fails" : "works");
		cm_json_text(json, "host", job->host);
		cm_json_int(json, "pid", job->pid);
		cm_json_milliseconds(json, "heard_of_ms_ago", job->silent_ms * 1000);
		cm_json_text(json, "problem", job->problem);
		cm_json_raw(json, "figures", job->figures);
		cm_json_end(json);
	}
	cm_json_end(json);
}

static void
state_sample(const struct cm_job_state *job, struct cm_exposition *out, double value)
{
	char labels[96];

	snprintf(labels, sizeof labels, "job=\"%.64s\"", job->name);
	cm_exposition_sample(out, "", labels, value);
}

/* Where figures are told, and whose. */
struct figures {
	const struct cm_job_state *job;
	struct cm_exposition *out;
};

static void
figure_sample(void *arg, const char *key, const struct cm_value *value)
{
	const struct figures *figures = arg;
	char labels[160];
	double number;

	if (value == NULL || !cm_value_number(value, &number))
		return;
	snprintf(labels, sizeof labels, "job=\"%.64s\",figure=\"%.64s\"", figures->job->name, key);
	cm_exposition_sample(figures->out, "", labels, number);
}

static int
expose_figures(const struct cm_jobs *jobs, struct cm_exposition *out)
{
	struct cm_json_reader *reader = cm_json_reader_new(2);
	struct cm_value *value;
	const char *why;
	size_t i;

	if (reader == NULL)
		return CM_ENOMEM;
	cm_exposition_family(out, "callmetrics_job_figure", CM_GAUGE, "What a job that runs for good tells of itself.");
	for (i = 0; i < jobs->count; i++) {
		struct figures figures = { .job = &jobs->jobs[i], .out = out };

		if (cm_json_read(reader, figures.job->figures, strlen(figures.job->figures), &value, &why) < 0)
			continue;
		cm_value_each(value, figure_sample, &figures);
		cm_value_free(value);
	}
	cm_json_reader_free(reader);
	return 0;
}

int
cm_jobs_expose(const struct cm_jobs *jobs, struct cm_exposition *out)
{
	size_t i;

	if (jobs->count == 0)
		return 0;
	cm_exposition_family(out, "callmetrics_job_up", CM_GAUGE, "Whether a job that runs for good is heard of and did well last.");
	for (i = 0; i < jobs->count; i++)
		state_sample(&jobs->jobs[i], out, jobs->jobs[i].works && !is_lost(&jobs->jobs[i]) && jobs->jobs[i].problem == NULL);
	cm_exposition_family(out, "callmetrics_job_silent_seconds", CM_GAUGE, "For how long a job that runs for good was not heard of.");
	for (i = 0; i < jobs->count; i++)
		state_sample(&jobs->jobs[i], out, (double)jobs->jobs[i].silent_ms / 1e3);
	return expose_figures(jobs, out);
}
