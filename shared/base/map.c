/* map: finds things by a key; see map.h. */
#include "config.h"

#include "map.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

enum { ROOM_FIRST = 64 };

/* Where the hash's things are looked for first: the upper bits are mixed in, for the lower ones of FNV are weak. */
static size_t
first_place(const struct cm_map *map, uint64_t hash)
{
	return (size_t)(hash ^ hash >> 32) & (map->room - 1);
}

void *
cm_map_find(const struct cm_map *map, uint64_t hash, bool (*is_of)(const void *thing, const void *key), const void *key)
{
	size_t at;

	if (map->room == 0)
		return NULL;
	for (at = first_place(map, hash); map->places[at].thing != NULL; at = (at + 1) & (map->room - 1))
		if (map->places[at].hash == hash && is_of(map->places[at].thing, key))
			return map->places[at].thing;
	return NULL;
}

static void
put(struct cm_map *map, uint64_t hash, void *thing)
{
	size_t at = first_place(map, hash);

	while (map->places[at].thing != NULL)
		at = (at + 1) & (map->room - 1);
	map->places[at] = (struct cm_map_place){ hash, thing };
}

static int
grow(struct cm_map *map)
{
	struct cm_map larger = { .room = map->room == 0 ? ROOM_FIRST : 2 * map->room, .count = map->count };
	size_t i;

	if ((larger.places = calloc(larger.room, sizeof *larger.places)) == NULL)
		return CM_ENOMEM;
	for (i = 0; i < map->room; i++)
		if (map->places[i].thing != NULL)
			put(&larger, map->places[i].hash, map->places[i].thing);
	free(map->places);
	*map = larger;
	return 0;
}

int
cm_map_add(struct cm_map *map, uint64_t hash, void *thing)
{
	int rc;

	if (2 * map->count >= map->room && (rc = grow(map)) < 0)
		return rc;
	put(map, hash, thing);
	map->count++;
	return 0;
}

void **
cm_map_sorted(const struct cm_map *map, int (*compare)(const void *one, const void *other))
{
	void **things = malloc((map->count + 1) * sizeof *things);
	size_t i, count = 0;

	if (things == NULL)
		return NULL;
	for (i = 0; i < map->room; i++)
		if (map->places[i].thing != NULL)
			things[count++] = map->places[i].thing;
	qsort(things, count, sizeof *things, compare);
	return things;
}

void
cm_map_clear(struct cm_map *map)
{
	if (map->count > 0)
		memset(map->places, 0, map->room * sizeof *map->places);
	map->count = 0;
}

void
cm_map_done(struct cm_map *map)
{
	free(map->places);
	*map = (struct cm_map){ 0 };
}

uint64_t
cm_hash_text(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	while (*text++ != '\0');
	return hash;
}
