/* keys: what machines send instead of a login; see keys.h. */
#include "config.h"

#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sha2.h>

#include "error.h"
#include "keys_own.h"
#include "text.h"

enum { FILE_BYTES_MAX = 1 << 20, FIELDS = 6 };

static const struct {
	const char *text;
	unsigned scope;
} scopes[] = {
	{ "read", CM_SCOPE_READ },
	{ "write", CM_SCOPE_WRITE },
	{ "read,write", CM_SCOPE_READ | CM_SCOPE_WRITE },
	{ "write,read", CM_SCOPE_READ | CM_SCOPE_WRITE },
};

bool
cm_scope_parse(const char *text, unsigned *scope)
{
	size_t i;

	for (i = 0; i < nitems(scopes); i++)
		if (strcmp(scopes[i].text, text) == 0) {
			*scope = scopes[i].scope;
			return true;
		}
	return false;
}

const char *
cm_scope_text(unsigned scope, char text[CM_SCOPE_TEXT])
{
	size_t i;

	*text = '\0';
	for (i = 0; i < nitems(scopes) && *text == '\0'; i++)
		if (scopes[i].scope == scope)
			snprintf(text, CM_SCOPE_TEXT, "%s", scopes[i].text);
	return text;
}

bool
cm_key_word(const char *text, size_t most)
{
	size_t length = strlen(text), i;

	if (length == 0 || length > most || text[0] == ' ' || text[length - 1] == ' ')
		return false;
	for (i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return cm_utf8_valid(text, length);
}

static bool
is_hex(const char *text, size_t length)
{
	return strlen(text) == length && strspn(text, CM_KEY_DIGITS) == length;
}

/* Copies the field that starts at *at and steps behind the tab after it; an empty text where it is too long or not there. */
static void
take_field(const char **at, const char *end, char *field, size_t room)
{
	const char *tab = *at < end ? memchr(*at, '\t', (size_t)(end - *at)) : NULL;
	size_t length = (size_t)((tab != NULL ? tab : end) - *at);

	if (length >= room)
		length = 0;
	memcpy(field, *at, length);
	field[length] = '\0';
	*at = tab != NULL ? tab + 1 : end;
}

bool
cm_key_parse(const char *line, size_t length, struct cm_key *key)
{
	const char *at = line, *end = line + length;
	char scope[CM_SCOPE_TEXT];
	size_t i, tabs = 0;

	for (i = 0; i < length; i++) {
		if (line[i] == '\0')
			return false;
		tabs += line[i] == '\t';
	}
	if (tabs != FIELDS - 1)
		return false;
	take_field(&at, end, key->id, sizeof key->id);
	take_field(&at, end, key->hash, sizeof key->hash);
	take_field(&at, end, scope, sizeof scope);
	take_field(&at, end, key->tenant, sizeof key->tenant);
	take_field(&at, end, key->created, sizeof key->created);
	take_field(&at, end, key->name, sizeof key->name);
	return is_hex(key->id, 2 * CM_KEY_ID_BYTES) && is_hex(key->hash, CM_KEY_HASH_TEXT - 1) && cm_scope_parse(scope, &key->scope) &&
	    cm_key_word(key->tenant, CM_KEY_TENANT_TEXT - 1) && cm_key_word(key->created, CM_TIME_TEXT - 1) &&
	    cm_key_word(key->name, CM_KEY_NAME_TEXT - 1);
}

int
cm_keys_image_read(int fd, struct cm_keys_image *image)
{
	ssize_t got = 0;

	image->length = 0;
	if (fstat(fd, &image->status) < 0 || image->status.st_size > FILE_BYTES_MAX)
		return CM_EIO;
	/* One byte more than there is, to see that nothing follows. */
	if ((image->text = malloc((size_t)image->status.st_size + 1)) == NULL)
		return CM_ENOMEM;
	while (image->length <= (size_t)image->status.st_size &&
	    (got = read(fd, image->text + image->length, (size_t)image->status.st_size + 1 - image->length)) > 0)
		image->length += (size_t)got;
	return got < 0 ? CM_EIO : 0;
}

const char *
cm_keys_image_line(const struct cm_keys_image *image, size_t *at, size_t *length)
{
	size_t left = image->length - *at;
	const char *line, *end;

	if (left == 0)
		return NULL;
	line = image->text + *at;
	end = memchr(line, '\n', left);
	*length = end != NULL ? (size_t)(end - line) : left;
	*at += *length + (end != NULL);
	return line;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size && a->st_mode == b->st_mode &&
	    same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

int
cm_keys_image_refresh(const char *path, struct cm_keys_seen *seen, struct cm_keys_image *image)
{
	struct stat status = { 0 };
	bool known = stat(path, &status) == 0 || errno == ENOENT;
	int fd, rc;

	if (known && seen->tried && same_file(&status, &seen->status))
		return 0;
	memset(seen, 0, sizeof *seen);
	if (!known)
		return CM_EIO;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0) {
		seen->tried = errno == ENOENT;
		return seen->tried ? 1 : CM_EIO;
	}
	if ((rc = cm_keys_image_read(fd, image)) == 0) {
		seen->status = image->status;
		seen->tried = true;
		rc = 1;
	}
	close(fd);
	return rc;
}

struct cm_keys {
	char *path;
	struct cm_keys_seen seen;
	struct cm_key *all;
	size_t count;
	size_t garbled;
};

struct cm_keys *
cm_keys_open(const char *path)
{
	struct cm_keys *keys = calloc(1, sizeof *keys);

	if (keys == NULL || (keys->path = strdup(path)) == NULL) {
		free(keys);
		return NULL;
	}
	return keys;
}

static void
forget(struct cm_keys *keys)
{
	free(keys->all);
	keys->all = NULL;
	keys->count = keys->garbled = 0;
}

void
cm_keys_close(struct cm_keys *keys)
{
	if (keys == NULL)
		return;
	forget(keys);
	free(keys->path);
	free(keys);
}

static int
take_keys(struct cm_keys *keys, const struct cm_keys_image *image)
{
	const char *line;
	size_t at, length, number, lines = 0;

	for (at = 0; cm_keys_image_line(image, &at, &length) != NULL;)
		lines++;
	if (lines > CM_KEYS_MAX)
		lines = CM_KEYS_MAX;
	if (lines > 0 && (keys->all = calloc(lines, sizeof *keys->all)) == NULL)
		return CM_ENOMEM;
	for (at = 0, number = 1; (line = cm_keys_image_line(image, &at, &length)) != NULL; number++) {
		if (length == 0 || *line == '#')
			continue;
		if (keys->count < lines && cm_key_parse(line, length, &keys->all[keys->count]))
			keys->count++;
		else if (keys->garbled == 0)
			keys->garbled = number;
	}
	return 1;
}

int
cm_keys_refresh(struct cm_keys *keys)
{
	struct cm_keys_image image = { 0 };
	int rc;

	if ((rc = cm_keys_image_refresh(keys->path, &keys->seen, &image)) == 0)
		return 0;
	forget(keys);
	if (rc > 0 && (rc = take_keys(keys, &image)) < 0)
		keys->seen.tried = false;
	free(image.text);
	return rc;
}

void
cm_key_hash(const char *secret, char hash[CM_KEY_HASH_TEXT])
{
	SHA256Data((const uint8_t *)secret, 2 * CM_KEY_SECRET_BYTES, hash);
}

/* Takes as long wherever they differ. */
static bool
same_hash(const char *a, const char *b)
{
	unsigned char differ = 0;
	size_t i;

	for (i = 0; i < CM_KEY_HASH_TEXT - 1; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

const struct cm_key *
cm_keys_find(const struct cm_keys *keys, const char *presented)
{
	const size_t id_at = sizeof CM_KEY_PREFIX - 1, secret_at = id_at + 2 * CM_KEY_ID_BYTES + 1;
	char hash[CM_KEY_HASH_TEXT];
	size_t i;

	if (strlen(presented) != CM_KEY_TEXT - 1 || memcmp(presented, CM_KEY_PREFIX, id_at) != 0 || presented[secret_at - 1] != '_')
		return NULL;
	cm_key_hash(presented + secret_at, hash);
	for (i = 0; i < keys->count; i++)
		if (memcmp(keys->all[i].id, presented + id_at, 2 * CM_KEY_ID_BYTES) == 0)
			return same_hash(keys->all[i].hash, hash) ? &keys->all[i] : NULL;
	return NULL;
}

const struct cm_key *
cm_keys_all(const struct cm_keys *keys, size_t *count)
{
	*count = keys->count;
	return keys->all;
}

size_t
cm_keys_garbled(const struct cm_keys *keys)
{
	return keys->garbled;
}
