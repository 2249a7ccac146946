/*
 * store: the database, whichever engine it is on.
 *
 * A statement is named after its file in sql/ and takes named parameters (:from).  A handle belongs to one thread; its
 * statements are prepared once and kept.  No file but store_sqlite.c and postgres_own.h includes an engine's header.
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
	CM_STORE_ADMIN,		/* attaching and the like: any database, attached or not */
	CM_STORE_CREATE,	/* the same, and makes a SQLite file where there is none */
	CM_STORE_RETENTION,	/* removes facts, and leaves the rollups as they are: no trigger runs */
	CM_STORE_APP_READ,	/* a voice app's own file, to read what it wrote */
	CM_STORE_APP_WRITE,	/* the same, to put the journal into it, shorten it, and take it out again */
	CM_STORE_FOLLOW,	/* takes in what can be taken in again: as CM_STORE_BULK, in little memory */
	CM_STORE_CATCH_UP,	/* the same for a question, which leaves tidying up to others as long as it can */
	CM_STORE_COPY,		/* copies facts and rollups as they are into a server's database, which is not asked meanwhile */
};

enum { CM_BINDS_MAX = 24 };

struct cm_bind {
	const char *name;	/* without the colon; a text that never changes, which is known again by where it stands */
	enum { CM_BIND_INT, CM_BIND_NO_INT, CM_BIND_TEXT, CM_BIND_BYTES } type;	/* NO_INT: null where an integer is meant */
	int64_t number;		/* of bytes: how many */
	const char *text;	/* NULL: null; borrowed until the rows are done */
};

#define CM_INT_PARAM(n, v) { .name = (n), .type = CM_BIND_INT, .number = (v) }
#define CM_TEXT_PARAM(n, v) { .name = (n), .type = CM_BIND_TEXT, .text = (v) }
#define CM_BYTES_PARAM(n, v, bytes) { .name = (n), .type = CM_BIND_BYTES, .text = (const char *)(v), .number = (int64_t)(bytes) }

/*
 * Opens the database that `url` names: postgresql://... or the path of a SQLite file.  Cheap: the database is touched by the first
 * cm_store_begin.  The caller closes.  CM_ENOMEM.
 */
int cm_store_open(const char *url, enum cm_store_mode mode, struct cm_store **out);
void cm_store_close(struct cm_store *store);

/* Ours lies beside a voice app's file under its name and this. */
#define CM_OWN_SUFFIX ".callmetrics"

/* Whether ours lies beside a voice app's file, of whose name it is; of SQLite, once it was begun. */
bool cm_store_lies_beside(const struct cm_store *store);

/* What it was opened by; borrowed. */
const char *cm_store_url(const struct cm_store *store);

/* A database's URL as people may see it: without a password. */
enum { CM_SHOWN_URL = 512 };
char *cm_store_shown(const char *url, char out[CM_SHOWN_URL]);

/* One consistent view of the data, or one write transaction, until cm_store_end.  A database that is missing, foreign,
 * not attached or locked is CM_ESTORE or CM_EBUSY; once the cause is gone the next begin succeeds. */
int cm_store_begin(struct cm_store *store);
int cm_store_end(struct cm_store *store, bool keep);

/* Ends it by what came of it: kept unless rc is an error.  rc, or what went wrong in keeping it. */
int cm_store_finish(struct cm_store *store, int rc);

/* Whether each statement is a way to a server and back, so that one for many rows beats many for one. */
bool cm_store_is_remote(const struct cm_store *store);

/* Whose data the next transactions may see, behind a server's own wall where it has one (row-level security): NULL for all.  Copied. */
int cm_store_wall(struct cm_store *store, const char *tenant_id);

/* How long it waits for others who write; 0: as long as is usual for its mode.  On a server of its next connection. */
void cm_store_patience(struct cm_store *store, int64_t ms);

/* Between transactions: much is to be written, or no more; meanwhile more of the database stays in memory and in its log, where that is
 * ours to say. */
int cm_store_expect_much(struct cm_store *store, bool much);

/* Whether so long has passed since this store said so last; the first time it has. */
bool cm_store_every(struct cm_store *store, int64_t ms);

/* Transactions that read end early, with CM_EBUSY, once given_up says that nobody waits for what they read; NULL: never.  It is asked
 * often: about each millisecond of a statement on SQLite, before each statement on a server. */
void cm_store_give_up(struct cm_store *store, bool (*given_up)(void *arg), void *arg);

/* Lets this transaction run as long as it needs (export). */
void cm_store_no_deadline(struct cm_store *store);

/* Facts before this instant may be gone (retention); of this transaction. */
int cm_store_pruned_before(struct cm_store *store, int64_t *out_us);

/* Notes that an answer of this transaction is not exact for want of facts, and tells whether that was noted. */
void cm_store_set_inexact(struct cm_store *store);
bool cm_store_is_inexact(const struct cm_store *store);

/* Whose something is that is remembered for the rest of a transaction, and what is to be done about it. */
struct cm_memo {
	/* Runs before the transaction is committed, and what it answers below 0 rolls it back; NULL: nothing runs. */
	int (*before_commit)(struct cm_store *store, void *memo);
	void (*release)(void *memo);	/* when the transaction ends, whichever way */
};

/* What its owner remembers in this transaction; NULL: nothing. */
void *cm_store_memo(const struct cm_store *store, const struct cm_memo *owner);

