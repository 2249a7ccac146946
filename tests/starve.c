/*
 * starve: preloaded, it refuses one allocation: the one whose number STARVE_AT says, counted from main() on.  Then it makes
 * the file STARVE_TOLD, so that who counts upwards knows when to stop.  Allocations of the library that STARVE_NOT names, as a part of
 * its file's name, are neither counted nor refused.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long left = -1;
static const char *told, *spared;

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("STARVE_AT");

	told = getenv("STARVE_TOLD");
	spared = getenv("STARVE_NOT");
	left = at != NULL ? strtol(at, NULL, 10) + 1 : -1;
}

static int
is_spared(const void *caller)
{
	Dl_info info;

	return spared != NULL && dladdr(caller, &info) != 0 && info.dli_fname != NULL && strstr(info.dli_fname, spared) != NULL;
}

static int
refused(const void *caller)
{
	int fd;

	if (left <= 0 || is_spared(caller) || --left > 0)
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
	return refused(__builtin_return_address(0)) ? NULL : next(bytes);
}

void *
realloc(void *from, size_t bytes)
{
	static void *(*next)(void *, size_t);

	if (next == NULL)
		next = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	return refused(__builtin_return_address(0)) ? NULL : next(from, bytes);
}

extern void *__libc_calloc(size_t, size_t);

void *
calloc(size_t count, size_t bytes)
{
	return refused(__builtin_return_address(0)) ? NULL : __libc_calloc(count, bytes);
}

/* libc's own would call malloc itself, and hide who asked. */
char *
strdup(const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = refused(__builtin_return_address(0)) ? NULL : __libc_calloc(1, bytes);

	return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}
