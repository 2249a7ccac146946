/* map: finds things by a key: open addressing, a place after the other.  The things stay where they are. */
#ifndef CM_MAP_H
#define CM_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cm_map_place {
	uint64_t hash;
	void *thing;		/* NULL: the place is free */
};

/* All zeros is an empty map. */
struct cm_map {
	struct cm_map_place *places;
	size_t room;		/* a power of two */
	size_t count;
};

/* The thing of a key, which is_of compares with one of the same hash; NULL where there is none. */
void *cm_map_find(const struct cm_map *map, uint64_t hash, bool (*is_of)(const void *thing, const void *key), const void *key);

/* Adds a thing that is not there; borrowed.  CM_ENOMEM. */
int cm_map_add(struct cm_map *map, uint64_t hash, void *thing);

/* Its things, allocated and in order; .count of them.  NULL for want of memory. */
void **cm_map_sorted(const struct cm_map *map, int (*compare)(const void *one, const void *other));

/* Forgets all things, and keeps the room for the next ones. */
void cm_map_clear(struct cm_map *map);

void cm_map_done(struct cm_map *map);

/* A hash goes on with a text and its NUL; CM_HASH at the beginning (FNV-1a). */
#define CM_HASH UINT64_C(0xcbf29ce484222325)
uint64_t cm_hash_text(uint64_t hash, const char *text);

#endif