/* Remembers it, in place of what its owner remembered before, which is released.  Where that fails (CM_ENOMEM) memo is released. */
int cm_store_remember(struct cm_store *store, const struct cm_memo *owner, void *memo);

/* The last failure since the last begin as a sentence for people that names no path, and what to do about it; "" where there was none.
 * Borrowed. */
const char *cm_store_problem(const struct cm_store *store);

/* Makes a sentence the last failure; CM_ESTORE. */
int cm_store_refuse(struct cm_store *store, const char *problem);
/* Sets what cm_store_problem tells; returns error.  For who reads what cannot be. */
int cm_store_fail(struct cm_store *store, int error, const char *problem);

/* Tells another store's last failure as this one's, which it may be already; returns error. */
int cm_store_relay(struct cm_store *store, const struct cm_store *other, int error);

/* Runs a statement; read it by cm_rows_next and end it by cm_rows_done, which take NULL.  binds ends with .name NULL.  CM_ESTORE also
 * where it is being read already: a statement is one handle. */
int cm_store_query(struct cm_store *store, const char *name, const struct cm_bind *binds, struct cm_rows **out);

/* Gives a name to a statement that is made at run time, for tables that are not ours; the name is the caller's for as long as the store
 * lives, the text is copied.  A text that differs from the former one of that name takes its place.  CM_ENOMEM. */
int cm_store_define(struct cm_store *store, const char *name, const char *text);

/* The same for more rows than memory should hold; other statements may run while it is read. */
int cm_store_stream(struct cm_store *store, const char *name, const struct cm_bind *binds, struct cm_rows **out);

/* Runs a statement that gives no rows; the number of rows it changed, or an error. */
int64_t cm_store_run(struct cm_store *store, const char *name, const struct cm_bind *binds);

/* Runs a statement that gives no rows for each of `count` lists of `width` binds; they lie one after the other, each with the same
 * names in the same order, and nothing ends them.  The rows changed in all, or an error.  Where the store is remote it is one
 * statement, NAME-many, in which each parameter is an array: what it upserts must not stand twice in the lists. */
int64_t cm_store_run_many(struct cm_store *store, const char *name, const struct cm_bind *binds, size_t width, size_t count);

/* Runs a statement of a remote store in which each parameter of the lists is an array of all their values; those of `common`, which
 * ends as binds of cm_store_query do, or is NULL, are single values. */
int cm_store_query_many(struct cm_store *store, const char *name, const struct cm_bind *common, const struct cm_bind *binds,
    size_t width, size_t count, struct cm_rows **out);

/* 1 a row, 0 the end, or an error. */
int cm_rows_next(struct cm_rows *rows);
bool cm_rows_null(const struct cm_rows *rows, int column);
int64_t cm_rows_int(const struct cm_rows *rows, int column);
/* A number of a column that may have a fraction. */
double cm_rows_real(const struct cm_rows *rows, int column);
/* What a value is by itself, in tables that are not ours. */
enum cm_value_type { CM_VALUE_NULL, CM_VALUE_INT, CM_VALUE_REAL, CM_VALUE_TEXT, CM_VALUE_BYTES };
enum cm_value_type cm_rows_type(const struct cm_rows *rows, int column);
/* Text of a column, '' for null; borrowed until the next step. */
const char *cm_rows_text(const struct cm_rows *rows, int column);
/* Its length in bytes, which may include NUL. */
size_t cm_rows_bytes(const struct cm_rows *rows, int column);
/* The bytes of a column that holds such, NULL where there are none; borrowed until the next step.  Of statements pack-* and leaf-*
 * alone, whose rows come from a server as bytes. */
const unsigned char *cm_rows_blob(const struct cm_rows *rows, int column, size_t *bytes);
void cm_rows_done(struct cm_rows *rows);

/* A single integer answer of a statement, 0 where there is no row. */
int cm_store_number(struct cm_store *store, const char *name, const struct cm_bind *binds, int64_t *out);

/* A single text of a statement; unchanged where there is no row. */
int cm_store_text(struct cm_store *store, const char *name, const struct cm_bind *binds, char *out, size_t room);

/* Appends up to `most` rows of another store's statement to a table of a remote store, column by column; how many, 0 at the end, or
 * an error, which may be the other store's. */
int64_t cm_store_append(struct cm_store *store, const char *table, struct cm_rows *rows, int64_t most);

/* Runs a script: several statements without parameters. */
int cm_store_script(struct cm_store *store, const char *name);

/* The same for a script that is made at run time. */
int cm_store_script_text(struct cm_store *store, const char *text);

/* SQLite's journal mode: sets it, unless mode is NULL, and tells the former one; outside a transaction.  A server has none: "". */
int cm_store_journal_mode(struct cm_store *store, const char *mode, char former[16]);

/* While on, every statement is noted for cm_store_notes; of very many the last note is of all that have no place of their own. */
void cm_store_explain(struct cm_store *store, bool on);
bool cm_store_is_explained(const struct cm_store *store);

struct cm_note {
	const char *statement;	/* with its values bound: pastes into sqlite3 or psql */
	int64_t rows;
	double milliseconds;
};

/* While on, a note of a statement that was not run, since its answer, of so many rows, was kept: in the time that statements pack-* took
 * since the last such note, which themselves are not noted. */
int cm_store_note_kept(struct cm_store *store, const char *name, const struct cm_bind *binds, int64_t rows);

/* What was noted since explain was switched on; borrowed. */
const struct cm_note *cm_store_notes(const struct cm_store *store, size_t *count);

#endif
