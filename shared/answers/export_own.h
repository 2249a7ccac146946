/* export_own: an export under way, for export.c and export_csv.c. */
#ifndef CM_EXPORT_OWN_H
#define CM_EXPORT_OWN_H

#include "export.h"
#include "json.h"

/* What is written of a call, in the order of spec 1's CSV and then ours; the same as the columns of the statements. */
enum cm_export_column {
	CALL_ID, CALL_TYPE, CALLER_NUMBER, CALLEE_NUMBER, STARTED_AT, ENDED_AT, DURATION_SECONDS, STATUS, HAS_TRANSCRIPT,
	HAS_AUDIO, TENANT_ID, AGENT, PROVIDER, FAILURE_REASON, METADATA, COLUMNS,
};

extern const char *const cm_export_names[COLUMNS];

struct cm_output {
	struct cm_store *store;
	const struct cm_export *export;
	struct cm_reply *reply;
	int64_t count;
	struct cm_json *row;		/* of JSON */
	struct cm_export_csv *csv;
	char *buffer;
	size_t used;
	size_t room;
};

/* Makes room for so many bytes behind out->used; appends bytes.  CM_EGONE, CM_ENOMEM. */
int cm_output_reserve(struct cm_output *out, size_t bytes);
int cm_output_put(struct cm_output *out, const char *text, size_t bytes);

/* CSV: whether its labels are looked up rather than joined; the line of names; a call; and what is remembered for it. */
bool cm_export_csv_is_bare(const struct cm_export *export);
int cm_export_csv_begin(struct cm_output *out);
int cm_export_csv_row(struct cm_output *out, struct cm_rows *rows);
void cm_export_csv_free(struct cm_export_csv *csv);

#endif
