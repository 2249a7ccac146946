/* array: memory for things in a row that become more; it grows by doubling, so that adding one costs the same however many there are. */
#ifndef CM_ARRAY_H
#define CM_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Room for `count` things of `each` bytes at *items, a pointer to them; *room is how many there is room for.  What is there stays.  False
 * for want of memory, and then nothing has changed. */
static inline bool
cm_array_reserve(void *items, size_t *room, size_t count, size_t each)
{
	size_t larger = *room > 0 ? *room : 32;
	void *now;

	if (count <= *room)
		return true;
	while (larger < count)
		larger *= 2;
	/* By memcpy, since a pointer to a type may not be written as one to void. */
	memcpy(&now, items, sizeof now);
	if ((now = realloc(now, larger * each)) == NULL)
		return false;
	memcpy(items, &now, sizeof now);
	*room = larger;
	return true;
}

/* The same for one more thing behind `count` of them. */
#define CM_ARRAY_GROWS(items, count, room) cm_array_reserve(&(items), &(room), (count) + 1, sizeof *(items))

#endif
