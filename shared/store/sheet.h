/* sheet: rows for one statement, gathered and then written together. */
#ifndef CM_SHEET_H
#define CM_SHEET_H

#include "store.h"

/* All zeros but for .statement is an empty sheet. */
struct cm_sheet {
	const char *statement;
	struct cm_bind *binds;	/* lists of .width, one after the other */
	size_t width;
	size_t count;		/* of lists */
	size_t room;		/* of binds */
};

/* Adds a list of binds that ends with .name NULL; each list has the same names in the same order.  Texts are borrowed until the sheet is
 * written.  CM_ENOMEM. */
int cm_sheet_add(struct cm_sheet *sheet, const struct cm_bind *binds);

/* Runs the statement for all lists (cm_store_run_many), and empties the sheet.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_sheet_write(struct cm_store *store, struct cm_sheet *sheet);

/* Adds a list, and writes the sheet where that filled it: for rows without end.  Errors of both. */
int cm_sheet_put(struct cm_store *store, struct cm_sheet *sheet, const struct cm_bind *binds);

void cm_sheet_done(struct cm_sheet *sheet);

#endif
