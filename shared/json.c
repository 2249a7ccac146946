/* json: JSON documents by json-c; see json.h. */
#include "config.h"

#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <json-c/json_visit.h>

#include "error.h"
#include "text.h"

enum { DEPTH_MAX = 16, READ_DEPTH_MAX = 32 };

struct cm_json {
	json_object *stack[DEPTH_MAX];
	int depth;		/* of the innermost open object or array */
	bool failed;
};

struct cm_json *
cm_json_new(void)
{
	struct cm_json *json = calloc(1, sizeof *json);

	if (json == NULL || (json->stack[0] = json_object_new_object()) == NULL) {
		free(json);
		return NULL;
	}
	return json;
}

void
cm_json_free(struct cm_json *json)
{
	if (json == NULL)
		return;
	json_object_put(json->stack[0]);
	free(json);
}

void
cm_json_clear(struct cm_json *json)
{
	json_object_put(json->stack[0]);
	json->stack[0] = json_object_new_object();
	json->depth = 0;
	json->failed = json->stack[0] == NULL;
}

/* Puts a value where the writer stands; takes it over. */
static void
put(struct cm_json *json, const char *key, json_object *value, bool wanted)
{
	json_object *into = json->stack[json->depth];
	int rc;

	if (json->failed || (value == NULL && wanted)) {
		json->failed = true;
		json_object_put(value);
		return;
	}
	if (json_object_is_type(into, json_type_array))
		rc = json_object_array_add(into, value);
	else
		rc = json_object_object_add_ex(into, key, value, JSON_C_OBJECT_ADD_KEY_IS_NEW);
	if (rc != 0) {
		json->failed = true;
		json_object_put(value);
	}
}

static void
push(struct cm_json *json, const char *key, json_object *value)
{
	put(json, key, value, true);
	if (json->failed || json->depth + 1 == DEPTH_MAX) {
		json->failed = true;
		return;
	}
	json->stack[++json->depth] = value;
}

void
cm_json_object(struct cm_json *json, const char *key)
{
	push(json, key, json_object_new_object());
}

void
cm_json_array(struct cm_json *json, const char *key)
{
	push(json, key, json_object_new_array());
}

void
cm_json_end(struct cm_json *json)
{
	if (json->depth > 0)
		json->depth--;
}

void
cm_json_int(struct cm_json *json, const char *key, int64_t value)
{
	put(json, key, json_object_new_int64(value), true);
}

void
cm_json_bool(struct cm_json *json, const char *key, bool value)
{
	put(json, key, json_object_new_boolean(value), true);
}

void
cm_json_null(struct cm_json *json, const char *key)
{
	put(json, key, NULL, false);
}

void
cm_json_text(struct cm_json *json, const char *key, const char *text)
{
	char *clean;

	if (text == NULL) {
		cm_json_null(json, key);
	} else if (cm_utf8_valid(text, strlen(text))) {
		put(json, key, json_object_new_string(text), true);
	} else {
		clean = cm_utf8_repair(text, strlen(text));
		put(json, key, clean != NULL ? json_object_new_string(clean) : NULL, true);
		free(clean);
	}
}

static void
put_number(struct cm_json *json, const char *key, double value, const char *text)
{
	put(json, key, json_object_new_double_s(value, text), true);
}

void
cm_json_decimal(struct cm_json *json, const char *key, double value, int places)
{
	char text[64];

	if (!isfinite(value)) {
		cm_json_null(json, key);
		return;
	}
	snprintf(text, sizeof text, "%.*f", places, value);
	put_number(json, key, value, strtod(text, NULL) == 0 ? (places > 0 ? "0.0" : "0") : text);
}

char *
cm_decimal_text(int64_t value_us, int places, char text[CM_DECIMAL_TEXT])
{
	uint64_t left = value_us < 0 ? -(uint64_t)value_us : (uint64_t)value_us;
	char digits[CM_DECIMAL_TEXT], *at = text;
	int count = 0, kept = 0;

	/* The digits from the right, without the zeros that end the fraction but for its first. */
	for (; left > 0 || count <= places; left /= 10, count++)
		digits[count] = (char)('0' + left % 10);
	while (kept < places - 1 && digits[kept] == '0')
		kept++;
	if (value_us < 0)
		*at++ = '-';
	while (count > kept) {
		if (count == places)
			*at++ = '.';
		*at++ = digits[--count];
	}
	*at = '\0';
	return text;
}

void
cm_json_seconds(struct cm_json *json, const char *key, int64_t value_us)
{
	char text[CM_DECIMAL_TEXT];

	put_number(json, key, (double)value_us / 1e6, cm_decimal_text(value_us, 6, text));
}

void
cm_json_milliseconds(struct cm_json *json, const char *key, int64_t value_us)
{
	char text[CM_DECIMAL_TEXT];

	put_number(json, key, (double)value_us / 1e3, cm_decimal_text(value_us, 3, text));
}

void
cm_json_time(struct cm_json *json, const char *key, cm_us at)
{
	char text[CM_TIME_TEXT];

	cm_json_text(json, key, cm_time_text(at, text));
}

