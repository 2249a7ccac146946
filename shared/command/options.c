/* options: a program's command line, read by its tables; see options.h. */
#include "config.h"

#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "manual.h"
#include "settings.h"
#include "text.h"

static int refuse(struct cm_options *options, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int
refuse(struct cm_options *options, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(options->problem, sizeof options->problem, format, args);
	va_end(args);
	return CM_EPARAM;
}

static const struct cm_given *
find_given(const struct cm_options *options, const struct cm_param *param)
{
	size_t i;

	for (i = 0; param != NULL && i < options->count; i++)
		if (options->given[i].param == param)
			return &options->given[i];
	return NULL;
}

static const struct cm_param *
find_option(const struct cm_command *command, const char *name)
{
	const struct cm_param *param = cm_param_find(command->options, name);

	return param != NULL ? param : cm_param_find(command->common, name);
}

static const struct cm_param *
find_any(const struct cm_command *command, const char *name)
{
	const struct cm_param *param = find_option(command, name);

	return param != NULL ? param : cm_param_find(command->arguments, name);
}

static bool
is_argument(const struct cm_command *command, const struct cm_param *param)
{
	return cm_param_find(command->arguments, param->name) == param;
}

static int
take(struct cm_options *options, const struct cm_param *param, const char *text)
{
	struct cm_given given = { .param = param, .text = text };
	bool argument = is_argument(options->command, param);
	char allowed[CM_ALLOWED_TEXT], shown[CM_SHOWN_TEXT], name[CM_OPTION_TEXT];

	if (argument)
		snprintf(name, sizeof name, "%s", cm_manual_word(param));
	else
		cm_manual_option(param->name, name);
	if (!param->repeats && find_given(options, param) != NULL)
		return refuse(options, "%s is given twice", name);
	if (options->count == CM_OPTIONS_MAX)
		return refuse(options, "there are more than %d options", CM_OPTIONS_MAX);
	if (!cm_param_read(&given))
		return refuse(options, "%s is \"%s\"; allowed is %s", name, cm_show(text, strlen(text), shown),
		    cm_param_allowed(param, allowed));
	options->given[options->count++] = given;
	return 0;
}

static void
offer(struct cm_nearest *nearest, const struct cm_param *params)
{
	const struct cm_param *param = NULL;

	while ((param = cm_param_next(params, param)) != NULL)
		cm_nearest_offer(nearest, param->name);
}

static int
refuse_unknown(struct cm_options *options, const char *name)
{
	const struct cm_command *command = options->command;
	struct cm_nearest nearest = { .word = name };
	char meant[CM_OPTION_TEXT + 32] = "", shown[CM_SHOWN_TEXT], list[CM_OPTIONS_PROBLEM / 2], best[CM_OPTION_TEXT];

	offer(&nearest, command->options);
	offer(&nearest, command->common);
	if (nearest.best != NULL)
		snprintf(meant, sizeof meant, "; did you mean %s?", cm_manual_option(nearest.best, best));
	return refuse(options, "there is no option --%s%s  There is %s", cm_show(name, strlen(name), shown),
	    *meant != '\0' ? meant : ".", cm_manual_list(command, list, sizeof list));
}

/* --name, --name=VALUE, or --name and the next word; *next is that word, or NULL, and becomes NULL where it was taken. */
static int
take_option(struct cm_options *options, const char *word, const char **next)
{
	char name[CM_OPTION_TEXT], allowed[CM_ALLOWED_TEXT];
	const char *equals = strchr(word, '='), *text = equals != NULL ? equals + 1 : *next;
	const struct cm_param *param;

	snprintf(name, sizeof name, "%.*s", equals != NULL ? (int)(equals - word) : (int)strlen(word), word);
	if ((param = find_option(options->command, name)) == NULL && strcmp(name, "db") == 0)
		param = cm_param_find(options->command->arguments, "database");
	if (param == NULL)
		return refuse_unknown(options, name);
	if (param->type == CM_FLAG && equals == NULL) {
		/* Where there are no arguments a 0 or 1 can only be the flag's. */
		if (options->command->arguments != NULL || text == NULL || (strcmp(text, "0") != 0 && strcmp(text, "1") != 0))
			return take(options, param, "1");
	} else if (text == NULL || (equals == NULL && strncmp(text, "--", 2) == 0 && text[2] != '\0')) {
		return refuse(options, "--%s needs a value: %s", name, cm_param_allowed(param, allowed));
	}
	if (equals == NULL)
		*next = NULL;
	return take(options, param, text);
}

static int
take_argument(struct cm_options *options, const char *text)
{
	const struct cm_param *param = NULL;
	char shown[CM_SHOWN_TEXT];

	while ((param = cm_param_next(options->command->arguments, param)) != NULL)
		if (find_given(options, param) == NULL)
			return take(options, param, text);
	if (options->command->arguments == NULL)
		return refuse(options, "\"%s\" is not an option; options are --name VALUE", cm_show(text, strlen(text), shown));
	return refuse(options, "\"%s\" is one argument too many", cm_show(text, strlen(text), shown));
}

/* The settings stand in for what is missing; then nothing that is needed may be. */
static int
complete(struct cm_options *options)
{
	const struct cm_param *tables[] = { options->command->arguments, options->command->options }, *param;
	char name[CM_OPTION_TEXT];
	const char *text;
	size_t i;
	int rc;

	for (i = 0; i < nitems(tables); i++)
		for (param = NULL; (param = cm_param_next(tables[i], param)) != NULL;) {
			if (find_given(options, param) != NULL)
				continue;
			if (param->setting != NULL && (text = cm_setting(param->setting)) != NULL) {
				if ((rc = take(options, param, text)) < 0)
					return rc;
			} else if (param->required) {
				return refuse(options, "%s is missing: %s",
				    i == 0 ? cm_manual_word(param) : cm_manual_option(param->name, name), param->help);
			}
		}
	return 0;
}

int
cm_options_read(const struct cm_command *command, int argc, char **argv, struct cm_options *out)
{
	bool ended = false;
	const char *next;
	int i, rc = 0;

	*out = (struct cm_options){ .command = command };
	for (i = 1; i < argc && rc == 0; i++) {
		if (!ended && strcmp(argv[i], "--") == 0) {
			ended = true;
		} else if (!ended && strncmp(argv[i], "--", 2) == 0) {
			next = i + 1 < argc ? argv[i + 1] : NULL;
			rc = take_option(out, argv[i] + 2, &next);
			i += i + 1 < argc && next == NULL;
		} else if (!ended && argv[i][0] == '-' && argv[i][1] != '\0') {
			rc = refuse(out, "there is no option %.20s; options are --name VALUE", argv[i]);
		} else {
			rc = take_argument(out, argv[i]);
		}
	}
	return rc < 0 ? rc : complete(out);
}

static struct cm_given
value_of(const struct cm_options *options, const char *name)
{
	const struct cm_param *param = find_any(options->command, name);
	const struct cm_given *given = find_given(options, param);
	struct cm_given value = { .param = param };

	if (given != NULL)
		return *given;
	if (param != NULL && (value.text = param->fallback) != NULL)
		cm_param_read(&value);
	return value;
}

bool
cm_options_given(const struct cm_options *options, const char *name)
{
	return find_given(options, find_any(options->command, name)) != NULL;
}

const char *
cm_options_text(const struct cm_options *options, const char *name)
{
	return value_of(options, name).text;
}

int64_t
cm_options_int(const struct cm_options *options, const char *name)
{
	return value_of(options, name).number;
}

double
cm_options_number(const struct cm_options *options, const char *name)
{
	return value_of(options, name).decimal;
}

bool
cm_options_flag(const struct cm_options *options, const char *name)
{
	return value_of(options, name).number != 0;
}

void
cm_options_texts(const struct cm_options *options, const char *name, const char **texts, size_t room)
{
	const struct cm_param *param = find_any(options->command, name);
	size_t i, count = 0;

	for (i = 0; i < options->count && count + 1 < room; i++)
		if (options->given[i].param == param)
			texts[count++] = options->given[i].text;
	texts[count] = NULL;
}
