/* postgres_text: how values are written for PostgreSQL; see postgres_text.h. */
#include "config.h"

#include "postgres_text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "error.h"

enum { NUMBER_TEXT = 24, BYTES_TYPE = 17 };

static size_t
array_bytes(const struct cm_bind *bind, size_t width, size_t count)
{
	size_t bytes = 3;

	for (; count > 0; count--, bind += width)
		bytes += bind->type != CM_BIND_TEXT || bind->text == NULL ? NUMBER_TEXT : 3 + 2 * strlen(bind->text);
	return bytes;
}

static char *
put_quoted(char *to, const char *text)
{
	*to++ = '"';
	for (; *text != '\0'; *to++ = *text++)
		if (*text == '"' || *text == '\\')
			*to++ = '\\';
	*to++ = '"';
	return to;
}

char *
cm_postgres_array(const struct cm_bind *bind, size_t width, size_t count)
{
	char *array = malloc(array_bytes(bind, width, count)), *to = array;

	if (array == NULL)
		return NULL;
	*to++ = '{';
	for (; count > 0; count--, bind += width) {
		if (bind->type == CM_BIND_INT)
			to += sprintf(to, "%" PRId64, bind->number);
		else if (bind->type == CM_BIND_TEXT && bind->text != NULL)
			to = put_quoted(to, bind->text);
		else
			to = stpcpy(to, "NULL");
		if (count > 1)
			*to++ = ',';
	}
	strcpy(to, "}");
	return array;
}

/* Four bytes, the highest first. */
static char *
put_int(char *to, size_t number)
{
	int shift;

	for (shift = 24; shift >= 0; shift -= 8)
		*to++ = (char)(number >> shift);
	return to;
}

char *
cm_postgres_bytes_array(const struct cm_bind *bind, size_t width, size_t count, int *length)
{
	static const size_t head[] = { 1, 0, BYTES_TYPE };	/* of one dimension, none is null, what they are */
	size_t i, bytes = sizeof(int32_t) * (nitems(head) + 2 + count);
	char *array, *to;

	for (i = 0; i < count; i++)
		bytes += (size_t)bind[i * width].number;
	if (bytes > INT_MAX || (array = to = malloc(bytes)) == NULL)
		return NULL;
	for (i = 0; i < nitems(head); i++)
		to = put_int(to, head[i]);
	to = put_int(put_int(to, count), 1);
	for (i = 0; i < count; i++, bind += width) {
		to = put_int(to, (size_t)bind->number);
		if (bind->number > 0)
			to = mempcpy(to, bind->text, (size_t)bind->number);
	}
	*length = (int)bytes;
	return array;
}

/* The letter that stands for a character after a backslash; 0: it stands for itself. */
static char
letter_of(char c)
{
	switch (c) {
	case '\\':
		return '\\';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

int
cm_postgres_field(struct cm_postgres_row *row, const char *value)
{
	char *to;

	if (!cm_array_reserve(&row->text, &row->room, row->bytes + (value == NULL ? 0 : 2 * strlen(value)) + 4, 1))
		return CM_ENOMEM;
	to = row->text + row->bytes;
	if (value == NULL)
		to = stpcpy(to, "\\N");
	for (; value != NULL && *value != '\0'; value++) {
		char letter = letter_of(*value);

		if (letter != 0)
			*to++ = '\\';
		*to++ = letter != 0 ? letter : *value;
	}
	*to++ = '\t';
	row->bytes = (size_t)(to - row->text);
	return 0;
}

void
cm_postgres_row_end(struct cm_postgres_row *row)
{
	row->text[row->bytes - 1] = '\n';
}
