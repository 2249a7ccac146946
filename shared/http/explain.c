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

void
cm_explain_text(const struct cm_store *store, struct cm_reply *reply)
{
	const struct cm_note *notes;
	const char *line;
	size_t count, i;

	notes = cm_store_notes(store, &count);
	for (i = 0; i < count; i++) {
		cm_reply_print(reply, "# explain: %" PRId64 " rows, %.3f ms\n", notes[i].rows, notes[i].milliseconds);
		for (line = notes[i].statement; line != NULL && *line != '\0'; line += strcspn(line, "\n") + (strchr(line, '\n') != NULL))
			cm_reply_print(reply, "#   %.*s\n", (int)strcspn(line, "\n"), line);
	}
}
