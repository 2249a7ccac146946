/* describe: a program explains itself, from its own tables; see describe.h. */
#include "config.h"

#include "describe.h"

#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "json.h"

static void
describe_params(struct cm_json *json, const struct cm_param *params)
{
	const struct cm_param *param, *earlier;

	for (param = params; param->name != NULL; param++) {
		for (earlier = params; strcmp(earlier->name, param->name) != 0; earlier++)
			continue;
		if (earlier != param)
			continue;
		cm_json_object(json, NULL);
		cm_json_text(json, "name", param->name);
		cm_json_text(json, "help", param->help);
		if (param->fallback != NULL)
			cm_json_text(json, "default", param->fallback);
		if (param->choices != NULL)
			cm_json_text(json, "choices", param->choices);
		if (param->type == CM_INT || param->type == CM_INTERVAL) {
			cm_json_int(json, "min", param->min);
			cm_json_int(json, "max", param->max);
		}
		cm_json_end(json);
	}
}

static void
describe_methods(struct cm_json *json)
{
	cm_json_array(json, "methods");
	if (cm_endpoint.handle != NULL)
		cm_json_text(json, NULL, "GET");
	if (cm_endpoint.take != NULL)
		cm_json_text(json, NULL, "POST");
	cm_json_end(json);
	if (cm_endpoint.take != NULL) {
		cm_json_text(json, "takes", cm_endpoint.takes);
		cm_json_text(json, "body", cm_endpoint.body_help);
	}
}

/* The endpoint as one line of JSON, for the index and the reference page. */
static int
print_description(void)
{
	struct cm_json *json = cm_json_new();
	const char *line = NULL;
	size_t length;

	if (json != NULL) {
		cm_json_text(json, "path", cm_endpoint.path);
		if (cm_endpoint.also != NULL)
			cm_json_text(json, "also", cm_endpoint.also);
		cm_json_text(json, "name", cm_endpoint.name);
		describe_methods(json);
		cm_json_text(json, "summary", cm_endpoint.summary);
		cm_json_int(json, "cache_seconds", cm_endpoint.max_age_s);
		cm_json_array(json, "parameters");
		describe_params(json, cm_endpoint.params);
		describe_params(json, cm_common_params);
		cm_json_end(json);
		line = cm_json_print(json, false, &length);
	}
	if (line != NULL)
		puts(line);
	cm_json_free(json);
	return line != NULL ? 0 : 1;
}

static void
print_params(const struct cm_param *params)
{
	const struct cm_param *param, *earlier;

	for (param = params; param->name != NULL; param++) {
		for (earlier = params; strcmp(earlier->name, param->name) != 0; earlier++)
			continue;
		if (earlier != param)
			continue;
		printf("  %-14s %s", param->name, param->help);
		if (param->choices != NULL)
			printf(" (%s)", param->choices);
		if (param->fallback != NULL)
			printf(" [%s]", param->fallback);
		putchar('\n');
	}
}

static int
print_help(void)
{
	printf("%s: %s\n\n%s %s", cm_endpoint.name, cm_endpoint.summary, cm_endpoint.handle != NULL ? "GET" : "POST",
	    cm_endpoint.path);
	if (cm_endpoint.also != NULL)
		printf("  (also %s)", cm_endpoint.also);
	if (cm_endpoint.handle != NULL && cm_endpoint.take != NULL)
		printf("\nPOST %s", cm_endpoint.path);
	if (cm_endpoint.take != NULL)
		printf("\n\nBody (%s):\n%s", cm_endpoint.takes, cm_endpoint.body_help);
	printf("\n\nParameters [default]:\n");
	print_params(cm_endpoint.params);
	print_params(cm_common_params);
	if (cm_endpoint.handle != NULL)
		printf("\nOn the command line: callmetrics %s --option value\n"
		       "As CGI:              CALLMETRICS_DB=calls.db REQUEST_METHOD=GET QUERY_STRING= %s\n",
		    cm_endpoint.name, cm_endpoint.name);
	return 0;
}

int
cm_describe(const char *option)
{
	if (strcmp(option, "--help") == 0)
		return print_help();
	if (strcmp(option, "--describe") == 0)
		return print_description();
	if (strcmp(option, "--version") == 0)
		return puts(PACKAGE_STRING) < 0;
	fprintf(stderr, "%s: takes --help, --describe or --version; questions come by FastCGI or CGI\n", cm_endpoint.name);
	return 2;
}

