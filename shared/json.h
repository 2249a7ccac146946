/*
 * json: writes a JSON document value by value, and reads one.  json-c parses and indents; no other file includes it.
 *
 * A writer remembers its first failure (CM_ENOMEM); its calls need no checking one by one.  In an object every value has a
 * key; in an array the key is NULL.  Text that is not UTF-8 is written with U+FFFD for the bytes that are wrong.
 */
#ifndef CM_JSON_H
#define CM_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"

struct cm_json;

/* A writer whose root is an object; done by cm_json_free, which takes NULL.  NULL for want of memory. */
struct cm_json *cm_json_new(void);
void cm_json_free(struct cm_json *json);

void cm_json_object(struct cm_json *json, const char *key);
void cm_json_array(struct cm_json *json, const char *key);
/* Ends the innermost object or array. */
void cm_json_end(struct cm_json *json);

void cm_json_int(struct cm_json *json, const char *key, int64_t value);
void cm_json_bool(struct cm_json *json, const char *key, bool value);
void cm_json_null(struct cm_json *json, const char *key);
/* NULL text is null. */
void cm_json_text(struct cm_json *json, const char *key, const char *text);
/* Rounded to so many places; NaN is null. */
void cm_json_decimal(struct cm_json *json, const char *key, double value, int places);
/* Microseconds as exact seconds ("30.5") or exact milliseconds. */
void cm_json_seconds(struct cm_json *json, const char *key, int64_t value_us);
void cm_json_milliseconds(struct cm_json *json, const char *key, int64_t value_us);
/* RFC 3339 with milliseconds. */
void cm_json_time(struct cm_json *json, const char *key, cm_us at);
/* A value that is JSON text already: an object or array goes in as such, anything else, or nothing, as null. */
void cm_json_raw(struct cm_json *json, const char *key, const char *text);

/* The document so far, as one line or indented; borrowed until the next call.  NULL for want of memory. */
const char *cm_json_print(struct cm_json *json, bool pretty, size_t *length);

/* Starts the document anew, keeping nothing. */
void cm_json_clear(struct cm_json *json);

/* value_us in units of 10^places microseconds, exact, without trailing zeros; returns text. */
enum { CM_DECIMAL_TEXT = 32 };
char *cm_decimal_text(int64_t value_us, int places, char text[CM_DECIMAL_TEXT]);

#endif
