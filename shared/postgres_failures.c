/* postgres_failures: what a PostgreSQL server may fail of, in words for people; see postgres_own.h. */
#include "config.h"

#include "postgres_own.h"

#include <stdio.h>
#include <string.h>

#include "error.h"

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
	{ "53", CM_EBUSY, "The database server has no connection to spare; raise its max_connections or start fewer workers." },
	{ "25006", CM_ESTORE, "The database server only reads: what writes must be pointed to the primary." },
	{ "42501", CM_ESTORE, "The database role may not do this; see the roles in docs/operators.md." },
	{ "XX00", CM_ESTORE, "The call database is corrupt; restore it from a backup." },
};

int
cm_postgres_fail(struct cm_store *store, const PGresult *result)
{
	const char *state = cm_pq.PQresultErrorField(result, PG_DIAG_SQLSTATE), *message, *hint;
	char problem[CM_PROBLEM_TEXT];
	size_t i;

	if (cm_pq.PQstatus(cm_postgres_link(store)->conn) == CONNECTION_BAD)
		return cm_store_fail(store, CM_EBUSY, CM_POSTGRES_GONE);
	for (i = 0; state != NULL && i < nitems(failures); i++)
		if (strncmp(state, failures[i].state, strlen(failures[i].state)) == 0)
			return cm_store_fail(store, failures[i].error, failures[i].problem);
	message = cm_pq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	hint = cm_pq.PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	snprintf(problem, sizeof problem, "The call database refused a statement: %s%s%s.", message != NULL ? message : "no memory",
	    hint != NULL ? "; " : "", hint != NULL ? hint : "");
	return cm_store_fail(store, CM_ESTORE, problem);
}
