/* meta: reads and writes cm_meta; see meta.h. */
#include "config.h"

#include "meta.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store.h"

enum { NUMBER_TEXT = 24 };

int
cm_meta_text(struct cm_store *store, const char *key, char *out, size_t room)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("key", key), { 0 } };

	*out = '\0';
	return cm_store_text(store, "meta-text", binds, out, room);
}

int
cm_meta_number(struct cm_store *store, const char *key, int64_t fallback, int64_t *out)
{
	char text[NUMBER_TEXT];
	int rc = cm_meta_text(store, key, text, sizeof text);

	*out = text[0] == '\0' ? fallback : strtoll(text, NULL, 10);
	return rc;
}

int
cm_meta_set_text(struct cm_store *store, const char *key, const char *value)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("key", key), CM_TEXT_PARAM("value", value), { 0 } };
	int64_t rc = cm_store_run(store, "meta-set", binds);

	return rc < 0 ? (int)rc : 0;
}

int
cm_meta_set_number(struct cm_store *store, const char *key, int64_t value)
{
	char text[NUMBER_TEXT];

	snprintf(text, sizeof text, "%" PRId64, value);
	return cm_meta_set_text(store, key, text);
}

int
cm_meta_drop(struct cm_store *store, const char *key)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("key", key), { 0 } };
	int64_t rc = cm_store_run(store, "meta-drop", binds);

	return rc < 0 ? (int)rc : 0;
}
