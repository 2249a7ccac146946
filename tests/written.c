/*
 * written: preloaded, it tells in which order files were written to, synced, made and removed, so that a test can make of it what a disk
 * may hold when the power goes.  From the environment:
 *
 *	WRITTEN_OF   only files whose path begins so, and the folder that they are in; but no index of a write-ahead log, which is memory
 *	WRITTEN_TO   a file of records, to which several programs add: a struct record, the file's path, what was written
 *
 * Each thing is done and told while no other is, so the order of records is the order of things.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITTEN = 'w', CUT = 't', SYNCED = 's', MADE = 'm', REMOVED = 'r', FOLDER_SYNCED = 'f' };

struct record {
	uint32_t kind;
	uint32_t path_bytes;
	uint64_t at;
	uint64_t bytes;
};

static const char *of;
static int log_fd = -1;

__attribute__((constructor)) static void
begin(void)
{
	const char *to = getenv("WRITTEN_TO");

	of = getenv("WRITTEN_OF");
	if (of != NULL && to != NULL)
		log_fd = open(to, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
}

static int
is_meant(const char *path)
{
	size_t length = strlen(path);

	return log_fd >= 0 && strncmp(path, of, strlen(of)) == 0 && (length < 4 || strcmp(path + length - 4, "-shm") != 0);
}

/* Whether it is the folder of what is meant. */
static int
is_folder(const char *path)
{
	size_t length = strlen(path);

	return log_fd >= 0 && strncmp(path, of, length) == 0 && strrchr(of, '/') == of + length;
}

static void
path_of(int fd, char path[4096])
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = log_fd >= 0 ? readlink(link, path, 4095) : -1;
	path[length > 0 ? length : 0] = '\0';
}

static void
tell(enum kind kind, const char *path, const void *bytes, size_t count, off_t at)
{
	const struct record record = { kind, (uint32_t)strlen(path), (uint64_t)at, count };
	const struct iovec parts[] = { { (void *)&record, sizeof record }, { (void *)path, strlen(path) },
		{ (void *)bytes, bytes != NULL ? count : 0 } };

	if (writev(log_fd, parts, 3) < 0)
		abort();
}

#define NEXT(of_name) ((__typeof__(&of_name))dlsym(RTLD_NEXT, #of_name))

ssize_t
pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
	char path[4096];
	ssize_t done;

	path_of(fd, path);
	if (!is_meant(path))
		return NEXT(pwrite64)(fd, bytes, count, at);
	flock(log_fd, LOCK_EX);
	if ((done = NEXT(pwrite64)(fd, bytes, count, at)) > 0)
		tell(WRITTEN, path, bytes, (size_t)done, at);
	flock(log_fd, LOCK_UN);
	return done;
}

ssize_t
pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	return pwrite64(fd, bytes, count, at);
}

int
ftruncate64(int fd, off64_t length)
{
	char path[4096];
	int rc;

	path_of(fd, path);
	if (!is_meant(path))
		return NEXT(ftruncate64)(fd, length);
	flock(log_fd, LOCK_EX);
	if ((rc = NEXT(ftruncate64)(fd, length)) == 0)
		tell(CUT, path, NULL, 0, length);
	flock(log_fd, LOCK_UN);
	return rc;
}

int
ftruncate(int fd, off_t length)
{
	return ftruncate64(fd, length);
}

/* A disk need not be asked: what it would have to hold from here on is told. */
static int
sync_file(int fd, int (*next)(int fd))
{
	char path[4096];

	path_of(fd, path);
	if (!is_meant(path) && !is_folder(path))
		return next(fd);
	flock(log_fd, LOCK_EX);
	tell(is_folder(path) ? FOLDER_SYNCED : SYNCED, path, NULL, 0, 0);
	flock(log_fd, LOCK_UN);
	return 0;
}

int
fdatasync(int fd)
{
	return sync_file(fd, NEXT(fdatasync));
}

int
fsync(int fd)
{
	return sync_file(fd, NEXT(fsync));
}

int
open64(const char *path, int flags, ...)
{
	va_list rest;
	int fd, was, mode;

	va_start(rest, flags);
	mode = flags & O_CREAT ? va_arg(rest, int) : 0;
	va_end(rest);
	if (!(flags & O_CREAT) || !is_meant(path))
		return NEXT(open64)(path, flags, mode);
	flock(log_fd, LOCK_EX);
	was = access(path, F_OK) == 0;
	if ((fd = NEXT(open64)(path, flags, mode)) >= 0 && !was)
		tell(MADE, path, NULL, 0, 0);
	flock(log_fd, LOCK_UN);
	return fd;
}

int
open(const char *path, int flags, ...)
{
	va_list rest;
	int mode;

	va_start(rest, flags);
	mode = flags & O_CREAT ? va_arg(rest, int) : 0;
	va_end(rest);
	return open64(path, flags, mode);
}

int
unlink(const char *path)
{
	int rc;

	if (!is_meant(path))
		return NEXT(unlink)(path);
	flock(log_fd, LOCK_EX);
	if ((rc = NEXT(unlink)(path)) == 0)
		tell(REMOVED, path, NULL, 0, 0);
	flock(log_fd, LOCK_UN);
	return rc;
}
