/*
 * terminal: what scripts/callmetrics shows people, and cannot make itself.
 *
 *   terminal table             an answer in JSON on standard input, as tables
 *   terminal detail            the `detail` of a problem document; all of it when there is none
 *   terminal nearest WORD ...  which of the words after it was meant, if one is near
 *
 * What stands in a call database may come from callers: no control character of it reaches the terminal.
 */
#include "config.h"

#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "json.h"
#include "param.h"
#include "settings.h"
#include "terminal_cell.h"
#include "terminal_table.h"

enum { DEPTH = 32, TITLE_TEXT = 512, PIECE = 65536 };

/* Whether an array is one of objects, each of which has something. */
static bool
has_rows(const struct cm_value *array)
{
	size_t i;

	for (i = 0; i < cm_value_length(array); i++)
		if (!cm_value_is_object(cm_value_at(array, i)))
			return false;
	return i > 0;
}

static void
print_array(const struct cm_value *array)
{
	char text[CM_CELL_TEXT];
	size_t i;

	if (has_rows(array)) {
		cm_table_rows(array);
		return;
	}
	for (i = 0; i < cm_value_length(array); i++)
		printf("%s\n", cm_cell_text(cm_value_at(array, i), text));
	if (i == 0)
		printf("none\n");
}

/* What is looked for in an object before it is shown. */
struct survey {
	int width;			/* of its longest key with a single value */
	size_t scalars;
	size_t objects;
	const struct cm_value *like;	/* the first object in it */
	bool alike;
};

static void
same_key(void *arg, const char *key, const struct cm_value *value)
{
	struct survey *survey = arg;

	(void)value;
	survey->alike = survey->alike && cm_value_has(survey->like, key);
}

static void
survey_key(void *arg, const char *key, const struct cm_value *value)
{
	struct survey *survey = arg;
	char text[CM_NAME_TEXT];

	if (cm_is_scalar(value)) {
		survey->scalars++;
		if (cm_width_of(cm_key_text(key, text)) > survey->width)
			survey->width = cm_width_of(text);
	} else if (cm_value_is_object(value)) {
		if (survey->objects++ == 0)
			survey->like = value;
		survey->alike = survey->alike && cm_value_count(value) == cm_value_count(survey->like) && cm_value_count(value) > 0;
		cm_value_each(value, same_key, survey);
	} else {
		survey->alike = false;
	}
}

static void
print_scalar(void *arg, const char *key, const struct cm_value *value)
{
	const struct survey *survey = arg;
	char text[CM_CELL_TEXT], name[CM_NAME_TEXT];

	if (!cm_is_scalar(value))
		return;
	cm_cell_text(value, text);
	cm_key_text(key, name);
	printf("%s%*s  ", name, survey->width - cm_width_of(name), "");
	cm_print_coloured(text, cm_colour_of(text));
	putchar('\n');
}

static void
print_title(const char *title)
{
	char text[TITLE_TEXT + 1];

	snprintf(text, sizeof text, "%s:", title);
	putchar('\n');
	cm_print_coloured(text, "1");
	putchar('\n');
}

static void print_object(const struct cm_value *object, const char *title);

/* What stands in an object under a title of its own: the way to it. */
static void
print_section(void *arg, const char *key, const struct cm_value *value)
{
	const char *title = arg;
	char way[TITLE_TEXT], name[CM_NAME_TEXT];

	if (cm_is_scalar(value))
		return;
	snprintf(way, sizeof way, "%s%s%s", title, *title != '\0' ? ", " : "", cm_key_text(key, name));
	if (cm_value_is_object(value)) {
		print_object(value, way);
		return;
	}
	print_title(way);
	print_array(value);
}

static void
print_object(const struct cm_value *object, const char *title)
{
	struct survey survey = { .alike = true };
	bool rows;

	cm_value_each(object, survey_key, &survey);
	rows = survey.scalars == 0 && survey.objects > 1 && survey.alike;
	if (*title != '\0' && (survey.scalars > 0 || rows || cm_value_count(object) == 0))
		print_title(title);
	if (cm_value_count(object) == 0)
		printf("none\n");
	if (rows) {
		cm_table_named(object);
		return;
	}
	cm_value_each(object, print_scalar, &survey);
	cm_value_each(object, print_section, (void *)(uintptr_t)title);
}

/* All of standard input; NULL for want of memory. */
static char *
read_all(size_t *bytes)
{
	char *text = NULL, *larger;
	size_t n;

	*bytes = 0;
	do {
		if ((larger = realloc(text, *bytes + PIECE)) == NULL) {
			free(text);
			return NULL;
		}
		text = larger;
		n = fread(text + *bytes, 1, PIECE, stdin);
		*bytes += n;
	} while (n > 0);
	return text;
}

static void
print_detail(const struct cm_value *value)
{
	const struct cm_value *detail = cm_value_get(value, "detail");
	size_t bytes = 0;
	const char *text = detail != NULL ? cm_value_text(detail, &bytes) : NULL;

	if (text == NULL)
		text = cm_value_print(value, &bytes);
	printf("%.*s\n", (int)bytes, text);
}

/* Shows what is JSON by a function; anything else as it came. */
static int
show(void (*print)(const struct cm_value *value))
{
	struct cm_json_reader *reader = cm_json_reader_new(DEPTH);
	struct cm_value *value = NULL;
	const char *why;
	size_t bytes;
	char *text = read_all(&bytes);
	int rc = CM_ENOMEM;

	if (reader != NULL && text != NULL)
		rc = cm_json_read(reader, text, bytes, &value, &why);
	if (rc == 0 && value != NULL && cm_value_is_object(value))
		print(value);
	else if (text != NULL)
		fwrite(text, 1, bytes, stdout);
	cm_value_free(value);
	cm_json_reader_free(reader);
	free(text);
	return fflush(stdout) != 0 || text == NULL;
}

static void
print_answer(const struct cm_value *value)
{
	const char *kind = cm_setting("TERM");

	cm_coloured = isatty(STDOUT_FILENO) && cm_setting("NO_COLOR") == NULL && kind != NULL && strcmp(kind, "dumb") != 0;
	print_object(value, "");
}

static int
print_nearest(int count, char **names)
{
	struct cm_nearest nearest = { .word = names[0] };
	int i;

	for (i = 1; i < count; i++)
		cm_nearest_offer(&nearest, names[i]);
	if (nearest.best != NULL)
		puts(nearest.best);
	return nearest.best == NULL;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "table") == 0)
		return show(print_answer);
	if (argc == 2 && strcmp(argv[1], "detail") == 0)
		return show(print_detail);
	if (argc > 2 && strcmp(argv[1], "nearest") == 0)
		return print_nearest(argc - 2, argv + 2);
	fprintf(stderr, "terminal: table, detail or nearest WORD ...; scripts/callmetrics calls it\n");
	return 2;
}
