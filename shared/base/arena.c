/* arena: memory for many small texts; see arena.h. */
#include "config.h"

#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 16384, ALIGN = 8 };

struct cm_arena_chunk {
	struct cm_arena_chunk *next;
	size_t used;
	size_t room;
	char bytes[];
};

static struct cm_arena_chunk *
grow(struct cm_arena *arena, size_t bytes)
{
	size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
	struct cm_arena_chunk *chunk = malloc(sizeof *chunk + room);

	if (chunk == NULL)
		return NULL;
	*chunk = (struct cm_arena_chunk){ .next = arena->chunks, .room = room };
	arena->chunks = chunk;
	arena->bytes += sizeof *chunk + room;
	return chunk;
}

/* So many bytes behind the last ones. */
static char *
take(struct cm_arena *arena, size_t bytes)
{
	struct cm_arena_chunk *chunk = arena->chunks;
	char *taken;

	if ((chunk == NULL || chunk->room - chunk->used < bytes) && (chunk = grow(arena, bytes)) == NULL)
		return NULL;
	taken = chunk->bytes + chunk->used;
	chunk->used += bytes;
	return taken;
}

char *
cm_arena_copy(struct cm_arena *arena, const char *text, size_t bytes)
{
	char *copy = take(arena, bytes + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, bytes);
	copy[bytes] = '\0';
	return copy;
}

void *
cm_arena_take(struct cm_arena *arena, size_t bytes)
{
	char *taken = take(arena, bytes + ALIGN - 1);

	if (taken == NULL)
		return NULL;
	taken += -(uintptr_t)taken % ALIGN;
	return memset(taken, 0, bytes);
}

void
cm_arena_clear(struct cm_arena *arena)
{
	struct cm_arena_chunk *kept = arena->chunks;

	if (kept == NULL)
		return;
	if (kept->next != NULL || kept->room > CHUNK_BYTES)
		cm_arena_done(arena);
	else
		kept->used = 0;
}

void
cm_arena_done(struct cm_arena *arena)
{
	struct cm_arena_chunk *next;

	for (; arena->chunks != NULL; arena->chunks = next) {
		next = arena->chunks->next;
		free(arena->chunks);
	}
	arena->bytes = 0;
}
