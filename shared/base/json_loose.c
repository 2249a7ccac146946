/* json_loose: reads what others keep as JSON although it is not quite; see json.h. */
#include "config.h"

#include <string.h>

#include "arena.h"
#include "error.h"
#include "json.h"

/* The length of a number that JSON does not have, as Python's json writes them; 0: none. */
static size_t
odd_number(const char *text)
{
	static const char *const words[] = { "NaN", "Infinity", "-Infinity" };
	size_t i;

	for (i = 0; i < nitems(words); i++)
		if (strncmp(text, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	return 0;
}

/* Such numbers become null (or 0, where there is no room), and what may only stand escaped in a string a blank; whether there were any. */
static bool
mend(char *text)
{
	bool quoted = false, found = false;
	size_t bytes;

	for (; *text != '\0'; text++) {
		if (*text == '"') {
			quoted = !quoted;
		} else if (quoted && (unsigned char)*text < ' ') {
			*text = ' ';
			found = true;
		} else if (quoted && *text == '\\' && text[1] != '\0') {
			text++;
		} else if (!quoted && (bytes = odd_number(text)) > 0) {
			memset(text, ' ', bytes);
			memcpy(text, bytes < 4 ? "0" : "null", bytes < 4 ? 1 : 4);
			text += bytes - 1;
			found = true;
		}
	}
	return found;
}

int
cm_json_read_loosely(struct cm_json_reader *reader, struct cm_arena *arena, const char *text, struct cm_value **out)
{
	size_t bytes = strlen(text);
	const char *why;
	char *mended;
	int rc = cm_json_read(reader, text, bytes, out, &why);

	if (rc != CM_EPARAM)
		return rc;
	*out = NULL;
	if ((mended = cm_arena_copy(arena, text, bytes)) == NULL)
		return CM_ENOMEM;
	rc = mend(mended) ? cm_json_read(reader, mended, bytes, out, &why) : 0;
	if (rc == CM_EPARAM)
		*out = NULL;
	return rc == CM_EPARAM ? 0 : rc;
}
