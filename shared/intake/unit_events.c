/*
 * unit_events: which events were taken; see unit.h.
 *
 * An event of a call is known by its call: a leaf of that, a row of cm_call_event, holds a hash of its id.  So what is looked for and
 * written lies where the calls are that go on now, whatever has been taken ever, and a tenant's events are none of another's business.
 * Within a call half of the hash that there is of tenant and id will do.  Events of no call are known by the whole, in cm_event.
 */
#include "config.h"

#include "unit_own.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

enum { LEAF_MOST = 128 };

static int64_t
short_key(const int64_t key[2])
{
	return (int64_t)((uint64_t)key[0] >> 1);
}

static bool
is_event(const void *thing, const void *key)
{
	const struct cm_event_entry *entry = thing;

	return memcmp(entry->key, key, sizeof entry->key) == 0;
}

struct cm_event_entry *
cm_unit_event_place(struct cm_unit *unit, const int64_t key[2])
{
	uint64_t hash = (uint64_t)key[0];	/* of a good hash */
	struct cm_event_entry *entry = cm_map_find(&unit->events, hash, is_event, key);

	if (entry != NULL || (entry = cm_arena_take(&unit->arena, sizeof *entry)) == NULL)
		return entry;
	memcpy(entry->key, key, sizeof entry->key);
	if (cm_map_add(&unit->events, hash, entry) < 0)
		return NULL;
	entry->unread = unit->unread_events;
	unit->unread_events = entry;
	return entry;
}

struct cm_event_leaf *
cm_unit_leaf_place(struct cm_unit *unit, struct cm_call_entry *call)
{
	struct cm_event_leaf *leaf = cm_arena_take(&unit->arena, sizeof *leaf);

	if (leaf == NULL)
		return NULL;
	leaf->call = call;
	leaf->next = call->leaves;
	call->leaves = leaf;
	return leaf;
}

/* A leaf of a call that is to hold a key, to be read. */
static struct cm_event_leaf *
want_leaf(struct cm_unit *unit, struct cm_call_entry *call, int64_t key)
{
	struct cm_event_leaf *leaf = cm_unit_leaf_place(unit, call);

	if (leaf == NULL)
		return NULL;
	leaf->least = key;
	leaf->unread = unit->unread_leaves;
	unit->unread_leaves = leaf;
	return leaf;
}

static struct cm_event_leaf *
leaf_of(const struct cm_call_entry *call, int64_t key)
{
	struct cm_event_leaf *leaf;

	for (leaf = call->leaves; leaf != NULL; leaf = leaf->next)
		if (leaf->is_read && key >= leaf->least && (leaf->until == 0 || key < leaf->until))
			break;
	return leaf;
}

static int
find_leaf(struct cm_unit *unit, struct cm_call_entry *call, int64_t key, struct cm_event_leaf **out)
{
	int rc;

	if ((*out = leaf_of(call, key)) != NULL)
		return 0;
	if (unit->unread_leaves == NULL && want_leaf(unit, call, key) == NULL)
		return CM_ENOMEM;
	if ((rc = cm_unit_read_leaves(unit)) < 0)
		return rc;
	return find_leaf(unit, call, key, out);
}

int
cm_unit_prefetch_event(struct cm_unit *unit, const char *tenant_id, const char *call_id, const int64_t key[2])
{
	struct cm_call_entry *call;

	if (!cm_store_is_remote(unit->store))
		return 0;
	if (call_id == NULL)
		return cm_unit_event_place(unit, key) != NULL ? 0 : CM_ENOMEM;
	if ((call = cm_unit_call_place(unit, tenant_id, call_id)) == NULL)
		return CM_ENOMEM;
	return call->leaves != NULL || want_leaf(unit, call, short_key(key)) != NULL ? 0 : CM_ENOMEM;
}

static bool
holds(const struct cm_event_leaf *leaf, int64_t key, size_t *at)
{
	for (*at = 0; *at < leaf->count; ++*at)
		if (leaf->keys[*at] == key)
			return true;
	return false;
}

/* Room for all keys that a leaf may hold. */
int
cm_unit_leaf_room(struct cm_unit *unit, struct cm_event_leaf *leaf, size_t count)
{
	size_t room = count > LEAF_MOST / 4 ? LEAF_MOST : LEAF_MOST / 2;
	int64_t *keys;

	if (count > LEAF_MOST)
		return cm_store_fail(unit->store, CM_ESTORE, "What is known of a call's events is damaged.");
	if (count <= leaf->room)
		return 0;
	if ((keys = cm_arena_take(&unit->arena, room * sizeof *keys)) == NULL)
		return CM_ENOMEM;
	if (leaf->count > 0)
		memcpy(keys, leaf->keys, leaf->count * sizeof *keys);
	leaf->keys = keys;
	leaf->room = room;
	return 0;
}

