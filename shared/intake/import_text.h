/* import_text: instants, lengths and flags as other programs write them, in files and in tables of their own. */
#ifndef CM_IMPORT_TEXT_H
#define CM_IMPORT_TEXT_H

#include "clock.h"

/* An instant: RFC 3339 or Unix seconds; a time of day without an offset is UTC, and an offset may be whole hours. */
bool cm_import_time(const char *text, cm_us *out);

/* Decimal seconds, up to 366 days, as microseconds: exact, and half up beyond the sixth place. */
bool cm_import_seconds(const char *text, int64_t *out);

/* true, false, 1, 0, t, f, yes, no, in letters of any case. */
bool cm_import_flag(const char *text, bool *out);

#endif
