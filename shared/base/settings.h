/* settings: what the environment configures.  The only reader of the environment. */
#ifndef CM_SETTINGS_H
#define CM_SETTINGS_H

#include <stdint.h>

/* The value of a variable, or NULL where it is unset or empty.  Borrowed. */
const char *cm_setting(const char *name);

/* The same as a whole number; fallback where it is unset or no number from min to max. */
int64_t cm_setting_int(const char *name, int64_t fallback, int64_t min, int64_t max);

#endif
