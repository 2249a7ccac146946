/* comma: comma-separated values; see comma.h. */
#include "config.h"

#include "comma.h"

#include <stdint.h>
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

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The same of eight bytes at once but for blanks: 7-bit bytes plus 0x7f have their top bit set unless they are 0. */
static bool
are_plain(const char *text)
{
	uint64_t eight, differ;

	memcpy(&eight, text, sizeof eight);
	if ((eight & EACH(0x80)) != 0)
		return false;
	differ = (eight + EACH(0x7f)) & ((eight ^ EACH('"')) + EACH(0x7f)) & ((eight ^ EACH(',')) + EACH(0x7f)) &
	    ((eight ^ EACH('\r')) + EACH(0x7f)) & ((eight ^ EACH('\n')) + EACH(0x7f));
	return (differ & EACH(0x80)) == EACH(0x80);
}

bool
cm_comma_is_plain(const char *text, size_t bytes)
{
	char last[sizeof(uint64_t)];
	size_t i;

	if (bytes > 0 && (text[0] == ' ' || text[bytes - 1] == ' '))
		return false;
	for (i = 0; i + sizeof last <= bytes; i += sizeof last)
		if (!are_plain(text + i))
			return false;
	memset(last, 'x', sizeof last);
	memcpy(last, text + i, bytes - i);
	return are_plain(last);
}

size_t
cm_comma_field(char *out, const char *text, size_t bytes)
{
	if (needs_quotes(text, bytes))
		return csv_write(out, 2 * bytes + 2, text, bytes);
	memcpy(out, text, bytes);
	return bytes;
}
