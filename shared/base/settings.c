/* settings: what the environment configures; see settings.h. */
#include "config.h"

#include "settings.h"

#include <errno.h>
#include <stdlib.h>

const char *
cm_setting(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

int64_t
cm_setting_int(const char *name, int64_t fallback, int64_t min, int64_t max)
{
	const char *text = cm_setting(name);
	char *end;
	long long value;

	if (text == NULL)
		return fallback;
	errno = 0;
	value = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && value >= min && value <= max ? value : fallback;
}
