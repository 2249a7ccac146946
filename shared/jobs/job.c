/* job: a job as data, and the program around it; see job.h. */
#include "config.h"

#include "job.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "manual.h"

/* As one line of JSON, as a question's program has it. */
static int
describe(const struct cm_command *command)
{
	struct cm_json *json = cm_json_new();
	const char *line = NULL;
	size_t length;

	if (json != NULL) {
		cm_json_text(json, "name", command->name);
		cm_json_text(json, "summary", command->summary);
		cm_json_array(json, "arguments");
		cm_manual_params(json, command->arguments);
		cm_json_end(json);
		cm_json_array(json, "parameters");
		cm_manual_params(json, command->options);
		cm_json_end(json);
		line = cm_json_print(json, false, &length);
	}
	if (line != NULL)
		fprintf(stdout, "%s\n", line);
	cm_json_free(json);
	return line == NULL;
}

int
cm_job_main(const struct cm_job *job, int argc, char **argv)
{
	static struct cm_options options;
	int status, i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--describe") == 0)
			return describe(&job->command);
		if (cm_manual_answer(&job->command, argv[i], &status))
			return status;
	}
	if (cm_options_read(&job->command, argc, argv, &options) < 0)
		return cm_manual_refuse(&job->command, options.problem);
	return job->run(&options);
}

int
cm_job_refuse(const struct cm_options *options, const char *format, ...)
{
	char problem[CM_OPTIONS_PROBLEM];
	va_list args;

	va_start(args, format);
	vsnprintf(problem, sizeof problem, format, args);
	va_end(args);
	return cm_manual_refuse(options->command, problem);
}

int
cm_job_fail(const struct cm_options *options, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "callmetrics %s: ", options->command->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}
