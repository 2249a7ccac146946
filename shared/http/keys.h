/*
 * keys: what machines send instead of a login, `Authorization: Bearer cm_ID_SECRET`.
 *
 * They are kept in one file, a line for each, with a tab between its fields:
 *
 *	id  sha256-of-the-secret  scope  tenant  created  name
 *
 * The secret itself is shown once, when it is made.  It is 256 random bits, so there is nothing to guess, and a plain SHA-256
 * keeps it: a slow hash is for words that people choose.  A line that is not of this form opens nothing.
 */
#ifndef CM_KEYS_H
#define CM_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "clock.h"

enum { CM_SCOPE_READ = 1, CM_SCOPE_WRITE = 2 };

enum {
	CM_KEY_ID_TEXT = 8 + 1,
	CM_KEY_HASH_TEXT = 64 + 1,
	CM_KEY_TEXT = 3 + 8 + 1 + 64 + 1,	/* cm_ID_SECRET */
	CM_KEY_TENANT_TEXT = 128 + 1,
	CM_KEY_NAME_TEXT = 64 + 1,
	CM_SCOPE_TEXT = 16,
	CM_KEYS_MAX = 4096,			/* in one file */
};

struct cm_key {
	char id[CM_KEY_ID_TEXT];
	char hash[CM_KEY_HASH_TEXT];
	unsigned scope;				/* CM_SCOPE_READ, CM_SCOPE_WRITE, or both */
	char tenant[CM_KEY_TENANT_TEXT];	/* the one whose calls it reads and sends; "*": any */
	char created[CM_TIME_TEXT];
	char name[CM_KEY_NAME_TEXT];
};

/* "read", "write" or "read,write"; false for anything else. */
bool cm_scope_parse(const char *text, unsigned *scope);
const char *cm_scope_text(unsigned scope, char text[CM_SCOPE_TEXT]);

/* Whether text can be a tenant or a name: UTF-8 of 1 to most bytes, no control characters, no blank at either end. */
bool cm_key_word(const char *text, size_t most);

/* Reads one line of the file, without its end. */
bool cm_key_parse(const char *line, size_t length, struct cm_key *key);

/* The file as a program that answers keeps it. */
struct cm_keys;

/* No file is read yet.  NULL for want of memory.  cm_keys_close takes NULL. */
struct cm_keys *cm_keys_open(const char *path);
void cm_keys_close(struct cm_keys *keys);

/* Reads the file where it has changed since: 1 it was read, 0 it had not changed.  A missing file holds no key.  CM_EIO, and
 * no key, where it cannot be read or is over a mebibyte; CM_ENOMEM. */
int cm_keys_refresh(struct cm_keys *keys);
/* The key that is presented as `cm_ID_SECRET`; NULL where there is none.  Borrowed until the next refresh. */
const struct cm_key *cm_keys_find(const struct cm_keys *keys, const char *presented);
/* All of them, in the order of the file. */
const struct cm_key *cm_keys_all(const struct cm_keys *keys, size_t *count);
/* The number of the first line that was not understood; 0: none. */
size_t cm_keys_garbled(const struct cm_keys *keys);

/*
 * Changes of the file: written beside it and renamed over it, one process at a time, mode 0640, owner and group as they were.
 * What was not understood stays as it is.  CM_EIO with errno, CM_ENOMEM.
 */

/* Makes a key of key->name, ->scope and ->tenant, and writes it to the file, which is made where it is missing; fills the rest of
 * *key, and `shown`, what its owner is to be told.  CM_EPARAM when one of the three is unfit or the file is full. */
int cm_keys_add(const char *path, struct cm_key *key, char shown[CM_KEY_TEXT]);
/* Takes out the lines of an id; CM_ENOTFOUND where there is none. */
int cm_keys_revoke(const char *path, const char *id);

#endif
