/* import_own: what the parts of the import share. */
#ifndef CM_IMPORT_OWN_H
#define CM_IMPORT_OWN_H

#include "csv_text.h"
#include "import.h"
#include "event.h"
#include "json.h"
#include "import_text.h"
#include "unit.h"

enum cm_import_columns {
	CM_AT_CALL_ID, CM_AT_CALL_TYPE, CM_AT_CALLER_NUMBER, CM_AT_CALLEE_NUMBER, CM_AT_STARTED_AT, CM_AT_ENDED_AT, CM_AT_DURATION,
	CM_AT_STATUS, CM_AT_HAS_TRANSCRIPT, CM_AT_HAS_AUDIO, CM_AT_TENANT_ID, CM_AT_AGENT, CM_AT_PROVIDER, CM_AT_FAILURE_REASON,
	CM_AT_METADATA, CM_AT_AGENT_VERSION, CM_IMPORT_COLUMNS
};

/* A run of the import. */
struct cm_importing {
	struct cm_unit *unit;			/* of the transaction */
	cm_us pruned_before;
	struct cm_arena arena;			/* of the texts that the set borrows */
	struct cm_json_reader *json;
	bool dry_run;
	int field_of[CM_IMPORT_COLUMNS];	/* where each column is in a record; -1: nowhere */
	size_t field_count;			/* of a record */
	char why[160];				/* a line is not taken */
};

enum cm_import_verdict { CM_IMPORT_ADDED, CM_IMPORT_CHANGED, CM_IMPORT_KNOWN, CM_IMPORT_REJECTED };

/* Takes one record, in a transaction: what came of it, or an error of the store.  .why says why one is rejected. */
int cm_import_record(struct cm_importing *importing, const struct cm_csv_record *record);

/* Whose call a record tells of; *call_id is NULL where it is not to be read.  CM_ENOMEM. */
int cm_import_key(struct cm_importing *importing, const struct cm_csv_record *record, const char **tenant_id, const char **call_id);

/* Finds the columns in a file's first record, by a map: 0 or CM_EPARAM, and then *problem says why. */
int cm_import_head(struct cm_importing *importing, const struct cm_csv_record *head, const char *const *maps,
    struct cm_import_result *result);

#endif
