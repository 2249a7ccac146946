/* sheet: rows for one statement; see sheet.h. */
#include "config.h"

#include "sheet.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

enum { FULL = 4096, ROOM_FIRST = 64 };

int
cm_sheet_add(struct cm_sheet *sheet, const struct cm_bind *binds)
{
	if (sheet->width == 0)
		while (binds[sheet->width].name != NULL)
			sheet->width++;
	if ((sheet->count + 1) * sheet->width > sheet->room) {
		size_t room = sheet->room == 0 ? ROOM_FIRST : 2 * sheet->room;
		struct cm_bind *larger = realloc(sheet->binds, room * sizeof *larger);

		if (larger == NULL)
			return CM_ENOMEM;
		sheet->binds = larger;
		sheet->room = room;
	}
	memcpy(sheet->binds + sheet->count * sheet->width, binds, sheet->width * sizeof *binds);
	sheet->count++;
	return 0;
}

int
cm_sheet_write(struct cm_store *store, struct cm_sheet *sheet)
{
	int64_t rc = cm_store_run_many(store, sheet->statement, sheet->binds, sheet->width, sheet->count);

	sheet->count = 0;
	return rc < 0 ? (int)rc : 0;
}

int
cm_sheet_put(struct cm_store *store, struct cm_sheet *sheet, const struct cm_bind *binds)
{
	int rc;

	if ((rc = cm_sheet_add(sheet, binds)) < 0 || sheet->count < FULL)
		return rc;
	return cm_sheet_write(store, sheet);
}

void
cm_sheet_done(struct cm_sheet *sheet)
{
	free(sheet->binds);
	*sheet = (struct cm_sheet){ .statement = sheet->statement };
}
