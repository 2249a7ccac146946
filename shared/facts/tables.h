/* tables: the tables of a call database, of both engines; made from their declarations in sql/tables/ at build time. */
#ifndef CM_TABLES_H
#define CM_TABLES_H

#include <stdbool.h>

/* Statements are named where they are to be run for the table, else NULL. */
struct cm_table {
	const char *name;	/* "cm_cost" */
	bool seeded;		/* a new database has rows in it */
	const char *prune;	/* removes some rows before an instant (:before, :limit): retention takes them */
	const char *move;	/* on SQLite, the rows after :done, for a copy on a server */
	const char *join;	/* makes the facts of one call (:call_no) those of another (:into) */
	const char *label;	/* gives the facts of a call its labels (:series_id) */
};

/* In the order of their names; ends with a row whose name is NULL. */
extern const struct cm_table cm_tables[];

/* Finds a table by its name; NULL: there is none. */
const struct cm_table *cm_table_find(const char *name);

#endif
