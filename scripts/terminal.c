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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "json.h"
#include "param.h"
#include "settings.h"

enum { DEPTH = 32, COLUMNS_MAX = 64, NAME_TEXT = 128, CELL_MAX = 60, CELL_TEXT = 4 * CELL_MAX + 8, TITLE_TEXT = 512, PIECE = 65536 };

static bool coloured;

static void
colour(const char *code)
{
	if (coloured)
		printf("\033[%sm", code);
}

/* Words that say how things are, and their colours. */
static const struct {
	const char *word;
	const char *code;
} words[] = {
	{ "healthy", "32" }, { "completed", "32" }, { "ok", "32" }, { "degraded", "31" }, { "failed", "31" }, { "timeout", "31" },
	{ "cancelled", "33" }, { "active", "36" },
};

static const char *
colour_of(const char *text)
{
	size_t i;

	for (i = 0; i < nitems(words); i++)
		if (strcmp(words[i].word, text) == 0)
			return words[i].code;
	return NULL;
}

/* Whether a character of UTF-8 starts here. */
static bool
is_start(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static int
width_of(const char *text)
{
	int width = 0;

	for (; *text != '\0'; text++)
		width += is_start(*text);
	return width;
}

/* Whether a control character starts here: of ASCII, or U+0080 to U+009F. */
static bool
is_control(const char *text)
{
	return (unsigned char)*text < ' ' || *text == 0x7f || ((unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0);
}

/* A value as it is shown: a text without its quotes, nothing as -, and of a long one its beginning. */
static char *
cell_text(const struct cm_value *value, char out[CELL_TEXT])
{
	size_t bytes = 0, used = 0, i;
	const char *text = value != NULL ? cm_value_text(value, &bytes) : "-";
	int width = 0;

	if (value == NULL)
		bytes = 1;
	else if (text == NULL)
		text = cm_value_print(value, &bytes);
	for (i = 0; text != NULL && i < bytes; i++) {
		width += is_start(text[i]);
		if (width > CELL_MAX) {
			used += (size_t)sprintf(out + used, "…");
			break;
		}
		out[used++] = is_control(text + i) ? '?' : text[i];
		i += out[used - 1] == '?' && (unsigned char)text[i] == 0xc2;
	}
	out[used] = '\0';
	return out;
}

static bool
is_scalar(const struct cm_value *value)
{
	return value == NULL || (!cm_value_is_object(value) && !cm_value_is_array(value));
}

/* The name of a key for people; returns out. */
static char *
key_text(const char *key, char out[NAME_TEXT])
{
	char *c;

	snprintf(out, NAME_TEXT, "%s", key);
	for (c = out; *c != '\0'; c++)
		if (*c == '_' || is_control(c))
			*c = *c == '_' ? ' ' : '?';
	return out;
}

/* A table while it is made: its columns in the order in which rows first have them. */
struct table {
	size_t columns;
	char keys[COLUMNS_MAX][NAME_TEXT];
	int widths[COLUMNS_MAX];
	bool texts[COLUMNS_MAX];	/* not all of it are numbers */
	int name_width;			/* of rows that have names */
	const char *prefix;		/* of the keys of an object in a row */
};

static size_t
column_of(struct table *table, const char *key)
{
	char name[NAME_TEXT];
	size_t i;

	snprintf(name, sizeof name, "%.60s%s%.60s", table->prefix != NULL ? table->prefix : "", table->prefix != NULL ? " " : "", key);
	for (i = 0; i < table->columns; i++)
		if (strcmp(table->keys[i], name) == 0)
			return i;
	if (table->columns == COLUMNS_MAX)
		return COLUMNS_MAX;
	strcpy(table->keys[i], name);
	table->texts[i] = false;
	table->widths[i] = width_of(name);
	table->columns++;
	return i;
}

/* A key of a row, or of an object that stands in it. */
static void
each_cell(void *arg, const char *key, const struct cm_value *value)
{
	struct table *table = arg;
	char text[CELL_TEXT];
	double number;
	size_t column;
	int width;

	if (table->prefix == NULL && value != NULL && cm_value_is_object(value) && cm_value_count(value) > 0) {
		table->prefix = key;
		cm_value_each(value, each_cell, table);
		table->prefix = NULL;
	} else if ((column = column_of(table, key)) < COLUMNS_MAX) {
		width = width_of(cell_text(value, text));
		if (width > table->widths[column])
			table->widths[column] = width;
		if (value != NULL && !cm_value_number(value, &number))
			table->texts[column] = true;
	}
}

static void
measure_row(struct table *table, const char *name, const struct cm_value *row)
{
	char text[NAME_TEXT];

	if (name != NULL && width_of(key_text(name, text)) > table->name_width)
		table->name_width = width_of(text);
	cm_value_each(row, each_cell, table);
}

/* A column whose values are objects in some rows, and nothing in others, is shown by the objects' own columns alone. */
static void
drop_outer(struct table *table)
{
	size_t i, k, length, kept = 0;
	bool outer;

	for (i = 0; i < table->columns; i++) {
		length = strlen(table->keys[i]);
		for (k = 0, outer = false; k < table->columns && !outer; k++)
			outer = strncmp(table->keys[k], table->keys[i], length) == 0 && table->keys[k][length] == ' ';
		if (outer)
			continue;
		if (kept != i) {
			strcpy(table->keys[kept], table->keys[i]);
			table->widths[kept] = table->widths[i];
			table->texts[kept] = table->texts[i];
		}
		kept++;
	}
	table->columns = kept;
}

static void
print_cell(const struct table *table, size_t column, const char *text, const char *code)
{
	int blanks = table->widths[column] - width_of(text);

	if (!table->texts[column])
		printf("%*s", blanks, "");
	if (code != NULL)
		colour(code);
	printf("%s", text);
	if (code != NULL)
		colour("0");
	if (table->texts[column] && column + 1 < table->columns)
		printf("%*s", blanks, "");
	fputs(column + 1 < table->columns ? "  " : "\n", stdout);
}

/* The cell of a row; the keys of an object in it begin with the object's. */
static const struct cm_value *
find_cell(const struct cm_value *row, const char *key)
{
	const char *blank = strchr(key, ' ');
	char outer[NAME_TEXT];

	if (cm_value_has(row, key) || blank == NULL)
		return cm_value_get(row, key);
	snprintf(outer, sizeof outer, "%.*s", (int)(blank - key), key);
	return cm_value_get(cm_value_get(row, outer), blank + 1);
}

static void
print_row(const struct table *table, const char *name, const struct cm_value *row)
{
	char text[CELL_TEXT], key[NAME_TEXT];
	size_t i;

	if (name != NULL) {
		key_text(name, key);
		printf("%s%*s  ", key, table->name_width - width_of(key), "");
	}
	for (i = 0; i < table->columns; i++) {
		cell_text(find_cell(row, table->keys[i]), text);
		print_cell(table, i, text, colour_of(text));
	}
}

static void
print_head(struct table *table, bool named)
{
	char key[NAME_TEXT];
	size_t i;

	drop_outer(table);
	if (named)
		printf("%*s  ", table->name_width, "");
	for (i = 0; i < table->columns; i++)
		print_cell(table, i, key_text(table->keys[i], key), "1");
}

static void
measure_named(void *arg, const char *key, const struct cm_value *value)
{
	measure_row(arg, key, value);
}

static void
print_named(void *arg, const char *key, const struct cm_value *value)
{
	print_row(arg, key, value);
}

/* An object of objects that are alike: a row each, with its name. */
static void
print_named_rows(const struct cm_value *value)
{
	static struct table table;

	memset(&table, 0, sizeof table);
	cm_value_each(value, measure_named, &table);
	print_head(&table, true);
	cm_value_each(value, print_named, &table);
}

static void
print_rows(const struct cm_value *array)
{
	static struct table table;
	size_t i;

	memset(&table, 0, sizeof table);
	for (i = 0; i < cm_value_length(array); i++)
		measure_row(&table, NULL, cm_value_at(array, i));
	print_head(&table, false);
	for (i = 0; i < cm_value_length(array); i++)
		print_row(&table, NULL, cm_value_at(array, i));
}

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
	char text[CELL_TEXT];
	size_t i;

	if (has_rows(array)) {
		print_rows(array);
		return;
	}
	for (i = 0; i < cm_value_length(array); i++)
		printf("%s\n", cell_text(cm_value_at(array, i), text));
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
	char text[NAME_TEXT];

	if (is_scalar(value)) {
		survey->scalars++;
		if (width_of(key_text(key, text)) > survey->width)
			survey->width = width_of(text);
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
	char text[CELL_TEXT], name[NAME_TEXT];
	const char *code;

	if (!is_scalar(value))
		return;
	code = colour_of(cell_text(value, text));
	key_text(key, name);
	printf("%s%*s  ", name, survey->width - width_of(name), "");
	if (code != NULL)
		colour(code);
	printf("%s", text);
	if (code != NULL)
		colour("0");
	putchar('\n');
}

static void print_object(const struct cm_value *object, const char *title);

/* What stands in an object under a title of its own: the way to it. */
static void
print_section(void *arg, const char *key, const struct cm_value *value)
{
	const char *title = arg;
	char way[TITLE_TEXT], name[NAME_TEXT];

	if (is_scalar(value))
		return;
	snprintf(way, sizeof way, "%s%s%s", title, *title != '\0' ? ", " : "", key_text(key, name));
	if (cm_value_is_object(value)) {
		print_object(value, way);
		return;
	}
	putchar('\n');
	colour("1");
	printf("%s:", way);
	colour("0");
	putchar('\n');
	print_array(value);
}

static void
print_object(const struct cm_value *object, const char *title)
{
	struct survey survey = { .alike = true };
	bool rows;

	cm_value_each(object, survey_key, &survey);
	rows = survey.scalars == 0 && survey.objects > 1 && survey.alike;
	if (*title != '\0' && (survey.scalars > 0 || rows || cm_value_count(object) == 0)) {
		putchar('\n');
		colour("1");
		printf("%s:", title);
		colour("0");
		putchar('\n');
	}
	if (cm_value_count(object) == 0)
		printf("none\n");
	if (rows) {
		print_named_rows(object);
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

	coloured = isatty(STDOUT_FILENO) && cm_setting("NO_COLOR") == NULL && kind != NULL && strcmp(kind, "dumb") != 0;
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
