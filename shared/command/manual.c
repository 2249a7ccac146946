/* manual: what a command says of itself; see manual.h. */
#include "config.h"

#include "manual.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "json.h"

enum { WIDTH = 96, COLUMN = 26, USAGE_OPTIONS = 4 };

static const char outcome[] = "0 it is done; 1 it could not be; 2 it was not understood.";

/* Every program takes these. */
static const struct cm_param own_options[] = {
	{ "help", CM_FLAG, .help = "explain, and stop; also -h" },
	{ "version", CM_FLAG, .help = "say the version, and stop" },
	{ 0 },
};

char *
cm_manual_option(const char *name, char out[CM_OPTION_TEXT])
{
	char *c;

	snprintf(out, CM_OPTION_TEXT, "--%s", name);
	for (c = out; (c = strchr(c, '_')) != NULL; c++)
		*c = '-';
	return out;
}

const char *
cm_manual_word(const struct cm_param *param)
{
	static const char *const words[] = {
		[CM_INT] = "N", [CM_DECIMAL] = "NUMBER", [CM_TEXT] = "TEXT", [CM_ANY] = "TEXT", [CM_PATH] = "FILE",
		[CM_CHOICE] = "WORD", [CM_FLAG] = "", [CM_TIME] = "TIME", [CM_INTERVAL] = "SPAN", [CM_ZONE] = "ZONE",
	};

	return param->word != NULL ? param->word : words[param->type];
}

/* The cache buster of browsers is no option that a person needs. */
static bool
is_shown(const struct cm_param *param)
{
	return strcmp(param->name, "_") != 0;
}

/* Calls a function for each option that is shown. */
static void
each_option(const struct cm_command *command, void (*show)(FILE *out, const struct cm_param *param), FILE *out)
{
	const struct cm_param *tables[] = { command->options, command->common, own_options }, *param;
	size_t i;

	for (i = 0; i < nitems(tables); i++)
		for (param = NULL; (param = cm_param_next(tables[i], param)) != NULL;)
			if (is_shown(param))
				show(out, param);
}

char *
cm_manual_list(const struct cm_command *command, char *out, size_t room)
{
	const struct cm_param *tables[] = { command->options, command->common, own_options }, *param;
	char name[CM_OPTION_TEXT];
	size_t i, used = 0;

	*out = '\0';
	for (i = 0; i < nitems(tables); i++)
		for (param = NULL; (param = cm_param_next(tables[i], param)) != NULL && used < room;)
			if (is_shown(param))
				used += (size_t)snprintf(out + used, room - used, "%s%s", used > 0 ? ", " : "",
				    cm_manual_option(param->name, name));
	return out;
}

/* Text in lines of WIDTH columns, each `indent` in; `column` is where the first begins. */
static void
print_wrapped(FILE *out, const char *text, int indent, int column)
{
	int length, blanks = 0;

	for (; *text != '\0'; text += length) {
		if ((length = (int)strspn(text, " ")) > 0) {
			blanks = length;
			continue;
		}
		if ((length = (int)strspn(text, "\n")) > 0) {
			fprintf(out, length > 1 ? "\n\n%*s" : "\n%*s", indent, "");
			column = indent;
			blanks = 0;
			continue;
		}
		length = (int)strcspn(text, " \n");
		if (column + blanks + length > WIDTH && column > indent) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
			blanks = 0;
		}
		fprintf(out, "%*s%.*s", blanks, "", length, text);
		column += blanks + length;
		blanks = 0;
	}
	fputc('\n', out);
}

static void
print_details(FILE *out, const struct cm_param *param, const char *head)
{
	char allowed[CM_ALLOWED_TEXT], text[2048], least[CM_INTERVAL_TEXT], most[CM_INTERVAL_TEXT];
	int used = snprintf(text, sizeof text, "%s", param->help);

	if (param->choices != NULL)
		used += snprintf(text + used, sizeof text - (size_t)used, " (%s)", param->choices);
	else if (param->type == CM_INT || param->type == CM_DECIMAL)
		used += snprintf(text + used, sizeof text - (size_t)used, " (%lld to %lld)", (long long)param->min,
		    (long long)param->max);
	else if (param->type == CM_INTERVAL)
		used += snprintf(text + used, sizeof text - (size_t)used, " (such as 1h; %s to %s)",
		    cm_interval_text(param->min, least), cm_interval_text(param->max, most));
	else if (param->type == CM_TIME || param->type == CM_ZONE)
		used += snprintf(text + used, sizeof text - (size_t)used, " (%s)", cm_param_allowed(param, allowed));
	if (param->fallback != NULL && param->type != CM_FLAG)
		used += snprintf(text + used, sizeof text - (size_t)used, " [%s]", param->fallback);
	if (param->setting != NULL)
		snprintf(text + used, sizeof text - (size_t)used, " [%s]", param->setting);
	fprintf(out, "  %-*s", COLUMN - 2, head);
	if (strlen(head) > COLUMN - 3)
		fprintf(out, "\n%*s", COLUMN, "");
	print_wrapped(out, text, COLUMN, COLUMN);
}

