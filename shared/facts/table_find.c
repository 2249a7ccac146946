/* table_find: finds a table; see tables.h. */
#include "config.h"

#include "tables.h"

#include <string.h>

const struct cm_table *
cm_table_find(const char *name)
{
	const struct cm_table *table;

	for (table = cm_tables; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}