static int
by_number(const void *one, const void *other)
{
	const int64_t *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

/* The upper half of a full leaf becomes another. */
static int
split(struct cm_unit *unit, struct cm_event_leaf *leaf)
{
	struct cm_event_leaf *upper = cm_unit_leaf_place(unit, leaf->call);
	size_t half = leaf->count / 2;
	int rc;

	if (upper == NULL)
		return CM_ENOMEM;
	qsort(leaf->keys, leaf->count, sizeof *leaf->keys, by_number);
	upper->is_read = upper->changed = true;
	upper->least = leaf->keys[half];
	upper->until = leaf->until;
	upper->by_id = leaf->by_id;
	if ((rc = cm_unit_leaf_room(unit, upper, LEAF_MOST)) < 0)
		return rc;
	upper->count = leaf->count - half;
	memcpy(upper->keys, leaf->keys + half, upper->count * sizeof *upper->keys);
	leaf->until = upper->least;
	leaf->count = half;
	leaf->changed = true;
	return 0;
}

static int
add_key(struct cm_unit *unit, struct cm_event_leaf *leaf, int64_t key)
{
	int rc;

	if (leaf->count == LEAF_MOST) {
		if ((rc = split(unit, leaf)) < 0)
			return rc;
		leaf = leaf_of(leaf->call, key);
	}
	if ((rc = cm_unit_leaf_room(unit, leaf, leaf->count + 1)) < 0)
		return rc;
	leaf->keys[leaf->count++] = key;
	leaf->changed = true;
	unit->taken++;
	return 1;
}

/* Whether an event is known by its whole hash; *out is its entry. */
static int
known_by_id(struct cm_unit *unit, const int64_t key[2], struct cm_event_entry **out)
{
	int rc;

	if ((*out = cm_unit_event_place(unit, key)) == NULL)
		return CM_ENOMEM;
	if (!(*out)->is_read && (rc = cm_unit_read_events(unit)) < 0)
		return rc;
	return (*out)->taken;
}

static int
take_by_call(struct cm_unit *unit, struct cm_call_entry *call, const int64_t key[2])
{
	struct cm_event_entry *entry;
	struct cm_event_leaf *leaf;
	size_t at;
	int rc;

	if ((rc = find_leaf(unit, call, short_key(key), &leaf)) < 0)
		return rc;
	if (holds(leaf, short_key(key), &at))
		return 0;
	if (leaf->by_id && (rc = known_by_id(unit, key, &entry)) != 0)
		return rc < 0 ? rc : 0;
	return add_key(unit, leaf, short_key(key));
}

int
cm_unit_event(struct cm_unit *unit, struct cm_call_entry *call, const int64_t key[2], cm_us now)
{
	struct cm_event_entry *entry;
	int rc;

	if (call != NULL)
		return take_by_call(unit, call, key);
	if ((rc = known_by_id(unit, key, &entry)) != 0)
		return rc < 0 ? rc : 0;
	entry->taken = entry->is_new = true;
	entry->seen = now;
	return 1;
}

void
cm_unit_event_forget(struct cm_unit *unit, struct cm_call_entry *call, const int64_t key[2])
{
	struct cm_event_entry *entry = cm_map_find(&unit->events, (uint64_t)key[0], is_event, key);
	struct cm_event_leaf *leaf;
	size_t at;

	if (call == NULL && entry != NULL)
		entry->taken = entry->is_new = false;
	if (call != NULL && (leaf = leaf_of(call, short_key(key))) != NULL && holds(leaf, short_key(key), &at))
		leaf->keys[at] = leaf->keys[--leaf->count];
}

int
cm_unit_by_event_key(const void *one, const void *other)
{
	const struct cm_event_entry *a = *(const struct cm_event_entry *const *)one, *b = *(const struct cm_event_entry *const *)other;

	if (a->key[0] != b->key[0])
		return a->key[0] < b->key[0] ? -1 : 1;
	return (a->key[1] > b->key[1]) - (a->key[1] < b->key[1]);
}

int
cm_unit_add_event(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing)
{
	const struct cm_event_entry *entry = thing;
	const struct cm_bind binds[] = { CM_INT_PARAM("key_1", entry->key[0]), CM_INT_PARAM("key_2", entry->key[1]),
		CM_INT_PARAM("seen_us", entry->seen), { 0 } };

	(void)unit;
	return entry->is_new ? cm_row_batch_add(batch, binds) : 0;
}

/* A key as it is stored: the highest byte first, whatever the machine. */
static void
put_key(unsigned char *at, int64_t key)
{
	int i;

	for (i = CM_EVENT_KEY_BYTES - 1; i >= 0; i--, key >>= 8)
		at[i] = (unsigned char)(key & 255);
}

static int
add_leaf(struct cm_unit *unit, struct cm_row_batch *batch, const struct cm_event_leaf *leaf)
{
	unsigned char *bytes = cm_arena_take(&unit->arena, leaf->count * CM_EVENT_KEY_BYTES + 1);
	size_t i;

	if (bytes == NULL)
		return CM_ENOMEM;
	for (i = 0; i < leaf->count; i++)
		put_key(bytes + i * CM_EVENT_KEY_BYTES, leaf->keys[i]);
	const struct cm_bind binds[] = { CM_INT_PARAM("call_no", leaf->call->call_no), CM_INT_PARAM("least", leaf->least),
		CM_INT_PARAM("until", leaf->until),
		CM_INT_PARAM("by_id", leaf->by_id), CM_BYTES_PARAM("keys", bytes, leaf->count * CM_EVENT_KEY_BYTES), { 0 } };

	return cm_row_batch_add(batch, binds);
}

int
cm_unit_by_call_no(const void *one, const void *other)
{
	const struct cm_call_entry *a = *(const struct cm_call_entry *const *)one, *b = *(const struct cm_call_entry *const *)other;

	return (a->call_no > b->call_no) - (a->call_no < b->call_no);
}

int
cm_unit_add_leaves(struct cm_unit *unit, struct cm_row_batch *batch, const void *thing)
{
	const struct cm_call_entry *call = thing;
	const struct cm_event_leaf *leaf;
	int rc = 0;

	for (leaf = call->leaves; leaf != NULL && rc == 0; leaf = leaf->next)
		if (leaf->changed && call->call_no != 0)
			rc = add_leaf(unit, batch, leaf);
	return rc;
}
