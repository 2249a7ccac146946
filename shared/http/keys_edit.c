/* keys_edit: how the file of keys is changed; see keys.h. */
#include "config.h"

#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "error.h"
#include "keys_own.h"

enum { PATH_BYTES = 4096, TRIES = 100 };

/* Opens the file and locks it; one that was replaced meanwhile is not the one to lock. */
static int
open_locked(const char *path, int flags, int *out)
{
	struct stat there, ours;
	int fd, tries;

	for (tries = 0; tries < TRIES; tries++) {
		if ((fd = open(path, O_RDWR | O_CLOEXEC | flags, 0640)) < 0)
			return errno == ENOENT ? CM_ENOTFOUND : CM_EIO;
		if (flock(fd, LOCK_EX) == 0 && fstat(fd, &ours) == 0 && stat(path, &there) == 0 && there.st_ino == ours.st_ino &&
		    there.st_dev == ours.st_dev) {
			*out = fd;
			return 0;
		}
		close(fd);
	}
	errno = EBUSY;
	return CM_EIO;
}

static bool
is_of(const char *line, size_t length, const char *id)
{
	size_t bytes = strlen(id);

	return length > bytes && memcmp(line, id, bytes) == 0 && line[bytes] == '\t';
}

static size_t
lines_of(const struct cm_keys_image *image, const char *id)
{
	const char *line;
	size_t at = 0, length, count = 0;

	while ((line = cm_keys_image_line(image, &at, &length)) != NULL)
		count += id == NULL ? length > 0 && *line != '#' : is_of(line, length, id);
	return count;
}

/* Writes the lines but those of an id, and then one more; either may be NULL. */
static bool
write_lines(FILE *file, const struct cm_keys_image *image, const char *without, const struct cm_key *added)
{
	char scope[CM_SCOPE_TEXT];
	const char *line;
	size_t at = 0, length;

	while ((line = cm_keys_image_line(image, &at, &length)) != NULL)
		if (without == NULL || !is_of(line, length, without)) {
			fwrite(line, 1, length, file);
			fputc('\n', file);
		}
	if (added != NULL)
		fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\n", added->id, added->hash, cm_scope_text(added->scope, scope), added->tenant,
		    added->created, added->name);
	return !ferror(file) && fflush(file) == 0 && fsync(fileno(file)) == 0;
}

/* So that the new name outlives a loss of power. */
static void
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_BYTES];
	int fd;

	snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1, slash != NULL ? path : ".");
	if ((fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return;
	fsync(fd);
	close(fd);
}

/* Puts a new file in the place of one that is locked. */
static int
replace(const char *path, const struct cm_keys_image *image, const char *without, const struct cm_key *added)
{
	char beside[PATH_BYTES];
	FILE *file = NULL;
	int fd, saved, rc = CM_EIO;

	if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside) {
		errno = ENAMETOOLONG;
		return CM_EIO;
	}
	unlink(beside);
	if ((fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
		return CM_EIO;
	if ((file = fdopen(fd, "w")) == NULL) {
		close(fd);
		goto out;
	}
	/* Who is not root keeps what is his; then the owner is so already. */
	if (fchown(fd, image->status.st_uid, image->status.st_gid) < 0 && errno != EPERM)
		goto out;
	if (fchmod(fd, 0640) < 0 || !write_lines(file, image, without, added) || rename(beside, path) < 0)
		goto out;
	sync_folder(path);
	rc = 0;
out:
	saved = errno;
	if (file != NULL)
		fclose(file);
	if (rc < 0)
		unlink(beside);
	errno = saved;
	return rc;
}

/* Random bytes in hexadecimal digits. */
static bool
random_hex(char *text, size_t bytes)
{
	uint8_t random[CM_KEY_SECRET_BYTES];
	size_t i;

	if (getrandom(random, bytes, 0) != (ssize_t)bytes)
		return false;
	for (i = 0; i < bytes; i++) {
		text[2 * i] = CM_KEY_DIGITS[random[i] >> 4];
		text[2 * i + 1] = CM_KEY_DIGITS[random[i] & 15];
	}
	text[2 * bytes] = '\0';
	return true;
}

static int
make_key(const struct cm_keys_image *image, struct cm_key *key, char shown[CM_KEY_TEXT])
{
	char secret[2 * CM_KEY_SECRET_BYTES + 1];

	if (lines_of(image, NULL) >= CM_KEYS_MAX)
		return CM_EPARAM;
	do {
		if (!random_hex(key->id, CM_KEY_ID_BYTES) || !random_hex(secret, CM_KEY_SECRET_BYTES))
			return CM_EIO;
	} while (lines_of(image, key->id) > 0);
	cm_key_hash(secret, key->hash);
	cm_time_text(cm_now_us(), key->created);
	snprintf(shown, CM_KEY_TEXT, CM_KEY_PREFIX "%s_%s", key->id, secret);
	return 0;
}

int
cm_keys_add(const char *path, struct cm_key *key, char shown[CM_KEY_TEXT])
{
	struct cm_keys_image image = { 0 };
	char scope[CM_SCOPE_TEXT];
	int fd, rc;

	if (!cm_key_word(key->name, CM_KEY_NAME_TEXT - 1) || !cm_key_word(key->tenant, CM_KEY_TENANT_TEXT - 1) ||
	    *cm_scope_text(key->scope, scope) == '\0')
		return CM_EPARAM;
	if ((rc = open_locked(path, O_CREAT, &fd)) < 0)
		return rc == CM_ENOTFOUND ? CM_EIO : rc;
	if ((rc = cm_keys_image_read(fd, &image)) == 0 && (rc = make_key(&image, key, shown)) == 0)
		rc = replace(path, &image, NULL, key);
	free(image.text);
	close(fd);
	return rc;
}

int
cm_keys_revoke(const char *path, const char *id)
{
	struct cm_keys_image image = { 0 };
	int fd, rc;

	if ((rc = open_locked(path, 0, &fd)) < 0)
		return rc;
	if ((rc = cm_keys_image_read(fd, &image)) == 0)
		rc = lines_of(&image, id) > 0 ? replace(path, &image, id, NULL) : CM_ENOTFOUND;
	free(image.text);
	close(fd);
	return rc;
}
