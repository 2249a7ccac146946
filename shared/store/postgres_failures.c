/* postgres_failures: what a PostgreSQL server may fail of, in words for people; see postgres_own.h. */
#include "config.h"

#include "postgres_own.h"

#include <stdio.h>
#include <string.h>

#include "error.h"

#define NO_CONNECTION "The database server has no connection to spare; raise its max_connections or start fewer workers."

/* Every way PostgreSQL can fail, by the beginning of its SQLSTATE, in words that name neither hosts nor tables. */
static const struct {
	const char *state;
	int error;
	const char *problem;
} failures[] = {
	{ "08", CM_EBUSY, CM_POSTGRES_GONE },
	{ "57P", CM_EBUSY, CM_POSTGRES_GONE },
	{ "57014", CM_EBUSY, "The question took too long; ask for a narrower window." },
	{ "55P03", CM_EBUSY, "The call database is locked by another program; try again." },
	{ "40", CM_EBUSY, "The call database gave way to another transaction; try again." },
	{ "53100", CM_EBUSY, "The disk of the call database is full; free some space." },
	{ "53200", CM_EBUSY, "The database server is out of memory." },
	{ "53", CM_EBUSY, NO_CONNECTION },
	{ "25006", CM_ESTORE, "The database server only reads: what writes must be pointed to the primary." },
	{ "42501", CM_ESTORE, "The database role may not do this; see the roles in docs/operators.md." },
	{ "XX00", CM_ESTORE, "The call database is corrupt; restore it from a backup." },
};

/* What a server says that lets nobody in, by a part of its message: libpq tells no SQLSTATE then.  One that says it in another language
 * is not understood, and the log has it. */
static const struct {
	const char *part;
	const char *problem;
} refusals[] = {
	{ "too many clients already", NO_CONNECTION },
	{ "remaining connection slots are reserved", NO_CONNECTION },
	{ "too many connections for", NO_CONNECTION },
	{ "the database system is ", CM_POSTGRES_GONE },	/* starting up, shutting down, in recovery */
	{ "FATAL:", "The database server refuses the connection; the log says why." },
};

const char *
cm_postgres_refusal(const char *message)
{
	size_t i;

	for (i = 0; i < nitems(refusals); i++)
		if (strstr(message, refusals[i].part) != NULL)
			return refusals[i].problem;
	return CM_POSTGRES_GONE;
}

int
cm_postgres_fail(struct cm_store *store, const PGresult *result)
{
	const char *state = cm_pq.PQresultErrorField(result, PG_DIAG_SQLSTATE), *message, *hint;
	struct cm_postgres_link *link = cm_postgres_link(store);
	char problem[CM_PROBLEM_TEXT];
	size_t i;

	/* What has no SQLSTATE is not of the server: libpq lost it, though PQstatus may not say so yet. */
	if (state == NULL || cm_pq.PQstatus(link->conn) == CONNECTION_BAD)
		state = "08";
	link->lost = strncmp(state, "08", 2) == 0 || strncmp(state, "57P", 3) == 0;
	for (i = 0; i < nitems(failures); i++)
		if (strncmp(state, failures[i].state, strlen(failures[i].state)) == 0)
			return cm_store_fail(store, failures[i].error, failures[i].problem);
	message = cm_pq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	hint = cm_pq.PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	snprintf(problem, sizeof problem, "The call database refused a statement: %s%s%s.", message != NULL ? message : "why is not told",
	    hint != NULL ? "; " : "", hint != NULL ? hint : "");
	return cm_store_fail(store, CM_ESTORE, problem);
}
