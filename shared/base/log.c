/* log: structured lines on standard error; see log.h. */
#include "config.h"

#include "log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "json.h"
#include "settings.h"

enum { TEXT_BYTES = 1024, TEXT_BYTES_LEAST = 16 };

static const char *const level_names[] = {
	[CM_DEBUG] = "DEBUG", [CM_INFO] = "INFO", [CM_WARNING] = "WARNING", [CM_ERROR] = "ERROR",
	[CM_ERROR + 1] = "NONE",
};

const char cm_as_seconds[] = "s", cm_as_milliseconds[] = "ms";

bool
cm_log_lets(enum cm_level level)
{
	const char *name = cm_setting("CALLMETRICS_LOG_LEVEL");
	size_t i;

	for (i = 0; name != NULL && i < nitems(level_names); i++)
		if (strcmp(name, level_names[i]) == 0)
			return (size_t)level >= i;
	return level >= CM_INFO;
}

/* Writes a text of at most so many bytes; what is longer ends in "...", and not within a character. */
static void
put_text(struct cm_json *json, const char *name, const char *text, size_t most)
{
	char cut[TEXT_BYTES + 4];
	size_t length = strnlen(text, most + 1);

	if (length <= most) {
		cm_json_text(json, name, text);
		return;
	}
	for (length = most; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80; length--)
		continue;
	memcpy(cut, text, length);
	strcpy(cut + length, "...");
	cm_json_text(json, name, cut);
}

static void
put_field(struct cm_json *json, const struct cm_field *field, size_t most)
{
	if (field->text == NULL)
		cm_json_int(json, field->name, field->number);
	else if (field->text == cm_as_seconds)
		cm_json_seconds(json, field->name, field->number);
	else if (field->text == cm_as_milliseconds)
		cm_json_milliseconds(json, field->name, field->number);
	else
		put_text(json, field->name, field->text, most);
}

/* One write a line, so that lines of several workers do not mix. */
static int
write_line(int fd, const char *line, size_t length)
{
	char whole[CM_LOG_BYTES];
	ssize_t wrote;

	memcpy(whole, line, length);
	whole[length] = '\n';
	do
		wrote = write(fd, whole, length + 1);
	while (wrote < 0 && errno == EINTR);
	return wrote == (ssize_t)length + 1 ? 0 : CM_EIO;
}

int
cm_log_write(int fd, enum cm_level level, const char *logger, const char *message, const struct cm_field *fields)
{
	struct cm_json *json = cm_json_new();
	const struct cm_field *field;
	const char *line = NULL;
	size_t most, length = 0;
	cm_us now = cm_now_us();
	int rc = CM_ENOMEM;

	if (json == NULL)
		return CM_ENOMEM;
	/* An escape takes up to six bytes, so the length is known only when the line is there. */
	for (most = TEXT_BYTES; most >= TEXT_BYTES_LEAST; most /= 2) {
		cm_json_clear(json);
		cm_json_time(json, "timestamp", now);
		cm_json_text(json, "level", level_names[level]);
		put_text(json, "logger", logger, most);
		put_text(json, "message", message, most);
		for (field = fields; field != NULL && field->name != NULL; field++)
			put_field(json, field, most);
		if ((line = cm_json_print(json, false, &length)) == NULL || length < CM_LOG_BYTES)
			break;
	}
	if (line != NULL && length < CM_LOG_BYTES)
		rc = write_line(fd, line, length);
	cm_json_free(json);
	return rc;
}

void
cm_log(enum cm_level level, const char *logger, const char *message, const struct cm_field *fields)
{
	int saved = errno;

	if (cm_log_lets(level))
		cm_log_write(STDERR_FILENO, level, logger, message, fields);
	errno = saved;
}
