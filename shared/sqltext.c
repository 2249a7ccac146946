/* sqltext: finds a statement of sql.c; see sql.h. */
#include "config.h"

#include "sql.h"

#include <stdio.h>
#include <string.h>

static const char *
find(const char *name)
{
	const struct cm_sql *sql;

	for (sql = cm_sql; sql->name != NULL; sql++)
		if (strcmp(sql->name, name) == 0)
			return sql->text;
	return NULL;
}

const char *
cm_sql_text(const char *engine, const char *name)
{
	char own[128];
	const char *text;

	snprintf(own, sizeof own, "%s/%s", engine, name);
	text = find(own);
	return text != NULL ? text : find(name);
}
