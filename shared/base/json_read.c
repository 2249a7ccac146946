/*
 * json_read: reads JSON documents; see json.h.
 *
 * The text is copied once and read in place: a string is decoded where it stands, which never makes it longer, and a number stays as
 * it was written.  The copy ends with NUL, which is no part of any JSON text, so that nothing needs to look for the end;
 * it is so often there that eight characters may be looked at together.
 */
#include "config.h"

#include "json.h"

#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json_own.h"
#include "text.h"

enum { FIRST_VALUES = 32, PAIRED_MOST = 24, SURE_NUMBER_BYTES = 300, ENDING_BYTES = 8 };

struct cm_json_reader {
	int depth;
};

struct reading {
	char *at;
	struct cm_document *document;
	int depth;		/* that is left */
	const char *why;
};

struct cm_json_reader *
cm_json_reader_new(int depth)
{
	struct cm_json_reader *reader = malloc(sizeof *reader);

	if (reader != NULL)
		reader->depth = depth;
	return reader;
}

void
cm_json_reader_free(struct cm_json_reader *reader)
{
	free(reader);
}

static int
refuse(struct reading *reading, const char *why)
{
	reading->why = why;
	return CM_EPARAM;
}

/* What stands here cannot; or nothing does. */
static int
spoilt(struct reading *reading, const char *at)
{
	return refuse(reading, *at == '\0' ? "the JSON ends too early" : "this is not well-formed JSON");
}

static char *
skip_blanks(char *at)
{
	while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')
		at++;
	return at;
}

