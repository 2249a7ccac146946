/* text: bytes that come from outside. */
#ifndef CM_TEXT_H
#define CM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether bytes are well-formed UTF-8 (RFC 3629: no surrogates, nothing over-long, nothing above U+10FFFF). */
bool cm_utf8_valid(const char *text, size_t bytes);

/* A copy with U+FFFD for each byte that is not part of a character; the caller frees.  NULL for want of memory. */
char *cm_utf8_repair(const char *text, size_t bytes);

/* Decodes %XX and '+' of a query string in place; the new length, or -1 at a malformed escape. */
long cm_percent_decode(char *text, size_t bytes);

/* A printable, shortened form of bytes for an error text: at most 64 characters, anything odd as '?'. */
enum { CM_SHOWN_TEXT = 72 };
char *cm_show(const char *text, size_t bytes, char out[CM_SHOWN_TEXT]);

/* The text, or "" for NULL. */
const char *cm_or_empty(const char *text);

#endif
