/* log: structured lines on standard error; see log.h. */
#include "config.h"

#include "log.h"

#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "json.h"
#include "settings.h"

static const char *const level_names[] = {
	[CM_DEBUG] = "DEBUG", [CM_INFO] = "INFO", [CM_WARNING] = "WARNING", [CM_ERROR] = "ERROR",
	[CM_ERROR + 1] = "NONE",
};

static int
least_level(void)
{
	const char *name = cm_setting("CALLMETRICS_LOG_LEVEL");
	size_t i;

	for (i = 0; name != NULL && i < nitems(level_names); i++)
		if (strcmp(name, level_names[i]) == 0)
			return (int)i;
	return CM_INFO;
}

void
cm_log(enum cm_level level, const char *logger, const char *message, const struct cm_field *fields)
{
	struct cm_json *json;
	const char *line;
	size_t length;

	if ((int)level < least_level() || (json = cm_json_new()) == NULL)
		return;
	cm_json_time(json, "timestamp", cm_now_us());
	cm_json_text(json, "level", level_names[level]);
	cm_json_text(json, "logger", logger);
	cm_json_text(json, "message", message);
	for (; fields != NULL && fields->name != NULL; fields++) {
		if (fields->text != NULL)
			cm_json_text(json, fields->name, fields->text);
		else
			cm_json_int(json, fields->name, fields->number);
	}
	if ((line = cm_json_print(json, false, &length)) != NULL) {
		/* One write a line, so that lines of several workers do not mix. */
		char whole[4096];

		if (length > sizeof whole - 1)
			length = sizeof whole - 1;
		memcpy(whole, line, length);
		whole[length] = '\n';
		if (write(STDERR_FILENO, whole, length + 1) < 0)
			length = 0;
	}
	cm_json_free(json);
}
