/* postgres_text: how values are written for PostgreSQL: as arrays, and as rows of COPY. */
#ifndef CM_POSTGRES_TEXT_H
#define CM_POSTGRES_TEXT_H

#include <stddef.h>

#include "store.h"

/* {1,2,NULL} or {"a","b"} of `count` binds, each `width` after the one before; the caller frees.  NULL for want of memory. */
char *cm_postgres_array(const struct cm_bind *bind, size_t width, size_t count);

/* The same of bytes, in the form in which a server takes an array as bytes; *length: how many that are. */
char *cm_postgres_bytes_array(const struct cm_bind *bind, size_t width, size_t count, int *length);

/* A row that is being written; zeros at first. */
struct cm_postgres_row {
	char *text;
	size_t bytes;
	size_t room;
};

/* Adds a value to a row of COPY's text format; NULL: null.  CM_ENOMEM. */
int cm_postgres_field(struct cm_postgres_row *row, const char *value);

/* Ends a row: the last tab becomes a line feed. */
void cm_postgres_row_end(struct cm_postgres_row *row);

#endif
