/* terminal_table: rows of values as a table, with the columns in the order in which rows first have them. */
#ifndef CM_TERMINAL_TABLE_H
#define CM_TERMINAL_TABLE_H

#include "json.h"

/* An array of objects: a row each. */
void cm_table_rows(const struct cm_value *array);

/* An object of objects that are alike: a row each, with its name. */
void cm_table_named(const struct cm_value *object);

#endif
