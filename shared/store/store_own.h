/*
 * store_own: what lies behind store.h: a store's state, and what an engine does for it.
 *
 * Two files keep what is the same everywhere: store.c a store's life, transactions and notes, store_statement.c statements by name and
 * parameters by name.  An engine (store_sqlite.c, store_postgres.c with postgres_*.c) connects, prepares, binds by position, steps and
 * reads.
 */
#ifndef CM_STORE_OWN_H
#define CM_STORE_OWN_H

#include <time.h>

#include "store.h"

/* How long a question may take; under nginx's patience. */
enum { CM_QUERY_LIMIT_MS = 8000 };

enum { CM_PARAMETERS_MAX = 32, CM_NOTES_MAX = 1000, CM_PROBLEM_TEXT = 256 };

struct cm_engine {
	const char *name;				/* of its folder in sql/ */
	bool remote;					/* each statement is a round trip */
	int (*open)(struct cm_store *store);		/* .link; touches no database */
	void (*close)(struct cm_store *store);
	int (*begin)(struct cm_store *store);		/* connects where it is not connected, or to something that is gone */
	int (*commit)(struct cm_store *store);
	int (*roll_back)(struct cm_store *store);
	void (*disconnect)(struct cm_store *store);	/* after cm_store_forget, which finishes each statement */
	int (*script)(struct cm_store *store, const char *text);
	int64_t (*append)(struct cm_store *store, const char *table, struct cm_rows *rows, int64_t most);	/* NULL: not remote */
	int (*journal_mode)(struct cm_store *store, const char *mode, char former[16]);
	bool (*lies_beside)(const struct cm_store *store);	/* NULL: it never does */
	int (*expect_much)(struct cm_store *store, bool much);	/* NULL: nothing is to be done */
	int64_t (*changes)(struct cm_store *store);	/* rows that the last statement changed */
	/* Of one statement: */
	int (*prepare)(struct cm_rows *rows, const char *text);
	void (*finish)(struct cm_rows *rows);
	void (*bind)(struct cm_rows *rows, int position, const struct cm_bind *bind);	/* positions count from 1 */
	/* An array of the values of `count` binds, each `width` after the one before.  NULL: not remote. */
	int (*bind_many)(struct cm_rows *rows, int position, const struct cm_bind *binds, size_t width, size_t count);
	int (*next)(struct cm_rows *rows);
	void (*reset)(struct cm_rows *rows);
	bool (*is_null)(const struct cm_rows *rows, int column);
	int64_t (*get_int)(const struct cm_rows *rows, int column);
	double (*get_real)(const struct cm_rows *rows, int column);
	enum cm_value_type (*get_type)(const struct cm_rows *rows, int column);
	const char *(*get_text)(const struct cm_rows *rows, int column);
	size_t (*get_bytes)(const struct cm_rows *rows, int column);
	const unsigned char *(*get_blob)(const struct cm_rows *rows, int column, size_t *bytes);
	char *(*shown)(const struct cm_rows *rows);	/* with its values; allocated */
};

/* A parameter's name, within the text of its statement, and what is bound to it. */
struct cm_parameter {
	const char *name;
	size_t length;
	bool known;			/* something is bound */
	bool is_int;
	bool is_bytes;
	bool many;			/* an array */
	const char *bound;		/* what the last bind was called, and where it stood: the next one does, too, as a rule */
	size_t place;
};

struct cm_rows {
	struct cm_store *store;
	void *statement;		/* the engine's */
	const char *name;
	struct cm_parameter parameters[CM_PARAMETERS_MAX];	/* in the order in which they first stand in the text */
	int parameter_count;
	bool streams;			/* its rows may be more than memory should hold */
	bool is_open;			/* it is being read */
	bool of_packs;			/* its name begins with pack- */
	bool as_bytes;			/* .. or with leaf-: rows come from a server as bytes */
	struct timespec started;
	int64_t count;
};

/* A statement that was made at run time. */
struct cm_defined {
	const char *name;
	char *text;
	struct cm_defined *next;
};

struct cm_store {
	const struct cm_engine *engine;
	void *link;			/* the engine's */
	char *url;
	enum cm_store_mode mode;
	char *wall;			/* the tenant whose data alone may be seen; NULL: all */
	char problem[CM_PROBLEM_TEXT];
	struct cm_rows **rows;		/* the statements that were prepared; each stays where it is */
	size_t rows_count, rows_room;
	struct cm_defined *defined;
	int64_t every_ms;		/* when cm_store_every last said so; 0: not yet */
	int64_t patience_ms;		/* 0: as long as is usual for its mode */
	bool in_transaction;
	bool horizon_known;		/* pruned_before_us is of this transaction */
	int64_t pruned_before_us;
	bool inexact;
	struct cm_remembered *remembered;	/* of this transaction */
	int64_t deadline_ms;		/* on the monotonic clock; 0: none */
	bool (*given_up)(void *arg);	/* whether nobody waits for the answer; NULL: somebody does */
	void *given_up_arg;
	bool explain;
	struct cm_note notes[CM_NOTES_MAX];
	size_t note_count;
	double kept_ms;			/* what statements of packs took since the last note of one */
};

extern const struct cm_engine cm_engine_sqlite, cm_engine_postgres;

/* The next :name of a statement's text, and its length; NULL where there is none.  Comments, quoted words and casts (::) are passed
 * over. */
const char *cm_next_parameter(const char *text, size_t *length);

/* The position of a parameter, from 1; 0: none of that name. */
int cm_parameter_position(const struct cm_rows *rows, const char *name, size_t length);

int64_t cm_store_now_ms(void);

/* Whether nobody waits for what this transaction reads. */
bool cm_store_is_given_up(const struct cm_store *store);

/* Says that sql.c does not have a statement; returns CM_ESTORE. */
int cm_store_lacks(struct cm_store *store, const char *statement);

/* What a database that is being attached or detached says. */
const char *cm_store_state_problem(const char *state);

/* Finishes all statements and forgets the transaction: the connection is going, or has gone. */
void cm_store_forget(struct cm_store *store);

#endif
