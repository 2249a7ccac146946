/*
 * postgres_own: what the files of the PostgreSQL engine share.  They alone know libpq.
 *
 * store_postgres.c connects, and begins and ends transactions; postgres_statement.c runs statements; postgres_copy.c takes in rows of
 * another store; postgres_failures.c says what failed.
 */
#ifndef CM_POSTGRES_OWN_H
#define CM_POSTGRES_OWN_H

#include <libpq-fe.h>

#include "store_own.h"

/* libpq's functions, where it is loaded. */
#define CM_POSTGRES_FUNCTIONS(X) \
	X(PQclear) X(PQcmdStatus) X(PQcmdTuples) X(PQconnectdbParams) X(PQerrorMessage) X(PQescapeLiteral) \
	X(PQexec) X(PQexecParams) X(PQexecPrepared) X(PQfformat) X(PQfinish) X(PQfreemem) X(PQftype) X(PQgetResult) X(PQgetisnull) \
	X(PQgetlength) X(PQgetvalue) X(PQnfields) X(PQntuples) X(PQprepare) X(PQputCopyData) X(PQputCopyEnd) \
	X(PQresultErrorField) X(PQresultStatus) X(PQsetNoticeReceiver) X(PQstatus) X(PQtransactionStatus)
#define CM_POSTGRES_DECLARE(function) __typeof__(function) *function;

extern struct cm_pq {
	bool loaded;
	CM_POSTGRES_FUNCTIONS(CM_POSTGRES_DECLARE)
} cm_pq;

/* A store's connection. */
struct cm_postgres_link {
	PGconn *conn;
	int64_t retry_at_ms;		/* not before, on the monotonic clock */
	int64_t pause_ms;
	const char *refusal;		/* why, for clients */
	bool limited;			/* statement_timeout is in force in this transaction */
	int64_t changed;		/* rows, by the last statement */
	bool lost;			/* the server went away in the midst of something */
	unsigned names;			/* given to statements so far */
};

static inline struct cm_postgres_link *
cm_postgres_link(const struct cm_store *store)
{
	return store->link;
}

#define CM_POSTGRES_GONE "The database server went away or cannot be reached; check that it runs, and the host and port of the URL."

/* Tells what a result, or without one the connection, failed of; returns its error. */
int cm_postgres_fail(struct cm_store *store, const PGresult *result);

/* What to tell clients of a connection that was not made, by what libpq said. */
const char *cm_postgres_refusal(const char *message);

/* Runs statements that have no parameters and whose rows nobody wants. */
int cm_postgres_script(struct cm_store *store, const char *text);

/* A question must end in time, all of its statements together; what streams may take as long as it needs.  CM_EBUSY: it is over. */
int cm_postgres_mind_deadline(struct cm_store *store);

/* What struct cm_engine asks of an engine, under the same names. */
int64_t cm_postgres_append(struct cm_store *store, const char *table, struct cm_rows *rows, int64_t most);
int cm_postgres_prepare(struct cm_rows *rows, const char *text);
void cm_postgres_finish(struct cm_rows *rows);
void cm_postgres_bind(struct cm_rows *rows, int position, const struct cm_bind *bind);
int cm_postgres_bind_many(struct cm_rows *rows, int position, const struct cm_bind *binds, size_t width, size_t count);
int cm_postgres_next(struct cm_rows *rows);
void cm_postgres_reset(struct cm_rows *rows);
bool cm_postgres_is_null(const struct cm_rows *rows, int column);
int64_t cm_postgres_get_int(const struct cm_rows *rows, int column);
double cm_postgres_get_real(const struct cm_rows *rows, int column);
enum cm_value_type cm_postgres_get_type(const struct cm_rows *rows, int column);
const char *cm_postgres_get_text(const struct cm_rows *rows, int column);
size_t cm_postgres_get_bytes(const struct cm_rows *rows, int column);
const unsigned char *cm_postgres_get_blob(const struct cm_rows *rows, int column, size_t *bytes);
char *cm_postgres_shown(const struct cm_rows *rows);

#endif
