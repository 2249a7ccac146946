/*
 * told: a row of a voice app's table, read into what it tells of a call, a step or a spoken line.
 *
 * The same of every engine and of whatever type a column has: an instant is a text (RFC 3339, or without an offset in the zone that
 * attach was told) or Unix seconds, a length a number, a flag a number or a word.
 */
#ifndef CM_TOLD_H
#define CM_TOLD_H

#include "app_tables.h"
#include "json.h"
#include "unit.h"
#include "zone.h"

/* A row's key: a number, or a text; on a server, where a column holds one type only, a number is also known by its digits. */
struct cm_row_key {
	bool is_number;
	int64_t number;
	const char *text;		/* NULL: it is known by its number, or where it is none, the row has no key */
};

struct cm_told {
	struct cm_row_key key;
	bool there;			/* false: the row is gone */
	const char *fault;		/* the first column that makes no sense; NULL: none */
	bool counts;			/* it tells enough to be a fact */
	int64_t checksum;		/* of what was read */
	const char *call_id;
	cm_us at;			/* of a step or line */
	struct cm_unit_call call;	/* of calls */
	int kind;			/* of a step: its number in cm_kinds; -1 none */
	int64_t duration_us;
	const char *body;		/* of a step: its metadata; of a line: its words */
	const char *speaker;
};

/* What reading needs besides the row. */
struct cm_teller {
	struct cm_unit *unit;		/* for vocabulary; texts are copied into its arena */
	struct cm_json_reader *json;
	struct cm_zone *zone;		/* of instants without an offset; NULL: UTC */
	int64_t seed;			/* of checksums: what rows are read by */
};

/* Reads the row that rows stand on.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_told_read(struct cm_teller *teller, enum cm_source source, const struct cm_rows *rows, struct cm_told *told);

#endif