/* "--threshold-seconds N", with the name's alias beside it. */
static void
option_head(const struct cm_param *param, char *head, size_t room)
{
	char name[CM_OPTION_TEXT], alias[CM_OPTION_TEXT];
	const char *word = cm_manual_word(param);

	snprintf(head, room, "%s%s%s%s%s", cm_manual_option(param->name, name), param->alias != NULL ? ", " : "",
	    param->alias != NULL ? cm_manual_option(param->alias, alias) : "", *word != '\0' ? " " : "", word);
}

static void
print_option(FILE *out, const struct cm_param *param)
{
	char head[3 * CM_OPTION_TEXT];

	option_head(param, head, sizeof head);
	print_details(out, param, head);
}

/* Those that are needed, and the others as long as they are few. */
static void
print_usage(FILE *out, const struct cm_command *command)
{
	const struct cm_param *param = NULL;
	char head[3 * CM_OPTION_TEXT];
	int count = 0;

	while ((param = cm_param_next(command->options, param)) != NULL)
		count += !param->required;
	fprintf(out, "usage: callmetrics %s", command->name);
	while ((param = cm_param_next(command->options, param)) != NULL) {
		option_head(param, head, sizeof head);
		if (param->required)
			fprintf(out, " %s", head);
		else if (count <= USAGE_OPTIONS)
			fprintf(out, " [%s]%s", head, param->repeats ? " ..." : "");
	}
	if (count > USAGE_OPTIONS || command->common != NULL)
		fprintf(out, " [--option VALUE ...]");
	while ((param = cm_param_next(command->arguments, param)) != NULL)
		fprintf(out, param->required && param->setting == NULL ? " %s" : " [%s]", cm_manual_word(param));
	fputc('\n', out);
}

static int
print_help(const struct cm_command *command)
{
	const struct cm_param *param = NULL;

	print_usage(stdout, command);
	fputc('\n', stdout);
	print_wrapped(stdout, command->summary, 0, 0);
	if (command->about != NULL) {
		fputc('\n', stdout);
		print_wrapped(stdout, command->about, 0, 0);
	}
	if (command->arguments != NULL)
		fprintf(stdout, "\nArguments:\n");
	while ((param = cm_param_next(command->arguments, param)) != NULL)
		print_details(stdout, param, cm_manual_word(param));
	fprintf(stdout, "\nOptions [default]:\n");
	each_option(command, print_option, stdout);
	fprintf(stdout, "\nExit status: ");
	print_wrapped(stdout, command->outcome != NULL ? command->outcome : outcome, 0, (int)strlen("Exit status: "));
	return fflush(stdout) != 0;
}

