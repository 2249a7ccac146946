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

/* Copies eight bytes; whether they are plain but for blanks.  7-bit bytes plus 0x7f have their top bit set unless 0. */
static bool
copy_eight(char *out, const char *text)
{
	uint64_t eight, differ;

	memcpy(&eight, text, sizeof eight);
	memcpy(out, &eight, sizeof eight);
	differ = (eight + EACH(0x7f)) & ((eight ^ EACH('"')) + EACH(0x7f)) & ((eight ^ EACH(',')) + EACH(0x7f)) &
	    ((eight ^ EACH('\r')) + EACH(0x7f)) & ((eight ^ EACH('\n')) + EACH(0x7f));
	return (eight & EACH(0x80)) == 0 && (differ & EACH(0x80)) == EACH(0x80);
}

bool
cm_comma_plain(char *out, const char *text, size_t bytes)
{
	char few[sizeof(uint64_t)] = { 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x' };
	bool plain;
	size_t i;

	if (bytes > 0 && (text[0] == ' ' || text[bytes - 1] == ' '))
		return false;
	if (bytes < sizeof few) {
		for (i = 0; i < bytes; i++)
			few[i] = text[i];
		return copy_eight(out, few);
	}
	/* The last eight overlap those before them. */
	plain = copy_eight(out + bytes - sizeof few, text + bytes - sizeof few);
	for (i = 0; plain && i + sizeof few < bytes; i += sizeof few)
		plain = copy_eight(out + i, text + i);
	return plain;
}

size_t
cm_comma_field(char *out, const char *text, size_t bytes)
{
	if (needs_quotes(text, bytes))
		return csv_write(out, 2 * bytes + 2, text, bytes);
	memcpy(out, text, bytes);
	return bytes;
}
