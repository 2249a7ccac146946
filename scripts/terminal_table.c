/* terminal_table: rows of values as a table; see terminal_table.h. */
#include "config.h"

#include "terminal_table.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "terminal_cell.h"

enum { COLUMNS_MAX = 64 };

/* A table while it is made: its columns in the order in which rows first have them. */
struct table {
	size_t columns;
	char keys[COLUMNS_MAX][CM_NAME_TEXT];
	int widths[COLUMNS_MAX];
	bool texts[COLUMNS_MAX];	/* not all of it are numbers */
	int name_width;			/* of rows that have names */
	const char *prefix;		/* of the keys of an object in a row */
};

static size_t
column_of(struct table *table, const char *key)
{
	char name[CM_NAME_TEXT];
	size_t i;

	snprintf(name, sizeof name, "%.60s%s%.60s", table->prefix != NULL ? table->prefix : "", table->prefix != NULL ? " " : "", key);
	for (i = 0; i < table->columns; i++)
		if (strcmp(table->keys[i], name) == 0)
			return i;
	if (table->columns == COLUMNS_MAX)
		return COLUMNS_MAX;
	strcpy(table->keys[i], name);
	table->texts[i] = false;
	table->widths[i] = cm_width_of(name);
	table->columns++;
	return i;
}

/* A key of a row, or of an object that stands in it. */
static void
each_cell(void *arg, const char *key, const struct cm_value *value)
{
	struct table *table = arg;
	char text[CM_CELL_TEXT];
	double number;
	size_t column;
	int width;

	if (table->prefix == NULL && value != NULL && cm_value_is_object(value) && cm_value_count(value) > 0) {
		table->prefix = key;
		cm_value_each(value, each_cell, table);
		table->prefix = NULL;
	} else if ((column = column_of(table, key)) < COLUMNS_MAX) {
		width = cm_width_of(cm_cell_text(value, text));
		if (width > table->widths[column])
			table->widths[column] = width;
		if (value != NULL && !cm_value_number(value, &number))
			table->texts[column] = true;
	}
}

static void
measure_row(struct table *table, const char *name, const struct cm_value *row)
{
	char text[CM_NAME_TEXT];

	if (name != NULL && cm_width_of(cm_key_text(name, text)) > table->name_width)
		table->name_width = cm_width_of(text);
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
	int blanks = table->widths[column] - cm_width_of(text);

	if (!table->texts[column])
		printf("%*s", blanks, "");
	cm_print_coloured(text, code);
	if (table->texts[column] && column + 1 < table->columns)
		printf("%*s", blanks, "");
	fputs(column + 1 < table->columns ? "  " : "\n", stdout);
}

/* The cell of a row; the keys of an object in it begin with the object's. */
static const struct cm_value *
find_cell(const struct cm_value *row, const char *key)
{
	const char *blank = strchr(key, ' ');
	char outer[CM_NAME_TEXT];

	if (cm_value_has(row, key) || blank == NULL)
		return cm_value_get(row, key);
	snprintf(outer, sizeof outer, "%.*s", (int)(blank - key), key);
	return cm_value_get(cm_value_get(row, outer), blank + 1);
}

static void
print_row(const struct table *table, const char *name, const struct cm_value *row)
{
	char text[CM_CELL_TEXT], key[CM_NAME_TEXT];
	size_t i;

	if (name != NULL) {
		cm_key_text(name, key);
		printf("%s%*s  ", key, table->name_width - cm_width_of(key), "");
	}
	for (i = 0; i < table->columns; i++) {
		cm_cell_text(find_cell(row, table->keys[i]), text);
		print_cell(table, i, text, cm_colour_of(text));
	}
}

static void
print_head(struct table *table, bool named)
{
	char key[CM_NAME_TEXT];
	size_t i;

	drop_outer(table);
	if (named)
		printf("%*s  ", table->name_width, "");
	for (i = 0; i < table->columns; i++)
		print_cell(table, i, cm_key_text(table->keys[i], key), "1");
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

void
cm_table_named(const struct cm_value *value)
{
	static struct table table;

	memset(&table, 0, sizeof table);
	cm_value_each(value, measure_named, &table);
	print_head(&table, true);
	cm_value_each(value, print_named, &table);
}

void
cm_table_rows(const struct cm_value *array)
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
