/*
 * store_own: what lies behind store.h: a store's state, and what an engine does for it.
 *
 * store.c keeps what is the same everywhere: statements by name, parameters by name, transactions, notes.  An engine (store_sqlite.c)
 * connects, prepares, binds by position, steps and reads.
 */
#ifndef CM_STORE_OWN_H
#define CM_STORE_OWN_H

#include <time.h>

#include "store.h"

enum { CM_STATEMENTS_MAX = 96, CM_PARAMETERS_MAX = 32, CM_NOTES_MAX = 1000, CM_PROBLEM_TEXT = 256 };

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
	int (*journal_mode)(struct cm_store *store, const char *mode, char former[16]);
	int64_t (*changes)(struct cm_store *store);	/* rows that the last statement changed */
	/* As cm_store_run_many and cm_store_query_many; NULL: lists are run one by one, and there is no such query. */
	int64_t (*run_many)(struct cm_store *store, const char *name, const struct cm_bind *binds, size_t width, size_t count);
	int (*query_many)(struct cm_store *store, const char *name, const struct cm_bind *binds, size_t width, size_t count,
	    struct cm_rows **out);
	/* Of one statement: */
	int (*prepare)(struct cm_rows *rows, const char *text);
	void (*finish)(struct cm_rows *rows);
	void (*bind)(struct cm_rows *rows, int position, const struct cm_bind *bind);	/* positions count from 1 */
	int (*next)(struct cm_rows *rows);
	void (*reset)(struct cm_rows *rows);
	bool (*is_null)(const struct cm_rows *rows, int column);
	int64_t (*get_int)(const struct cm_rows *rows, int column);
	const char *(*get_text)(const struct cm_rows *rows, int column);
	size_t (*get_bytes)(const struct cm_rows *rows, int column);
	char *(*shown)(const struct cm_rows *rows);	/* with its values; allocated */
};

/* A parameter's name, within the text of its statement. */
struct cm_parameter {
	const char *name;
	size_t length;
};

struct cm_rows {
	struct cm_store *store;
	void *statement;		/* the engine's */
	const char *name;
	struct cm_parameter parameters[CM_PARAMETERS_MAX];	/* in the order in which they first stand in the text */
	int parameter_count;
	struct timespec started;
	int64_t count;
};

struct cm_store {
	const struct cm_engine *engine;
	void *link;			/* the engine's */
	char *url;
	enum cm_store_mode mode;
	char problem[CM_PROBLEM_TEXT];
	struct cm_rows rows[CM_STATEMENTS_MAX];
	size_t rows_count;
	bool in_transaction;
	bool horizon_known;		/* pruned_before_us is of this transaction */
	int64_t pruned_before_us;
	bool inexact;
	void *memo;
	void (*release_memo)(void *memo);
	int64_t deadline_ms;		/* on the monotonic clock; 0: none */
	bool explain;
	struct cm_note notes[CM_NOTES_MAX];
	size_t note_count;
};

extern const struct cm_engine cm_engine_sqlite;

int64_t cm_store_now_ms(void);

/* Sets what cm_store_problem tells; returns error. */
int cm_store_fail(struct cm_store *store, int error, const char *problem);

/* Finishes all statements and forgets the transaction: the connection is going, or has gone. */
void cm_store_forget(struct cm_store *store);

#endif
