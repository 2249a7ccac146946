/* sorted_times: times in order; see sorted_times.h. */
#include "config.h"

#include "sorted_times.h"

#include <string.h>

#include "error.h"

/* How many instants are not after one. */
static size_t
count_until(const struct cm_sorted_times *instants, cm_us at)
{
	size_t low = 0, high = instants->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (instants->at[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
cm_sorted_times_add(struct cm_arena *arena, struct cm_sorted_times *instants, cm_us at)
{
	size_t place = count_until(instants, at);

	if (place > 0 && instants->at[place - 1] == at)
		return 0;
	if (instants->count == instants->room) {
		size_t room = instants->room == 0 ? 2 : 2 * instants->room;
		cm_us *larger = cm_arena_take(arena, room * sizeof *larger);

		if (larger == NULL)
			return CM_ENOMEM;
		if (instants->count > 0)
			memcpy(larger, instants->at, instants->count * sizeof *larger);
		instants->at = larger;
		instants->room = room;
	}
	memmove(instants->at + place + 1, instants->at + place, (instants->count - place) * sizeof *instants->at);
	instants->at[place] = at;
	instants->count++;
	return 1;
}

cm_us
cm_sorted_times_first(const struct cm_sorted_times *instants, cm_us from)
{
	size_t place = count_until(instants, from - 1);

	return place < instants->count ? instants->at[place] : -1;
}

cm_us
cm_sorted_times_last(const struct cm_sorted_times *instants, cm_us until)
{
	size_t place = count_until(instants, until);

	return place > 0 ? instants->at[place - 1] : -1;
}
