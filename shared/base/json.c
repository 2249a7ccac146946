/* json: writes JSON documents; see json.h. */
#include "config.h"

#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "error.h"
#include "json_own.h"
#include "text.h"

enum { DEPTH_MAX = 16, ROOM_BYTES = 8192, PARSED_DEPTH = 64, DECIMAL_MAX = 336 };

/* The document is kept as its text, on one line; a tree of objects took a third of the work of a short answer. */
struct cm_json {
	char *text;		/* with room for what closes it */
	size_t used;
	size_t room;
	char closing[DEPTH_MAX];	/* of each open object or array */
	int depth;		/* of the innermost */
	bool follows;		/* the next value has one before it */
	bool failed;
	struct cm_value *indented;	/* what cm_json_print gave last, if it was indented */
};

struct cm_json *
cm_json_new(void)
{
	struct cm_json *json = calloc(1, sizeof *json);

	if (json == NULL || (json->text = malloc(ROOM_BYTES)) == NULL) {
		free(json);
		return NULL;
	}
	json->room = ROOM_BYTES;
	cm_json_clear(json);
	return json;
}

void
cm_json_free(struct cm_json *json)
{
	if (json == NULL)
		return;
	cm_value_free(json->indented);
	free(json->text);
	free(json);
}

void
cm_json_clear(struct cm_json *json)
{
	json->text[0] = '{';
	json->used = 1;
	json->closing[0] = '}';
	json->depth = 0;
	json->follows = false;
	json->failed = false;
}

/* Makes room for so many bytes, and what closes the document. */
static bool
reserve(struct cm_json *json, size_t bytes)
{
	if (!json->failed)
		json->failed = !cm_array_reserve(&json->text, &json->room, json->used + bytes + DEPTH_MAX + 1, 1);
	return !json->failed;
}

static void
append(struct cm_json *json, const char *bytes, size_t length)
{
	if (!reserve(json, length))
		return;
	memcpy(json->text + json->used, bytes, length);
	json->used += length;
}

/* What stands for a byte in a string: the letter behind the backslash, 'u' for a number, 0 for itself. */
static char
escape_of(unsigned char byte)
{
	static const char letters[] = { ['\b'] = 'b', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['\f'] = 'f' };

	if (byte >= ' ')
		return byte == '"' || byte == '\\' ? (char)byte : 0;
	return byte < sizeof letters && letters[byte] != 0 ? letters[byte] : 'u';
}

char *
cm_json_escape(const char *text, size_t bytes, char *at)
{
	static const char hex[] = "0123456789abcdef";
	size_t i, plain;

	*at++ = '"';
	for (i = 0; i < bytes; i++) {
		unsigned char byte;
		char escape;

		for (plain = i; plain < bytes && escape_of((unsigned char)text[plain]) == 0; plain++)
			continue;
		memcpy(at, text + i, plain - i);
		at += plain - i;
		if ((i = plain) == bytes)
			break;
		byte = (unsigned char)text[i];
		escape = escape_of(byte);
		*at++ = '\\';
		*at++ = escape;
		if (escape == 'u') {
			*at++ = '0';
			*at++ = '0';
			*at++ = hex[byte >> 4];
			*at++ = hex[byte & 15];
		}
	}
	*at++ = '"';
	return at;
}

static void
append_string(struct cm_json *json, const char *text)
{
	size_t length = strlen(text);

	if (reserve(json, CM_JSON_ESCAPED(length)))
		json->used = (size_t)(cm_json_escape(text, length, json->text + json->used) - json->text);
}

/* The comma and the key before a value. */
static void
begin_value(struct cm_json *json, const char *key)
{
	if (json->follows)
		append(json, ",", 1);
	json->follows = true;
	if (json->closing[json->depth] == ']')
		return;
	append_string(json, key);
	append(json, ":", 1);
}

static void
put(struct cm_json *json, const char *key, const char *value, size_t length)
{
	begin_value(json, key);
	append(json, value, length);
}

static void
push(struct cm_json *json, const char *key, const char *opening, char closing)
{
	put(json, key, opening, 1);
	if (json->depth + 1 == DEPTH_MAX)
		json->failed = true;
	if (json->failed)
		return;
	json->closing[++json->depth] = closing;
	json->follows = false;
}

void
cm_json_object(struct cm_json *json, const char *key)
{
	push(json, key, "{", '}');
}

void
cm_json_array(struct cm_json *json, const char *key)
{
	push(json, key, "[", ']');
}

void
cm_json_end(struct cm_json *json)
{
	if (json->depth == 0)
		return;
	append(json, &json->closing[json->depth--], 1);
	json->follows = true;
}

/* Writes value with its last `places` digits behind a point, but for the last `dropped` of them; where it ends. */
static char *
put_digits(int64_t value, int places, int dropped, char *at)
{
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char digits[CM_DECIMAL_TEXT];
	int count = 0;

	for (; left > 0 || count <= places; left /= 10)
		digits[count++] = (char)('0' + left % 10);
	if (value < 0)
		*at++ = '-';
	while (count > dropped) {
		if (count == places)
			*at++ = '.';
		*at++ = digits[--count];
	}
	*at = '\0';
	return at;
}

char *
cm_decimal_text(int64_t value_us, int places, char text[CM_DECIMAL_TEXT])
{
	int64_t left = value_us;
	int zeros = 0;

	/* The zeros that end the fraction go, but for its first digit. */
	for (; zeros < places - 1 && left % 10 == 0; left /= 10)
		zeros++;
	put_digits(value_us, places, zeros, text);
	return text;
}

