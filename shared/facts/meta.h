/*
 * meta: what a database of ours remembers of itself, by name (cm_meta).  All within a transaction.
 */
#ifndef CM_META_H
#define CM_META_H

#include <stddef.h>
#include <stdint.h>

struct cm_store;

/* What stands under a name; a number or a text that is not there is `fallback` or "".  A text that has no room is cut off. */
int cm_meta_number(struct cm_store *store, const char *key, int64_t fallback, int64_t *out);
int cm_meta_text(struct cm_store *store, const char *key, char *out, size_t room);

/* Puts it in place of what was there. */
int cm_meta_set_number(struct cm_store *store, const char *key, int64_t value);
int cm_meta_set_text(struct cm_store *store, const char *key, const char *value);

/* Takes it away, where it is. */
int cm_meta_drop(struct cm_store *store, const char *key);

#endif
