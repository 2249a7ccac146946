/* arena: memory for many small texts that are freed together. */
#ifndef CM_ARENA_H
#define CM_ARENA_H

#include <stddef.h>

struct cm_arena_chunk;

/* All zeros is an empty arena. */
struct cm_arena {
	struct cm_arena_chunk *chunks;
	size_t bytes;		/* taken from the system */
};

/* A copy of so many bytes and a NUL after them, valid until cm_arena_done.  NULL for want of memory. */
char *cm_arena_copy(struct cm_arena *arena, const char *text, size_t bytes);

/* So many zeroed bytes, aligned for any of our structs; the same otherwise. */
void *cm_arena_take(struct cm_arena *arena, size_t bytes);

/* Forgets all copies, and keeps a chunk for the next ones. */
void cm_arena_clear(struct cm_arena *arena);

void cm_arena_done(struct cm_arena *arena);

#endif