void
cm_json_int(struct cm_json *json, const char *key, int64_t value)
{
	char text[CM_DECIMAL_TEXT];

	put(json, key, text, (size_t)(put_digits(value, 0, 0, text) - text));
}

void
cm_json_bool(struct cm_json *json, const char *key, bool value)
{
	put(json, key, value ? "true" : "false", value ? 4 : 5);
}

void
cm_json_null(struct cm_json *json, const char *key)
{
	put(json, key, "null", 4);
}

void
cm_json_text(struct cm_json *json, const char *key, const char *text)
{
	char *clean = NULL;

	if (text == NULL) {
		cm_json_null(json, key);
		return;
	}
	if (!cm_utf8_valid(text, strlen(text)) && (text = clean = cm_utf8_repair(text, strlen(text))) == NULL) {
		json->failed = true;
		return;
	}
	begin_value(json, key);
	append_string(json, text);
	free(clean);
}

/* A number of so many places; 0 is short. */
static void
put_places(struct cm_json *json, const char *key, int64_t number, int places)
{
	char text[CM_DECIMAL_TEXT];

	if (number == 0)
		put(json, key, "0.0", places > 0 ? 3 : 1);
	else
		put(json, key, text, (size_t)(put_digits(number, places, 0, text) - text));
}

/* value * 10^places as the nearest whole number, the even one of two as near, of the exact product, as printf rounds; false
 * where that is beyond the reach of a double's whole numbers. */
static bool
rounded(double value, int places, int64_t *out)
{
	static const double powers[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };
	double product, rest, whole, part;

	if (places < 0 || places >= (int)(sizeof powers / sizeof *powers))
		return false;
	product = value * powers[places];
	if (!(fabs(product) < 1e15))
		return false;
	rest = fma(value, powers[places], -product);	/* what the product lost */
	whole = floor(product);
	part = product - whole;
	*out = (int64_t)whole;
	if (part > 0.5 || (part == 0.5 && (rest > 0 || (rest == 0 && *out % 2 != 0))))
		++*out;
	return true;
}

void
cm_json_decimal(struct cm_json *json, const char *key, double value, int places)
{
	char text[DECIMAL_MAX];
	int64_t number;

	if (!isfinite(value))
		cm_json_null(json, key);
	else if (!rounded(value, places, &number))
		put(json, key, text, (size_t)snprintf(text, sizeof text, "%.*f", places, value));
	else
		put_places(json, key, number, places);
}

void
cm_json_ratio(struct cm_json *json, const char *key, struct cm_ratio ratio, int places)
{
	int64_t number;

	if (cm_ratio_round(ratio, places, &number))
		put_places(json, key, number, places);
	else
		cm_json_null(json, key);
}

void
cm_json_change(struct cm_json *json, const char *key, struct cm_ratio now, struct cm_ratio before)
{
	int64_t number;

	if (cm_ratio_change_pct(now, before, 1, &number))
		put_places(json, key, number, 1);
	else
		cm_json_null(json, key);
}

void
cm_json_seconds(struct cm_json *json, const char *key, int64_t value_us)
{
	char text[CM_DECIMAL_TEXT];

	cm_decimal_text(value_us, 6, text);
	put(json, key, text, strlen(text));
}

void
cm_json_milliseconds(struct cm_json *json, const char *key, int64_t value_us)
{
	char text[CM_DECIMAL_TEXT];

	cm_decimal_text(value_us, 3, text);
	put(json, key, text, strlen(text));
}

void
cm_json_time(struct cm_json *json, const char *key, cm_us at)
{
	char text[CM_TIME_TEXT];

	cm_json_text(json, key, cm_time_text(at, text));
}

/* Reads text that should be JSON: 0 or CM_ENOMEM, and *out is NULL where it is none. */
static int
read_text(const char *text, size_t bytes, struct cm_value **out)
{
	struct cm_json_reader *reader = cm_json_reader_new(PARSED_DEPTH);
	const char *why;
	int rc;

	*out = NULL;
	rc = reader != NULL ? cm_json_read(reader, text, bytes, out, &why) : CM_ENOMEM;
	cm_json_reader_free(reader);
	return rc == CM_ENOMEM ? rc : 0;
}

void
cm_json_raw(struct cm_json *json, const char *key, const char *text)
{
	struct cm_value *value = NULL;
	size_t length;

	if (text != NULL && *text != '\0' && strnlen(text, CM_JSON_RAW_MOST + 1) <= CM_JSON_RAW_MOST)
		json->failed |= read_text(text, strlen(text), &value) < 0;
	if (!cm_value_is_object(value) && !cm_value_is_array(value))
		cm_json_null(json, key);
	else if ((text = cm_value_print(value, &length)) != NULL)
		put(json, key, text, length);
	else
		json->failed = true;
	cm_value_free(value);
}

/* The document again, indented; NULL for want of memory. */
static const char *
indent(struct cm_json *json, size_t bytes, size_t *length)
{
	cm_value_free(json->indented);
	if (read_text(json->text, bytes, &json->indented) < 0 || json->indented == NULL)
		return NULL;
	return cm_value_indent(json->indented, length);
}

const char *
cm_json_print(struct cm_json *json, bool pretty, size_t *length)
{
	size_t end = json->used;
	int depth;

	if (json->failed)
		return NULL;
	for (depth = json->depth; depth >= 0; depth--)
		json->text[end++] = json->closing[depth];
	json->text[end] = '\0';
	if (pretty)
		return indent(json, end, length);
	*length = end;
	return json->text;
}
