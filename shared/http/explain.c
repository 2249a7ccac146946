/* explain: the statements behind an answer; see explain.h. */
#include "config.h"

#include "explain.h"

#include <inttypes.h>
#include <string.h>

void
cm_explain_json(const struct cm_store *store, struct cm_json *json)
{
	const struct cm_note *notes;
	size_t count, i;

	notes = cm_store_notes(store, &count);
	cm_json_array(json, "explain");
	for (i = 0; i < count; i++) {
		cm_json_object(json, NULL);
		cm_json_text(json, "statement", notes[i].statement);
		cm_json_int(json, "rows", notes[i].rows);
		cm_json_decimal(json, "milliseconds", notes[i].milliseconds, 3);
		cm_json_end(json);
	}
	cm_json_end(json);
}

static void
comment(const struct cm_note *note, struct cm_reply *reply)
{
	const char *line;

	cm_reply_print(reply, "# explain: %" PRId64 " rows, %.3f ms\n", note->rows, note->milliseconds);
	for (line = note->statement; line != NULL && *line != '\0'; line += strcspn(line, "\n") + (strchr(line, '\n') != NULL))
		cm_reply_print(reply, "#   %.*s\n", (int)strcspn(line, "\n"), line);
}

/* The escapes are those of the OpenMetrics specification, 1.0, "Escaping". */
static void
family(const struct cm_note *note, size_t number, struct cm_reply *reply)
{
	const char *at = note->statement != NULL ? note->statement : "";

	cm_reply_print(reply, "# TYPE callmetrics_explain_%zu unknown\n", number);
	cm_reply_print(reply, "# HELP callmetrics_explain_%zu %" PRId64 " rows, %.3f ms\\n", number, note->rows, note->milliseconds);
	for (; *at != '\0'; at++)
		cm_reply_print(reply, "%s%c", strchr("\\\"\n", *at) != NULL ? "\\" : "", *at == '\n' ? 'n' : *at);
	cm_reply_print(reply, "\n");
}

void
cm_explain_text(const struct cm_store *store, struct cm_reply *reply, bool open_metrics)
{
	const struct cm_note *notes;
	size_t count, i;

	notes = cm_store_notes(store, &count);
	for (i = 0; i < count; i++)
		if (open_metrics)
			family(&notes[i], i + 1, reply);
		else
			comment(&notes[i], reply);
}
