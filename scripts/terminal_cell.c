/* terminal_cell: values as text for people; see terminal_cell.h. */
#include "config.h"

#include "terminal_cell.h"

#include <stdio.h>
#include <string.h>

#include "error.h"

bool cm_coloured;

void
cm_print_coloured(const char *text, const char *code)
{
	if (cm_coloured && code != NULL)
		printf("\033[%sm%s\033[0m", code, text);
	else
		fputs(text, stdout);
}

/* Words that say how things are, and their colours. */
static const struct {
	const char *word;
	const char *code;
} words[] = {
	{ "healthy", "32" }, { "completed", "32" }, { "ok", "32" }, { "degraded", "31" }, { "failed", "31" }, { "timeout", "31" },
	{ "cancelled", "33" }, { "active", "36" },
};

const char *
cm_colour_of(const char *text)
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

int
cm_width_of(const char *text)
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

char *
cm_cell_text(const struct cm_value *value, char out[CM_CELL_TEXT])
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
		if (width > CM_CELL_MAX) {
			used += (size_t)sprintf(out + used, "…");
			break;
		}
		out[used++] = is_control(text + i) ? '?' : text[i];
		i += out[used - 1] == '?' && (unsigned char)text[i] == 0xc2;
	}
	out[used] = '\0';
	return out;
}

bool
cm_is_scalar(const struct cm_value *value)
{
	return value == NULL || (!cm_value_is_object(value) && !cm_value_is_array(value));
}

char *
cm_key_text(const char *key, char out[CM_NAME_TEXT])
{
	char *c;

	snprintf(out, CM_NAME_TEXT, "%s", key);
	for (c = out; *c != '\0'; c++)
		if (*c == '_' || is_control(c))
			*c = *c == '_' ? ' ' : '?';
	return out;
}
