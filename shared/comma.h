/* comma: comma-separated values by RFC 4180.  libcsv does the quoting; no other file includes it. */
#ifndef CM_COMMA_H
#define CM_COMMA_H

#include <stdbool.h>
#include <stddef.h>

/* Copies text into out, which has room for bytes + 8, and tells whether it is a field as it is: ASCII without a NUL, and
 * nothing in it that asks for quotes. */
bool cm_comma_plain(char *out, const char *text, size_t bytes);

/* Writes one field into out, quoted where it must be; at most 2 * bytes + 2 are written.  The bytes written. */
size_t cm_comma_field(char *out, const char *text, size_t bytes);

#endif
