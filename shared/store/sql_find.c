/* sql_find: finds a statement of sql.c; see sql.h. */
#include "config.h"

#include "sql.h"

#include <stdio.h>
#include <string.h>

static const struct cm_sql *
find(const char *name)
{
	const struct cm_sql *sql;

	for (sql = cm_sql; sql->name != NULL; sql++)
		if (strcmp(sql->name, name) == 0)
			return sql;
	return NULL;
}

const struct cm_sql *
cm_sql_find(const char *engine, const char *name)
{
	const struct cm_sql *sql;
	char own[128];

	snprintf(own, sizeof own, "%s/%s", engine, name);
	sql = find(own);
	return sql != NULL ? sql : find(name);
}

const char *
cm_sql_name(const struct cm_sql *sql)
{
	const char *slash = strchr(sql->name, '/');

	return slash != NULL ? slash + 1 : sql->name;
}
