/* comma: comma-separated values by RFC 4180.  libcsv does the quoting; no other file includes it. */
#ifndef CM_COMMA_H
#define CM_COMMA_H

#include <stddef.h>

/* Writes one field into out, quoted where it must be; at most 2 * bytes + 2 are written.  The bytes written. */
size_t cm_comma_field(char *out, const char *text, size_t bytes);

#endif
