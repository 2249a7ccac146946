/* terminal_cell: values as text for people, in UTF-8, with no control character of what a database holds. */
#ifndef CM_TERMINAL_CELL_H
#define CM_TERMINAL_CELL_H

#include <stdbool.h>

#include "json.h"

enum { CM_NAME_TEXT = 128, CM_CELL_MAX = 60, CM_CELL_TEXT = 4 * CM_CELL_MAX + 8 };

/* Whether the terminal shows colours, and would. */
extern bool cm_coloured;

/* Prints a text in the colour of an SGR code; NULL: in none. */
void cm_print_coloured(const char *text, const char *code);

/* The code of a word that says how things are, such as failed; NULL: of any other. */
const char *cm_colour_of(const char *text);

/* How many columns a text takes. */
int cm_width_of(const char *text);

/* A value as it is shown: a text without its quotes, nothing as -, and of a long one its beginning.  Returns out. */
char *cm_cell_text(const struct cm_value *value, char out[CM_CELL_TEXT]);

/* The name of a key for people; returns out. */
char *cm_key_text(const char *key, char out[CM_NAME_TEXT]);

/* Whether it is neither an object nor an array. */
bool cm_is_scalar(const struct cm_value *value);

#endif
