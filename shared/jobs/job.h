/*
 * job: a job as data, and the program around it.
 *
 * A job's main() is cm_job_main: it reads the command line by the job's tables, answers --help, --version, --describe, --man and
 * --options from them, and runs it.
 */
#ifndef CM_JOB_H
#define CM_JOB_H

#include "options.h"

struct cm_job {
	struct cm_command command;
	int (*run)(const struct cm_options *options);	/* the program's exit status */
};

/* A job's options and arguments that several have. */
#define CM_JOB_EXCLUSIVE \
	{ "exclusive", CM_FLAG, .help = "nobody else uses the database now: in few long transactions, many times faster" }
#define CM_JOB_DATABASE(...) \
	{ "database", CM_PATH, .word = "DATABASE", __VA_ARGS__, .help = "the path of a SQLite file, or postgresql://[USER@]HOST/NAME" }

int cm_job_main(const struct cm_job *job, int argc, char **argv);

/* For what a table cannot say: tells what is wrong, and how it is used; 2, for the job to return. */
int cm_job_refuse(const struct cm_options *options, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line on standard error that begins with the job's name; 1, for the job to return. */
int cm_job_fail(const struct cm_options *options, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