/* A value more; its place, or an error. */
static int64_t
add_value(struct reading *reading)
{
	struct cm_document *document = reading->document;

	if (document->count == document->room) {
		size_t room = 2 * document->room;

		if ((document = realloc(document, sizeof *document + room * sizeof *document->values)) == NULL)
			return CM_ENOMEM;
		document->room = room;
		reading->document = document;
	}
	document->values[document->count] = (struct cm_value){ .place = document->count, .span = 1 };
	return document->count++;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits; -1 where they are none, and then *at is what is none. */
static int32_t
read_unit(char **at)
{
	int32_t unit = 0;
	int i, digit;

	for (i = 0; i < 4; i++, ++*at) {
		if ((digit = hex_digit(**at)) < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static char *
put_character(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
		return to;
	}
	if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
	} else {
		if (code < 0x10000) {
			*to++ = (char)(0xe0 | code >> 12);
		} else {
			*to++ = (char)(0xf0 | code >> 18);
			*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (code & 0x3f));
	return to;
}

/* What follows \u: a character, of two units (RFC 8259, 7) where one does not do.  Half of a pair is U+FFFD. */
static int
read_character(struct reading *reading, char **at, char **to)
{
	int32_t unit = read_unit(at), low;
	uint32_t code = (uint32_t)unit;
	char *next;

	if (unit < 0)
		return spoilt(reading, *at);
	if (unit >= 0xd800 && unit <= 0xdfff) {
		code = 0xfffd;
		if (unit < 0xdc00 && (*at)[0] == '\\' && (*at)[1] == 'u') {
			next = *at + 2;
			if ((low = read_unit(&next)) < 0)
				return spoilt(reading, next);
			if (low >= 0xdc00 && low <= 0xdfff) {
				code = 0x10000 + (((uint32_t)unit & 0x3ff) << 10 | ((uint32_t)low & 0x3ff));
				*at = next;
			}
		}
	}
	*to = put_character(*to, code);
	return 0;
}

/* What follows a backslash. */
static int
read_escape(struct reading *reading, char **at, char **to)
{
	static const char meant[128] = {
		['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
	};
	unsigned char letter = (unsigned char)**at;

	if (letter == 'u') {
		++*at;
		return read_character(reading, at, to);
	}
	if (letter >= sizeof meant || meant[letter] == '\0')
		return spoilt(reading, *at);
	*(*to)++ = meant[letter];
	++*at;
	return 0;
}

/* The first of eight characters that is below a blank, a quote or a backslash, as its highest bit; others only behind it. */
static uint64_t
odd_of(uint64_t eight)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), quotes = eight ^ ones * '"', backslashes = eight ^ ones * '\\';

	return (((eight - ones * ' ') & ~eight) | ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes)) & ones * 0x80;
}

/* The end of what needs no look within a string; seen eight at a glance. */
static char *
plain_end(char *at)
{
	uint64_t eight, odd;

	for (;; at += sizeof eight) {
		memcpy(&eight, at, sizeof eight);
		if ((odd = odd_of(le64toh(eight))) != 0)
			return at + __builtin_ctzll(odd) / 8;
	}
}

/* Reads a string behind its quote, and ends it with NUL.  Tabs and ends of lines stand for themselves: a CSV's cells hold such. */
static int
read_string(struct reading *reading, const char **text, uint32_t *bytes)
{
	char *start = reading->at, *at = plain_end(start), *to = at, *plain;
	int rc;

	while (*at == '\\' || *at == '\n' || *at == '\r' || *at == '\t') {
		plain = at++;
		if (*plain == '\\') {
			if ((rc = read_escape(reading, &at, &to)) < 0)
				return rc;
			plain = at;
		}
		at = plain_end(at);
		memmove(to, plain, (size_t)(at - plain));
		to += at - plain;
	}
	if (*at != '"')
		return spoilt(reading, at);
	*to = '\0';
	*text = start;
	*bytes = (uint32_t)(to - start);
	reading->at = at + 1;
	return 0;
}

static char *
skip_digits(char *at)
{
	while (*at >= '0' && *at <= '9')
		at++;
	return at;
}

/* Reads a number by the grammar (RFC 8259, 6).  One with a fraction or an exponent is a double, and has to be finite. */
static int
read_number(struct reading *reading, struct cm_value *value)
{
	char *at = reading->at, *digits = at + (*at == '-'), *end;
	bool is_double = false, has_exponent = false;

	end = *digits == '0' ? digits + 1 : skip_digits(digits);
	if (end > digits && *end == '.') {
		is_double = true;
		end = skip_digits(digits = end + 1);
	}
	if (end > digits && (*end == 'e' || *end == 'E')) {
		is_double = has_exponent = true;
		digits = end + 1;
		digits += *digits == '-' || *digits == '+';
		end = skip_digits(digits);
	}
	if (end == digits)
		return spoilt(reading, end);
	value->kind = CM_NUMBER;
	value->text = at;
	value->bytes = (uint32_t)(end - at);
	if (is_double && (has_exponent || value->bytes > SURE_NUMBER_BYTES) && !isfinite(strtod(at, NULL)))
		return refuse(reading, "this is not well-formed JSON");
	reading->at = end;
	return 0;
}

static int
read_word(struct reading *reading, const char *word, enum cm_value_kind kind, struct cm_value *value)
{
	char *at = reading->at;

	for (; *word != '\0'; word++, at++)
		if (*at != *word)
			return spoilt(reading, at);
	value->kind = kind;
	reading->at = at;
	return 0;
}

static int read_value(struct reading *reading, uint32_t place);

/* Reads a value within the array or object at a place; its own place, or an error. */
static int64_t
read_held(struct reading *reading, uint32_t holder, const char *key, uint32_t key_bytes)
{
	int64_t place;
	int rc;

	reading->at = skip_blanks(reading->at);
	if (reading->depth == 0)
		return refuse(reading, "the JSON is nested too deep");
	if ((place = add_value(reading)) < 0)
		return place;
	reading->document->values[place].key = key;
	reading->document->values[place].key_bytes = key_bytes;
	reading->document->values[holder].count++;
	reading->depth--;
	rc = read_value(reading, (uint32_t)place);
	reading->depth++;
	return rc < 0 ? rc : place;
}

/* Goes on behind a value: 1 where another one follows, 0 behind the end of what holds it, or an error. */
static int
next_held(struct reading *reading, char end)
{
	char *at = skip_blanks(reading->at);

	if (*at != ',' && *at != end)
		return spoilt(reading, at);
	reading->at = at + 1;
	return *at == ',';
}

/* Whether nothing is held. */
static bool
ends_at_once(struct reading *reading, char end)
{
	reading->at = skip_blanks(reading->at + 1);
	if (*reading->at != end)
		return false;
	reading->at++;
	return true;
}

static int
read_array(struct reading *reading, uint32_t place)
{
	int64_t held;
	int rc = 1;

	if (ends_at_once(reading, ']'))
		return 0;
	while (rc > 0) {
		if ((held = read_held(reading, place, NULL, 0)) < 0)
			return (int)held;
		rc = next_held(reading, ']');
	}
	return rc;
}

static bool
is_same_key(const struct cm_value *a, const struct cm_value *b)
{
	return a->key_bytes == b->key_bytes && memcmp(a->key, b->key, a->key_bytes) == 0;
}

static void
leave_out(struct cm_value *object, struct cm_value *member)
{
	object->count -= !member->gone;
	member->gone = true;
}

static int
by_key(const void *a, const void *b)
{
	const struct cm_value *x = *(struct cm_value *const *)a, *y = *(struct cm_value *const *)b;
	int order = memcmp(x->key, y->key, x->key_bytes < y->key_bytes ? x->key_bytes : y->key_bytes);

	if (order == 0)
		order = (x->key_bytes > y->key_bytes) - (x->key_bytes < y->key_bytes);
	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/* Of members with one key the last counts.  Sorted, so that an object of very many takes no more than it should. */
static int
leave_out_sorted(struct cm_value *object)
{
	struct cm_value **members = malloc(object->count * sizeof(struct cm_value *)), *member = object + 1;
	size_t i, count = object->count;

	if (members == NULL)
		return CM_ENOMEM;
	for (i = 0; i < count; i++, member += member->span)
		members[i] = member;
	qsort(members, count, sizeof *members, by_key);
	for (i = 1; i < count; i++)
		if (is_same_key(members[i - 1], members[i]))
			leave_out(object, members[i - 1]);
	free(members);
	return 0;
}

static int
leave_out_repeated(struct cm_value *object)
{
	struct cm_value *end = object + object->span, *member, *before;

	if (object->count > PAIRED_MOST)
		return leave_out_sorted(object);
	for (member = object + 1; member < end; member += member->span)
		for (before = object + 1; before < member; before += before->span)
			if (is_same_key(before, member))
				leave_out(object, before);
	return 0;
}

static int
read_object(struct reading *reading, uint32_t place)
{
	uint32_t key_bytes;
	const char *key;
	int64_t held;
	int rc = 1;

	if (ends_at_once(reading, '}'))
		return 0;
	while (rc > 0) {
		reading->at = skip_blanks(reading->at);
		if (*reading->at != '"')
			return spoilt(reading, reading->at);
		reading->at++;
		if ((rc = read_string(reading, &key, &key_bytes)) < 0)
			return rc;
		reading->at = skip_blanks(reading->at);
		if (*reading->at != ':')
			return spoilt(reading, reading->at);
		reading->at++;
		if ((held = read_held(reading, place, key, key_bytes)) < 0)
			return (int)held;
		rc = next_held(reading, '}');
	}
	reading->document->values[place].span = reading->document->count - place;
	return rc < 0 ? rc : leave_out_repeated(&reading->document->values[place]);
}

static int
read_value(struct reading *reading, uint32_t place)
{
	struct cm_value *value = &reading->document->values[place];
	int rc;

	switch (*reading->at) {
	case '"':
		value->kind = CM_STRING;
		reading->at++;
		return read_string(reading, &value->text, &value->bytes);
	case '{':
		value->kind = CM_OBJECT;
		return read_object(reading, place);
	case '[':
		value->kind = CM_ARRAY;
		rc = read_array(reading, place);
		reading->document->values[place].span = reading->document->count - place;
		return rc;
	case 't':
		return read_word(reading, "true", CM_TRUE, value);
	case 'f':
		return read_word(reading, "false", CM_FALSE, value);
	case 'n':
		return read_word(reading, "null", CM_NULL, value);
	default:
		return read_number(reading, value);
	}
}

static int
read_document(struct reading *reading)
{
	int64_t place = add_value(reading);
	int rc;

	if (place < 0)
		return (int)place;
	reading->at = skip_blanks(reading->at);
	if ((rc = read_value(reading, 0)) < 0)
		return rc;
	return *skip_blanks(reading->at) == '\0' ? 0 : refuse(reading, "something follows the JSON text");
}

/* A document without values, and its own copy of the text; NULL for want of memory. */
static struct cm_document *
new_document(const char *text, size_t bytes)
{
	struct cm_document *document = malloc(sizeof *document + FIRST_VALUES * sizeof *document->values);

	if (document == NULL)
		return NULL;
	*document = (struct cm_document){ .room = FIRST_VALUES, .text = malloc(bytes + ENDING_BYTES) };
	if (document->text == NULL) {
		free(document);
		return NULL;
	}
	memcpy(document->text, text, bytes);
	memset(document->text + bytes, 0, ENDING_BYTES);
	return document;
}

int
cm_json_read(struct cm_json_reader *reader, const char *text, size_t bytes, struct cm_value **out, const char **why)
{
	struct reading reading = { .depth = reader->depth - 1 };
	int rc;

	if (bytes > INT32_MAX || !cm_utf8_valid(text, bytes) || memchr(text, '\0', bytes) != NULL) {
		*why = bytes > INT32_MAX ? "the JSON is too large" : "this is not UTF-8 text";
		return CM_EPARAM;
	}
	if ((reading.document = new_document(text, bytes)) == NULL)
		return CM_ENOMEM;
	reading.at = reading.document->text;
	if ((rc = read_document(&reading)) < 0 || reading.document->values[0].kind == CM_NULL) {
		cm_document_free(reading.document);
		*(rc < 0 ? why : &reading.why) = reading.why;
		if (rc == 0)
			*out = NULL;
		return rc;
	}
	*out = reading.document->values;
	return 0;
}
