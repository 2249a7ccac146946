/* json_value: what was read of a JSON document, and how it is printed; see json.h. */
#include "config.h"

#include "json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "json_own.h"

void
cm_document_free(struct cm_document *document)
{
	free(document->printed);
	free(document->text);
	free(document);
}

static struct cm_document *
document_of(const struct cm_value *value)
{
	const char *first = (const char *)(value - value->place);

	/* What is printed of a value is its document's, which is not const. */
	return (struct cm_document *)(uintptr_t)(first - offsetof(struct cm_document, values));
}

void
cm_value_free(struct cm_value *value)
{
	if (value != NULL)
		cm_document_free(document_of(value));
}

static bool
is_kind(const struct cm_value *value, enum cm_value_kind kind)
{
	return value != NULL && value->kind == kind;
}

bool
cm_value_is_object(const struct cm_value *value)
{
	return is_kind(value, CM_OBJECT);
}

bool
cm_value_is_array(const struct cm_value *value)
{
	return is_kind(value, CM_ARRAY);
}

static const struct cm_value *
unless_null(const struct cm_value *value)
{
	return value->kind != CM_NULL ? value : NULL;
}

static const struct cm_value *
member(const struct cm_value *object, const char *key)
{
	const struct cm_value *end = object + object->span, *at;

	for (at = object + 1; at < end; at += at->span)
		if (*at->key == *key && strcmp(at->key, key) == 0 && !at->gone && strlen(at->key) == at->key_bytes)
			return at;
	return NULL;
}

const struct cm_value *
cm_value_get(const struct cm_value *value, const char *key)
{
	const struct cm_value *found = cm_value_is_object(value) ? member(value, key) : NULL;

	return found != NULL ? unless_null(found) : NULL;
}

bool
cm_value_has(const struct cm_value *value, const char *key)
{
	return cm_value_is_object(value) && member(value, key) != NULL;
}

size_t
cm_value_count(const struct cm_value *value)
{
	return value->count;
}

size_t
cm_value_length(const struct cm_value *value)
{
	return value->count;
}

const struct cm_value *
cm_value_at(const struct cm_value *value, size_t i)
{
	for (value++; i > 0; i--)
		value += value->span;
	return unless_null(value);
}

void
cm_value_each(const struct cm_value *value, void (*each)(void *arg, const char *key, const struct cm_value *value), void *arg)
{
	const struct cm_value *end = value + value->span, *at;

	for (at = value + 1; at < end; at += at->span)
		if (!at->gone)
			each(arg, at->key, unless_null(at));
}

const char *
cm_value_text(const struct cm_value *value, size_t *bytes)
{
	if (!is_kind(value, CM_STRING))
		return NULL;
	*bytes = value->bytes;
	return value->text;
}

bool
cm_value_number(const struct cm_value *value, double *out)
{
	if (!is_kind(value, CM_NUMBER))
		return false;
	*out = strtod(value->text, NULL);
	return isfinite(*out);
}

bool
cm_value_flag(const struct cm_value *value, bool *out)
{
	if (!is_kind(value, CM_TRUE) && !is_kind(value, CM_FALSE))
		return false;
	*out = value->kind == CM_TRUE;
	return true;
}

/* What is being printed, into its document's memory. */
struct printing {
	struct cm_document *document;
	size_t used;
	bool indents;
	bool failed;
};

/* Room for so many bytes more, and NUL; NULL for want of memory. */
static char *
room_for(struct printing *printing, size_t bytes)
{
	struct cm_document *document = printing->document;

	if (!printing->failed)
		printing->failed = !cm_array_reserve(&document->printed, &document->printed_room, printing->used + bytes + 1, 1);
	return printing->failed ? NULL : document->printed + printing->used;
}

static void
put(struct printing *printing, const char *text, size_t bytes)
{
	char *at = room_for(printing, bytes);

	if (at == NULL)
		return;
	memcpy(at, text, bytes);
	printing->used += bytes;
}

static void
put_string(struct printing *printing, const char *text, size_t bytes)
{
	char *at = room_for(printing, CM_JSON_ESCAPED(bytes));

	if (at != NULL)
		printing->used += (size_t)(cm_json_escape(text, bytes, at) - at);
}

static void
put_line(struct printing *printing, int level)
{
	if (!printing->indents)
		return;
	put(printing, "\n", 1);
	for (; level > 0; level--)
		put(printing, "  ", 2);
}

static void put_value(struct printing *printing, const struct cm_value *value, int level);

static void
put_held(struct printing *printing, const struct cm_value *value, int level)
{
	const struct cm_value *end = value + value->span, *at;
	bool is_object = value->kind == CM_OBJECT;
	size_t left = value->count;

	put(printing, is_object ? "{" : "[", 1);
	for (at = value + 1; at < end; at += at->span) {
		if (at->gone)
			continue;
		put_line(printing, level + 1);
		if (is_object) {
			put_string(printing, at->key, at->key_bytes);
			put(printing, ": ", printing->indents ? 2 : 1);
		}
		put_value(printing, at, level + 1);
		if (--left > 0)
			put(printing, ",", 1);
	}
	if (value->count > 0)
		put_line(printing, level);
	put(printing, is_object ? "}" : "]", 1);
}

static void
put_value(struct printing *printing, const struct cm_value *value, int level)
{
	static const char *const words[] = { [CM_NULL] = "null", [CM_FALSE] = "false", [CM_TRUE] = "true" };

	if (value->kind == CM_ARRAY || value->kind == CM_OBJECT)
		put_held(printing, value, level);
	else if (value->kind == CM_STRING)
		put_string(printing, value->text, value->bytes);
	else if (value->kind == CM_NUMBER)
		put(printing, value->text, value->bytes);
	else
		put(printing, words[value->kind], strlen(words[value->kind]));
}

static const char *
print(const struct cm_value *value, bool indents, size_t *bytes)
{
	struct printing printing = { .document = document_of(value), .indents = indents };

	put_value(&printing, value, 0);
	if (printing.failed)
		return NULL;
	printing.document->printed[printing.used] = '\0';
	*bytes = printing.used;
	return printing.document->printed;
}

const char *
cm_value_print(const struct cm_value *value, size_t *bytes)
{
	return print(value, false, bytes);
}

const char *
cm_value_indent(const struct cm_value *value, size_t *bytes)
{
	return print(value, true, bytes);
}
