/* json_read: reads JSON documents by json-c, which no other file includes; see json.h. */
#include "config.h"

#include "json.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <json-c/json.h>
#include <json-c/json_object_iterator.h>
#include <json-c/json_visit.h>

#include "error.h"
#include "text.h"

struct cm_json_reader *
cm_json_reader_new(int depth)
{
	json_tokener *tokener = json_tokener_new_ex(depth);

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
		return "the JSON is nested too deep";
	case json_tokener_error_size:
		return "the JSON is too large";
	default:
		return "this is not well-formed JSON";
	}
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

/* Control characters other than blanks, which json-c takes within strings but JSON does not. */
static bool
has_control(const char *text, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		if ((unsigned char)text[i] < 0x20 && text[i] != '\t' && text[i] != '\r' && text[i] != '\n')
			return true;
	return false;
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
	if (has_control(text, bytes)) {
		*why = "this is not well-formed JSON";
		return CM_EPARAM;
	}
	json_tokener_reset(tokener);
	value = json_tokener_parse_ex(tokener, text, (int)bytes);
	end = json_tokener_get_parse_end(tokener);
	/* Without memory for a locale it does not begin at all, and calls that a success. */
	if (value == NULL && end == 0 && bytes > 0 && json_tokener_get_error(tokener) == json_tokener_success)
		return CM_ENOMEM;
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

bool
cm_value_is_array(const struct cm_value *value)
{
	return json_object_is_type(object_of(value), json_type_array);
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

bool
cm_value_has(const struct cm_value *value, const char *key)
{
	return json_object_object_get_ex(object_of(value), key, NULL);
}

size_t
cm_value_count(const struct cm_value *value)
{
	return (size_t)json_object_object_length(object_of(value));
}

size_t
cm_value_length(const struct cm_value *value)
{
	return json_object_array_length(object_of(value));
}

const struct cm_value *
cm_value_at(const struct cm_value *value, size_t i)
{
	return (const struct cm_value *)json_object_array_get_idx(object_of(value), i);
}

void
cm_value_each(const struct cm_value *value, void (*each)(void *arg, const char *key, const struct cm_value *value), void *arg)
{
	struct json_object_iterator at = json_object_iter_begin(object_of(value)), end = json_object_iter_end(object_of(value));

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		each(arg, json_object_iter_peek_name(&at), (const struct cm_value *)json_object_iter_peek_value(&at));
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

const char *
cm_value_indent(const struct cm_value *value, size_t *bytes)
{
	const int flags = JSON_C_TO_STRING_NOSLASHESCAPE | JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;

	return json_object_to_json_string_length(object_of(value), flags, bytes);
}