/* Text of a man page (man-pages(7)): no line of it is taken for a request, and - is the one that can be copied. */
static void
print_roff(FILE *out, const char *text)
{
	bool start = true;

	for (; *text != '\0'; text++) {
		if (start && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		start = *text == '\n';
		if (*text == '\n' && text[1] == '\n') {
			fputs("\n.PP", out);
		} else if (*text == '\n') {
			fputs("\n.br\n", out);
		} else if (*text == '\\') {
			fputs("\\e", out);
		} else {
			fputs(*text == '-' ? "\\" : "", out);
			fputc(*text, out);
		}
	}
	fputc('\n', out);
}

static void
page_item(FILE *out, const struct cm_param *param, const char *head)
{
	char allowed[CM_ALLOWED_TEXT];

	fprintf(out, ".TP\n.B ");
	print_roff(out, head);
	print_roff(out, param->help);
	if (param->type != CM_FLAG && param->type != CM_PATH && param->type != CM_ANY) {
		fprintf(out, "(allowed is ");
		print_roff(out, cm_param_allowed(param, allowed));
		fprintf(out, ")\n");
	}
	if (param->fallback != NULL && param->type != CM_FLAG) {
		fprintf(out, "[");
		print_roff(out, param->fallback);
		fprintf(out, "]\n");
	}
	if (param->setting != NULL)
		fprintf(out, "[%s]\n", param->setting);
}

static void
page_option(FILE *out, const struct cm_param *param)
{
	char head[3 * CM_OPTION_TEXT];

	option_head(param, head, sizeof head);
	page_item(out, param, head);
}

static int
print_page(const struct cm_command *command)
{
	const struct cm_param *param = NULL;

	printf(".\\\" Made from the program's own tables.\n.TH \"CALLMETRICS\\-%s\" 1 \"\" \"%s\" \"callmetrics\"\n", command->name,
	    PACKAGE_STRING);
	printf(".SH NAME\ncallmetrics\\-%s \\- ", command->name);
	print_roff(stdout, command->summary);
	printf(".SH SYNOPSIS\n.B callmetrics %s\n[options]", command->name);
	while ((param = cm_param_next(command->arguments, param)) != NULL)
		printf(param->required && param->setting == NULL ? " %s" : " [%s]", cm_manual_word(param));
	printf("\n.SH DESCRIPTION\n");
	print_roff(stdout, command->about != NULL ? command->about : command->summary);
	if (command->arguments != NULL)
		printf(".SH ARGUMENTS\n");
	while ((param = cm_param_next(command->arguments, param)) != NULL)
		page_item(stdout, param, cm_manual_word(param));
	printf(".SH OPTIONS\n");
	each_option(command, page_option, stdout);
	printf(".SH \"EXIT STATUS\"\n");
	print_roff(stdout, command->outcome != NULL ? command->outcome : outcome);
	printf(".SH \"SEE ALSO\"\n.BR callmetrics (1)\n");
	return fflush(stdout) != 0;
}

static void
print_row(FILE *out, const char *kind, const struct cm_param *param, const char *name)
{
	fprintf(out, "%s\t%s\t%s\t%s\t%s\n", kind, name, cm_param_type_name(param->type),
	    param->choices != NULL ? param->choices : "-", param->help);
}

static void
row_option(FILE *out, const struct cm_param *param)
{
	char name[CM_OPTION_TEXT];

	print_row(out, "option", param, cm_manual_option(param->name, name));
	if (param->alias != NULL)
		print_row(out, "option", param, cm_manual_option(param->alias, name));
}

static int
print_rows(const struct cm_command *command)
{
	const struct cm_param *param = NULL;

	printf("command\t%s\t%s\t-\t%s\n", command->name, command->common != NULL ? "question" : "job", command->summary);
	while ((param = cm_param_next(command->arguments, param)) != NULL)
		print_row(stdout, "argument", param, cm_manual_word(param));
	each_option(command, row_option, stdout);
	return fflush(stdout) != 0;
}

bool
cm_manual_answer(const struct cm_command *command, const char *option, int *status)
{
	if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0)
		*status = print_help(command);
	else if (strcmp(option, "--version") == 0)
		*status = puts(PACKAGE_STRING) < 0;
	else if (strcmp(option, "--man") == 0)
		*status = print_page(command);
	else if (strcmp(option, "--options") == 0)
		*status = print_rows(command);
	else
		return false;
	return true;
}

int
cm_manual_refuse(const struct cm_command *command, const char *problem)
{
	fprintf(stderr, "callmetrics %s: ", command->name);
	print_wrapped(stderr, problem, 0, (int)(strlen("callmetrics : ") + strlen(command->name)));
	print_usage(stderr, command);
	fprintf(stderr, "callmetrics %s --help explains\n", command->name);
	return 2;
}

void
cm_manual_params(struct cm_json *json, const struct cm_param *params)
{
	const struct cm_param *param = NULL;
	char text[CM_INTERVAL_TEXT];

	while ((param = cm_param_next(params, param)) != NULL) {
		cm_json_object(json, NULL);
		cm_json_text(json, "name", param->name);
		if (param->alias != NULL)
			cm_json_text(json, "alias", param->alias);
		cm_json_text(json, "help", param->help);
		cm_json_text(json, "type", cm_param_type_name(param->type));
		if (param->required)
			cm_json_bool(json, "required", true);
		if (param->fallback != NULL)
			cm_json_text(json, "default", param->fallback);
		if (param->choices != NULL)
			cm_json_text(json, "choices", param->choices);
		if (param->type == CM_INT || param->type == CM_DECIMAL) {
			cm_json_int(json, "min", param->min);
			cm_json_int(json, "max", param->max);
		} else if (param->type == CM_INTERVAL) {
			cm_json_text(json, "min", cm_interval_text(param->min, text));
			cm_json_text(json, "max", cm_interval_text(param->max, text));
		}
		cm_json_end(json);
	}
}