/* Stops at NaN and the infinities, which json-c reads and writes but JSON has not. */
static int
stop_at_no_number(json_object *value, int flags, json_object *parent, const char *key, size_t *index, void *found)
{
	(void)flags;
	(void)parent;
	(void)key;
	(void)index;
	if (!json_object_is_type(value, json_type_double) || isfinite(json_object_get_double(value)))
		return JSON_C_VISIT_RETURN_CONTINUE;
	*(bool *)found = true;
	return JSON_C_VISIT_RETURN_STOP;
}

static bool
is_json(json_object *value)
{
	bool no_number = false;

	if (!json_object_is_type(value, json_type_object) && !json_object_is_type(value, json_type_array))
		return false;
	return json_c_visit(value, 0, stop_at_no_number, &no_number) == 0 && !no_number;
}

void
cm_json_raw(struct cm_json *json, const char *key, const char *text)
{
	json_object *value = NULL;
	json_tokener *tokener = NULL;

	if (text != NULL && *text != '\0' && cm_utf8_valid(text, strlen(text)) && (tokener = json_tokener_new()) != NULL) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		value = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
	}
	if (!is_json(value)) {
		json_object_put(value);
		value = NULL;
	}
	if (tokener != NULL)
		json_tokener_free(tokener);
	put(json, key, value, false);
}

const char *
cm_json_print(struct cm_json *json, bool pretty, size_t *length)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE | (pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : 0);

	if (json->failed)
		return NULL;
	return json_object_to_json_string_length(json->stack[0], flags, length);
}

struct cm_json_reader *
cm_json_reader_new(void)
{
	json_tokener *tokener = json_tokener_new_ex(READ_DEPTH_MAX);

	if (tokener != NULL)
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	return (struct cm_json_reader *)tokener;
}

void
cm_json_reader_free(struct cm_json_reader *reader)
{
	if (reader != NULL)
		json_tokener_free((json_tokener *)reader);
}

/* What json-c calls a failure, for the sender. */
static const char *
reading_failure(enum json_tokener_error error)
{
	switch (error) {
	case json_tokener_continue:
		return "the JSON ends too early";
	case json_tokener_error_depth:
		return "the JSON is nested deeper than 32 levels";
	case json_tokener_error_size:
		return "the JSON is too large";
	default:
		return "this is not well-formed JSON";
	}
}

int
cm_json_read(struct cm_json_reader *reader, const char *text, size_t bytes, struct cm_value **out, const char **why)
{
	json_tokener *tokener = (json_tokener *)reader;
	json_object *value;
	bool no_number = false;
	size_t end;

	if (!cm_utf8_valid(text, bytes) || memchr(text, '\0', bytes) != NULL) {
		*why = "this is not UTF-8 text";
		return CM_EPARAM;
	}
	json_tokener_reset(tokener);
	value = json_tokener_parse_ex(tokener, text, (int)bytes);
	end = json_tokener_get_parse_end(tokener);
	if (json_tokener_get_error(tokener) != json_tokener_success) {
		*why = reading_failure(json_tokener_get_error(tokener));
		return CM_EPARAM;
	}
	if (end + strspn(text + end, " \t\r\n") < bytes)
		*why = "something follows the JSON text";
	else if (value != NULL && (json_c_visit(value, 0, stop_at_no_number, &no_number) != 0 || no_number))
		*why = "this is not well-formed JSON";
	else {
		*out = (struct cm_value *)value;
		return 0;
	}
	json_object_put(value);
	return CM_EPARAM;
}

void
cm_value_free(struct cm_value *value)
{
	json_object_put((json_object *)value);
}

/* json-c takes no pointers to const; reading leaves the value as it is. */
static json_object *
object_of(const struct cm_value *value)
{
	return (json_object *)(uintptr_t)value;
}

bool
cm_value_is_object(const struct cm_value *value)
{
	return json_object_is_type(object_of(value), json_type_object);
}

const struct cm_value *
cm_value_get(const struct cm_value *value, const char *key)
{
	json_object *found = NULL;

	if (value == NULL || !cm_value_is_object(value))
		return NULL;
	json_object_object_get_ex(object_of(value), key, &found);
	return (const struct cm_value *)found;
}

const char *
cm_value_text(const struct cm_value *value, size_t *bytes)
{
	if (!json_object_is_type(object_of(value), json_type_string))
		return NULL;
	*bytes = (size_t)json_object_get_string_len(object_of(value));
	return json_object_get_string(object_of(value));
}

bool
cm_value_number(const struct cm_value *value, double *out)
{
	json_object *number = object_of(value);

	if (!json_object_is_type(number, json_type_int) && !json_object_is_type(number, json_type_double))
		return false;
	*out = json_object_get_double(number);
	return isfinite(*out);
}

bool
cm_value_flag(const struct cm_value *value, bool *out)
{
	if (!json_object_is_type(object_of(value), json_type_boolean))
		return false;
	*out = json_object_get_boolean(object_of(value));
	return true;
}

const char *
cm_value_print(const struct cm_value *value, size_t *bytes)
{
	return json_object_to_json_string_length(object_of(value), JSON_C_TO_STRING_NOSLASHESCAPE, bytes);
}
