/* sql: the statements of sql/, by name; sql.c is made from the files at build time. */
#ifndef CM_SQL_H
#define CM_SQL_H

struct cm_sql {
	const char *name;	/* "hourly", "sqlite/001-facts" */
	const char *text;
};

/* Ends with a row whose name is NULL. */
extern const struct cm_sql cm_sql[];

/* The statement of that name for an engine ("sqlite", "postgres"): the engine's own where it has one, else the common one.
 * NULL where there is none. */
const struct cm_sql *cm_sql_find(const char *engine, const char *name);

/* A statement's name without its engine. */
const char *cm_sql_name(const struct cm_sql *sql);

#endif
