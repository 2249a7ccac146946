/*
 * starve: preloaded, it refuses one allocation: the one whose number STARVE_AT says, counted from main() on.  Then it makes
 * the file STARVE_TOLD, so that who counts upwards knows when to stop.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long left = -1;
static const char *told;

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("STARVE_AT");

	told = getenv("STARVE_TOLD");
	left = at != NULL ? strtol(at, NULL, 10) + 1 : -1;
}

static int
refused(void)
{
	int fd;

	if (left <= 0 || --left > 0)
		return 0;
	if (told != NULL && (fd = open(told, O_CREAT | O_WRONLY, 0600)) >= 0)
		close(fd);
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t bytes)
{
	static void *(*next)(size_t);

	if (next == NULL)
		next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	return refused() ? NULL : next(bytes);
}

void *
realloc(void *from, size_t bytes)
{
	static void *(*next)(void *, size_t);

	if (next == NULL)
		next = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	return refused() ? NULL : next(from, bytes);
}

extern void *__libc_calloc(size_t, size_t);

void *
calloc(size_t count, size_t bytes)
{
	return refused() ? NULL : __libc_calloc(count, bytes);
}

/* libc's own would call malloc itself, past this one. */
char *
strdup(const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = refused() ? NULL : __libc_calloc(1, bytes);

	return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}
