/*
 * json: writes a JSON document value by value, and reads one.
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
#include "ratio.h"

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
/* Rounded to so many places, half to even; NaN is null.  For what is measured; a sum over a count goes by cm_json_ratio. */
void cm_json_decimal(struct cm_json *json, const char *key, double value, int places);
/* To so many places, in integers and half up; null where it is no number. */
void cm_json_ratio(struct cm_json *json, const char *key, struct cm_ratio ratio, int places);
/* The change from one to another in per cent, to one place; null where there is none to tell. */
void cm_json_change(struct cm_json *json, const char *key, struct cm_ratio now, struct cm_ratio before);
/* Microseconds as exact seconds ("30.5") or exact milliseconds. */
void cm_json_seconds(struct cm_json *json, const char *key, int64_t value_us);
void cm_json_milliseconds(struct cm_json *json, const char *key, int64_t value_us);
/* RFC 3339 with milliseconds. */
void cm_json_time(struct cm_json *json, const char *key, cm_us at);
/* A value that is JSON text already: an object or array goes in as such; anything else, nothing, or more than any sender may give (it
 * would take many times its size to read) as null. */
enum { CM_JSON_RAW_MOST = 256 * 1024 };
void cm_json_raw(struct cm_json *json, const char *key, const char *text);

/* The document so far, as one line or indented; borrowed until the next call.  NULL for want of memory. */
const char *cm_json_print(struct cm_json *json, bool pretty, size_t *length);

/* Starts the document anew, keeping nothing. */
void cm_json_clear(struct cm_json *json);

/*
 * Reading.  A reader is kept for many documents; a value belongs to its document and is borrowed until that is freed.  A key that
 * stands twice in an object counts as it stands last.
 */
struct cm_arena;
struct cm_json_reader;
struct cm_value;

/* For documents nested so deep at most.  NULL for want of memory. */
struct cm_json_reader *cm_json_reader_new(int depth);
void cm_json_reader_free(struct cm_json_reader *reader);

/* Reads one strict JSON text (RFC 8259) of so many bytes.  CM_EPARAM: *why says what is wrong with it, a sentence without its first
 * capital and full stop; CM_ENOMEM.  *out may be NULL, for null.  The caller frees.  Tabs and ends of lines are taken in strings,
 * half of a pair of surrogates is read as U+FFFD, and a fraction or power that no double holds is no number. */
int cm_json_read(struct cm_json_reader *reader, const char *text, size_t bytes, struct cm_value **out, const char **why);
/* The same of a text that others keep as JSON although it is not quite: NaN and Infinity, as Python writes them, are null, and in a string
 * ends of lines and the like are blanks.  NULL in *out, and 0, where it makes no sense all the same. */
int cm_json_read_loosely(struct cm_json_reader *reader, struct cm_arena *arena, const char *text, struct cm_value **out);
void cm_value_free(struct cm_value *value);

bool cm_value_is_object(const struct cm_value *value);
bool cm_value_is_array(const struct cm_value *value);
/* The value of a key; NULL where there is none, where it is null, or where value is NULL or no object. */
const struct cm_value *cm_value_get(const struct cm_value *value, const char *key);
/* Whether an object has a key, be it null, and how many keys it has. */
bool cm_value_has(const struct cm_value *value, const char *key);
size_t cm_value_count(const struct cm_value *value);
/* How many elements an array has, and one of them, found from the first one on; NULL for null. */
size_t cm_value_length(const struct cm_value *value);
const struct cm_value *cm_value_at(const struct cm_value *value, size_t i);
/* Calls a function for each key of an object, in their order; value is NULL for null. */
void cm_value_each(const struct cm_value *value, void (*each)(void *arg, const char *key, const struct cm_value *value), void *arg);
/* A string and its length, which may include NUL; NULL where it is none. */
const char *cm_value_text(const struct cm_value *value, size_t *bytes);
/* A finite number; false where it is none. */
bool cm_value_number(const struct cm_value *value, double *out);
/* true or false; false where it is neither. */
bool cm_value_flag(const struct cm_value *value, bool *out);
/* As one line of JSON, a number as it was written; borrowed until the next call for a value of the same document.  NULL for want of
 * memory. */
const char *cm_value_print(const struct cm_value *value, size_t *bytes);
/* The same, indented over several lines. */
const char *cm_value_indent(const struct cm_value *value, size_t *bytes);

/* value_us in units of 10^places microseconds, exact, without trailing zeros; returns text. */
enum { CM_DECIMAL_TEXT = 32 };
char *cm_decimal_text(int64_t value_us, int places, char text[CM_DECIMAL_TEXT]);

#endif
