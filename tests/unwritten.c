/*
 * unwritten: preloaded, it refuses what a program wants to write to files, from the environment:
 *
 *	UNWRITTEN_AT     the number of the write, truncation or sync that fails
 *	UNWRITTEN_ERROR  how it fails: EIO, once (the default); ENOSPC, and then every further write does, as on a full disk; or KILL, and
 *	                 the program is ended there, as by kill -9: before the n-th write, truncation, sync or removal of a file
 *	UNWRITTEN_WHILE  a file: while it is there, each write fails with ENOSPC
 *	UNWRITTEN_TOLD   a file that is made when something of that number was refused, so that who counts upwards knows when to stop
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long left = -1;
static int full, deadly;
static const char *told, *full_while;

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("UNWRITTEN_AT"), *error = getenv("UNWRITTEN_ERROR");

	told = getenv("UNWRITTEN_TOLD");
	full_while = getenv("UNWRITTEN_WHILE");
	full = error != NULL && strcmp(error, "ENOSPC") == 0;
	deadly = error != NULL && strcmp(error, "KILL") == 0;
	left = at != NULL ? strtol(at, NULL, 10) + 1 : -1;
}

static void
tell(void)
{
	int fd;

	if (told != NULL && (fd = open(told, O_CREAT | O_WRONLY, 0600)) >= 0)
		close(fd);
}

/* Whether this write, truncation or sync is to fail.  A full disk still syncs and truncates. */
static int
unwritten(int needs_room)
{
	if (full_while != NULL && needs_room && access(full_while, F_OK) == 0) {
		errno = ENOSPC;
		return 1;
	}
	if (left < 0 || (full && !needs_room) || (left > 0 && --left > 0))
		return 0;
	tell();
	if (deadly)
		raise(SIGKILL);
	errno = full ? ENOSPC : EIO;
	if (!full)
		left = -1;
	return 1;
}

ssize_t
pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	static ssize_t (*next)(int, const void *, size_t, off_t);

	if (next == NULL)
		next = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
	return unwritten(1) ? -1 : next(fd, bytes, count, at);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
	static ssize_t (*next)(int, const void *, size_t, off64_t);

	if (next == NULL)
		next = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
	return unwritten(1) ? -1 : next(fd, bytes, count, at);
}

/* Of files only: what is told to a client or the log is not meant. */
ssize_t
write(int fd, const void *bytes, size_t count)
{
	static ssize_t (*next)(int, const void *, size_t);
	struct stat what;

	if (next == NULL)
		next = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	if (fd > STDERR_FILENO && fstat(fd, &what) == 0 && S_ISREG(what.st_mode) && unwritten(1))
		return -1;
	return next(fd, bytes, count);
}

int
ftruncate64(int fd, off64_t length)
{
	static int (*next)(int, off64_t);

	if (next == NULL)
		next = (int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64");
	return unwritten(0) ? -1 : next(fd, length);
}

int
fdatasync(int fd)
{
	static int (*next)(int);

	if (next == NULL)
		next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
	return unwritten(0) ? -1 : next(fd);
}

int
fsync(int fd)
{
	static int (*next)(int);

	if (next == NULL)
		next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	return unwritten(0) ? -1 : next(fd);
}

/* A file that was not removed is there again at the next start, so only who is ended is kept from it. */
int
unlink(const char *path)
{
	static int (*next)(const char *);

	if (next == NULL)
		next = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
	return deadly && unwritten(0) ? -1 : next(path);
}
