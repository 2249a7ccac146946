/* arena: memory for many small texts; see arena.h. */
#include "config.h"

#include "arena.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 16384 };

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

char *
cm_arena_copy(struct cm_arena *arena, const char *text, size_t bytes)
{
	struct cm_arena_chunk *chunk = arena->chunks;
	char *copy;

	if ((chunk == NULL || chunk->room - chunk->used < bytes + 1) && (chunk = grow(arena, bytes + 1)) == NULL)
		return NULL;
	copy = chunk->bytes + chunk->used;
	chunk->used += bytes + 1;
	memcpy(copy, text, bytes);
	copy[bytes] = '\0';
	return copy;
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
