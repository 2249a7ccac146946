/* keys_own: what keys.c and keys_edit.c share: the form of a key, and the file as it lies there. */
#ifndef CM_KEYS_OWN_H
#define CM_KEYS_OWN_H

#include <stddef.h>
#include <sys/stat.h>

#include "keys.h"

#define CM_KEY_PREFIX "cm_"
#define CM_KEY_DIGITS "0123456789abcdef"
enum { CM_KEY_ID_BYTES = 4, CM_KEY_SECRET_BYTES = 32 };

/* What the file keeps of a secret of CM_KEY_SECRET_BYTES, as digits. */
void cm_key_hash(const char *secret, char hash[CM_KEY_HASH_TEXT]);

struct cm_keys_image {
	char *text;
	size_t length;
	struct stat status;
};

/* Reads an open file whole, up to a mebibyte; the caller frees the text, whatever comes.  CM_EIO, CM_ENOMEM. */
int cm_keys_image_read(int fd, struct cm_keys_image *image);
/* What a file was when it was read last; all zeros: it was not. */
struct cm_keys_seen {
	struct stat status;	/* all zeros: it was missing */
	bool tried;
};

/* Reads the file at a path where it has changed since: 1 it was read, or is missing, which is as good as empty; 0 it had not changed.
 * The caller frees the text.  Errors as cm_keys_image_read; the file then counts as never read. */
int cm_keys_image_refresh(const char *path, struct cm_keys_seen *seen, struct cm_keys_image *image);

/* The line that starts at *at, its length without the line feed, and *at behind it; NULL behind the last. */
const char *cm_keys_image_line(const struct cm_keys_image *image, size_t *at, size_t *length);

#endif
