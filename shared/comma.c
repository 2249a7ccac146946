/* comma: comma-separated values; see comma.h. */
#include "config.h"

#include "comma.h"

#include <stdbool.h>
#include <string.h>

#include <csv.h>

static bool
needs_quotes(const char *text, size_t bytes)
{
	size_t i;

	if (bytes > 0 && (text[0] == ' ' || text[bytes - 1] == ' '))
		return true;
	for (i = 0; i < bytes; i++)
		if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n')
			return true;
	return false;
}

size_t
cm_comma_field(char *out, const char *text, size_t bytes)
{
	if (needs_quotes(text, bytes))
		return csv_write(out, 2 * bytes + 2, text, bytes);
	memcpy(out, text, bytes);
	return bytes;
}
