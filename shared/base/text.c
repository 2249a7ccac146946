/* text: bytes that come from outside; see text.h. */
#include "config.h"

#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The length of the character that starts at text, or 0 where none does. */
static size_t
character(const unsigned char *text, size_t left)
{
	static const struct {
		unsigned char mask, lead;
		size_t length;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 1, 0x0 }, { 0xe0, 0xc0, 2, 0x80 }, { 0xf0, 0xe0, 3, 0x800 }, { 0xf8, 0xf0, 4, 0x10000 },
	};
	uint32_t code;
	size_t form, i;

	for (form = 0; form < 4; form++)
		if ((text[0] & forms[form].mask) == forms[form].lead)
			break;
	if (form == 4 || forms[form].length > left)
		return 0;
	code = text[0] & (unsigned char)~forms[form].mask;
	for (i = 1; i < forms[form].length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < forms[form].least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return forms[form].length;
}

bool
cm_utf8_valid(const char *text, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)text;
	uint64_t eight;
	size_t length;

	for (; bytes > 0; at += length, bytes -= length) {
		/* Most text is ASCII, and eight bytes of it are seen at a glance. */
		if (bytes >= sizeof eight) {
			memcpy(&eight, at, sizeof eight);
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				length = sizeof eight;
				continue;
			}
		}
		if ((length = character(at, bytes)) == 0)
			return false;
	}
	return true;
}

char *
cm_utf8_repair(const char *text, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)text;
	char *out = malloc(3 * bytes + 1), *to = out;
	size_t length;

	if (out == NULL)
		return NULL;
	for (; bytes > 0; at += length, bytes -= length) {
		if ((length = character(at, bytes)) > 0) {
			memcpy(to, at, length);
			to += length;
		} else {
			memcpy(to, "\xef\xbf\xbd", 3);
			to += 3;
			length = 1;
		}
	}
	*to = '\0';
	return out;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) % 16 : -1;
}

long
cm_percent_decode(char *text, size_t bytes)
{
	size_t in, out = 0;
	int high, low;

	for (in = 0; in < bytes; in++) {
		char c = text[in];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			if (bytes - in < 3 || (high = hex_digit(text[in + 1])) < 0 || (low = hex_digit(text[in + 2])) < 0)
				return -1;
			c = (char)(high * 16 + low);
			in += 2;
		}
		text[out++] = c;
	}
	text[out] = '\0';
	return (long)out;
}

char *
cm_show(const char *text, size_t bytes, char out[CM_SHOWN_TEXT])
{
	size_t i;

	for (i = 0; i < bytes && i < 64; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	strcpy(out + i, bytes > 64 ? "..." : "");
	return out;
}

const char *
cm_or_empty(const char *text)
{
	return text != NULL ? text : "";
}
