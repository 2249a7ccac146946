/* json_own: a JSON document as it lies in memory, and the escapes of its strings. */
#ifndef CM_JSON_OWN_H
#define CM_JSON_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cm_value {
	const char *key;	/* in an object */
	const char *text;	/* of a string; of a number, as it was written */
	uint32_t key_bytes;
	uint32_t bytes;		/* of the text */
	uint32_t place;		/* in its document */
	uint32_t span;		/* values from here on that belong to it, itself among them */
	uint32_t count;		/* of members or elements */
	enum cm_value_kind { CM_NULL, CM_FALSE, CM_TRUE, CM_NUMBER, CM_STRING, CM_ARRAY, CM_OBJECT } kind;
	bool gone;		/* its key comes again */
};

/* Values stand in the order of their text, members and elements behind what holds them. */
struct cm_document {
	char *text;		/* what was read, in which strings are decoded where they stand */
	char *printed;
	size_t printed_room;
	size_t room;		/* for so many values */
	uint32_t count;
	struct cm_value values[];
};

void cm_document_free(struct cm_document *document);

/* Writes text as a JSON string; where it ends.  `at` has room for CM_JSON_ESCAPED(bytes). */
#define CM_JSON_ESCAPED(bytes) (6 * (bytes) + 2)
char *cm_json_escape(const char *text, size_t bytes, char *at);

#endif
