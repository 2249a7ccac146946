/* describe: a program explains itself, from its own tables; see describe.h. */
#include "config.h"

#include "describe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "endpoint.h"
#include "json.h"
#include "manual.h"

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
		cm_manual_params(json, cm_endpoint.params);
		cm_manual_params(json, cm_common_params);
		cm_json_end(json);
		line = cm_json_print(json, false, &length);
	}
	if (line != NULL)
		puts(line);
	cm_json_free(json);
	return line != NULL ? 0 : 1;
}

/* Where it is asked, and what is posted to it. */
static const char *
about(void)
{
	static char text[1024];
	size_t used = 0;

	if (cm_endpoint.handle != NULL)
		used += (size_t)snprintf(text, sizeof text, "GET %s%s%s%s", cm_endpoint.path, cm_endpoint.also != NULL ? " (also " : "",
		    cm_endpoint.also != NULL ? cm_endpoint.also : "", cm_endpoint.also != NULL ? ")" : "");
	if (cm_endpoint.take != NULL)
		used += (size_t)snprintf(text + used, sizeof text - used, "%sPOST %s with a body (%s): %s", used > 0 ? "\n" : "",
		    cm_endpoint.path, cm_endpoint.takes, cm_endpoint.body_help);
	snprintf(text + used, sizeof text - used, "\n\nOver HTTP an option is a parameter, with underscores for its dashes.  As CGI: "
	    "CALLMETRICS_DB=calls.db REQUEST_METHOD=GET QUERY_STRING= %s", cm_endpoint.name);
	return text;
}

static const char outcome[] =
    "0 answered; 1 the answer is that something is wrong (health: degraded), or it could not be had; 2 it was not understood.";

/* A value as it stands in a query (RFC 3986: all but the unreserved is escaped). */
static size_t
encode(const char *value, char *to, size_t room)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	size_t used = 0;

	for (; *value != '\0' && used + 4 < room; value++)
		used += (size_t)snprintf(to + used, room - used, strchr(plain, *value) != NULL ? "%c" : "%%%02X", (unsigned char)*value);
	return used;
}

/* Becomes the same program once more, asked by CGI as a server would. */
static int
ask_as_cgi(const struct cm_options *options)
{
	char query[8192], name[64];
	size_t i, used = 0;

	for (i = 0; i < options->count && used + 64 < sizeof query; i++) {
		used += (size_t)snprintf(query + used, sizeof query - used, "%s%.48s=", i > 0 ? "&" : "", options->given[i].param->name);
		used += encode(options->given[i].text, query + used, sizeof query - used);
	}
	query[used] = '\0';
	setenv("GATEWAY_INTERFACE", "CGI/1.1", 1);
	setenv("REQUEST_METHOD", cm_endpoint.handle != NULL && !cm_endpoint.takes_params ? "GET" : "POST", 1);
	setenv("QUERY_STRING", query, 1);
	setenv("CONTENT_LENGTH", "0", 1);
	snprintf(name, sizeof name, "%s", cm_endpoint.name);
	execl("/proc/self/exe", name, (char *)NULL);
	fprintf(stderr, "callmetrics %s: the program cannot be run: %s\n", cm_endpoint.name, strerror(errno));
	return 1;
}

int
cm_describe(int argc, char **argv)
{
	static struct cm_options options;
	const struct cm_command command = {
		.name = cm_endpoint.name, .summary = cm_endpoint.summary, .about = about(), .outcome = outcome,
		.options = cm_endpoint.params, .common = cm_common_params,
	};
	int status, i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--describe") == 0)
			return print_description();
		if (cm_manual_answer(&command, argv[i], &status))
			return status;
	}
	if (strcmp(argv[1], "--ask") == 0) {
		argc--;
		argv++;
	}
	if (cm_options_read(&command, argc, argv, &options) < 0)
		return cm_manual_refuse(&command, options.problem);
	return ask_as_cgi(&options);
}
