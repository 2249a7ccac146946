/*
 * store: the database, whichever engine it is on.
 *
 * A statement is named after its file in sql/ and takes named parameters (:from).  A handle belongs to one thread; its
 * statements are prepared once and kept.  Nothing outside store_*.c includes an engine's header.
 */
#ifndef CM_STORE_H
#define CM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cm_store;
struct cm_rows;

enum cm_store_mode {
	CM_STORE_READ,		/* questions: cannot write */
	CM_STORE_WRITE,
	CM_STORE_BULK,		/* writes much; what was committed last may be lost in a power cut, never a part of it */
	CM_STORE_ADMIN,		/* attaching and the like: any SQLite file, attached or not */
	CM_STORE_CREATE,	/* the same, and makes the file where there is none */
	CM_STORE_RETENTION,	/* removes facts, and leaves the rollups as they are: no trigger runs */
};

enum { CM_BINDS_MAX = 24 };

struct cm_bind {
	const char *name;	/* without the colon */
	enum { CM_BIND_INT, CM_BIND_TEXT, CM_BIND_NULL } type;
	int64_t number;
	const char *text;	/* borrowed until the rows are done */
};

#define CM_INT_PARAM(n, v) { .name = (n), .type = CM_BIND_INT, .number = (v) }
#define CM_TEXT_PARAM(n, v) { .name = (n), .type = CM_BIND_TEXT, .text = (v) }

/*
 * Opens the database that `url` names (a path).  Cheap: the database is touched by the first cm_store_begin.  The caller
 * closes.  CM_ENOMEM.
 */
int cm_store_open(const char *url, enum cm_store_mode mode, struct cm_store **out);
void cm_store_close(struct cm_store *store);

/* One consistent view of the data, or one write transaction, until cm_store_end.  A database that is missing, foreign,
 * not attached or locked is CM_ESTORE or CM_EBUSY; once the cause is gone the next begin succeeds. */
int cm_store_begin(struct cm_store *store);
int cm_store_end(struct cm_store *store, bool keep);

/* Lets this transaction run as long as it needs (export). */
void cm_store_no_deadline(struct cm_store *store);

/* Facts before this instant may be gone (retention); of this transaction. */
int cm_store_pruned_before(struct cm_store *store, int64_t *out_us);

/* Notes that an answer of this transaction is not exact for want of facts, and tells whether that was noted. */
void cm_store_set_inexact(struct cm_store *store);
bool cm_store_is_inexact(const struct cm_store *store);

/* Something remembered for the rest of this transaction, then freed; NULL: nothing is. */
void *cm_store_memo(struct cm_store *store);
void cm_store_set_memo(struct cm_store *store, void *memo, void (*release)(void *memo));

/* The last failure as a sentence for people that names no path, and what to do about it.  Borrowed. */
const char *cm_store_problem(const struct cm_store *store);

/* Runs a statement; read it by cm_rows_next and end it by cm_rows_done, which take NULL.  binds ends with .name NULL. */
int cm_store_query(struct cm_store *store, const char *name, const struct cm_bind *binds, struct cm_rows **out);

/* Runs a statement that gives no rows; the number of rows it changed, or an error. */
int64_t cm_store_run(struct cm_store *store, const char *name, const struct cm_bind *binds);

/* Whether each statement is a round trip, so that many rows are better read and written by one. */
bool cm_store_is_remote(const struct cm_store *store);

/*
 * Runs a statement that gives no rows for each of `count` lists of `width` binds; they lie one after the other, each with the same
 * names in the same order, and nothing ends them.  The rows changed in all, or an error.  Where the store is remote it is one statement,
 * NAME-many: what it upserts must not stand twice in the lists.
 */
int64_t cm_store_run_many(struct cm_store *store, const char *name, const struct cm_bind *binds, size_t width, size_t count);

/* Runs a statement over all such lists at once: each parameter is an array of their values.  Only where the store is remote; CM_ESTORE
 * where it is not. */
int cm_store_query_many(struct cm_store *store, const char *name, const struct cm_bind *binds, size_t width, size_t count,
    struct cm_rows **out);

/* 1 a row, 0 the end, or an error. */
int cm_rows_next(struct cm_rows *rows);
bool cm_rows_null(const struct cm_rows *rows, int column);
int64_t cm_rows_int(const struct cm_rows *rows, int column);
/* Text of a column, '' for null; borrowed until the next step. */
const char *cm_rows_text(const struct cm_rows *rows, int column);
/* Its length in bytes, which may include NUL. */
size_t cm_rows_bytes(const struct cm_rows *rows, int column);
void cm_rows_done(struct cm_rows *rows);

/* A single integer answer of a statement, 0 where there is no row. */
int cm_store_number(struct cm_store *store, const char *name, const struct cm_bind *binds, int64_t *out);

/* A single text of a statement; unchanged where there is no row. */
int cm_store_text(struct cm_store *store, const char *name, const struct cm_bind *binds, char *out, size_t room);

/* Runs a script: several statements without parameters. */
int cm_store_script(struct cm_store *store, const char *name);

/* SQLite's journal mode: sets it, unless mode is NULL, and tells the former one; outside a transaction. */
int cm_store_journal_mode(struct cm_store *store, const char *mode, char former[16]);

/* While on, every statement is noted for cm_store_notes. */
void cm_store_explain(struct cm_store *store, bool on);

struct cm_note {
	const char *statement;	/* with its values bound: pastes into sqlite3 or psql */
	int64_t rows;
	double milliseconds;
};

/* What was noted since explain was switched on; borrowed. */
const struct cm_note *cm_store_notes(const struct cm_store *store, size_t *count);

#endif
