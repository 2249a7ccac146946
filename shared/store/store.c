/* store: opening, transactions and what is remembered of them, the same for every engine; see store.h. */
#include "config.h"

#include "store_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "settings.h"
#include "sql.h"

int64_t
cm_store_now_ms(void)
{
	return cm_monotonic_us() / 1000;
}

int
cm_store_fail(struct cm_store *store, int error, const char *problem)
{
	snprintf(store->problem, sizeof store->problem, "%s", problem);
	return error;
}

const char *
cm_store_state_problem(const char *state)
{
	return strcmp(state, "detaching") == 0
		? "The call database is being detached; where that was broken off run: callmetrics detach DATABASE"
		: "The call database is still being attached; where that was broken off run: callmetrics attach DATABASE";
}

int
cm_store_refuse(struct cm_store *store, const char *problem)
{
	return cm_store_fail(store, CM_ESTORE, problem);
}

int
cm_store_lacks(struct cm_store *store, const char *statement)
{
	snprintf(store->problem, sizeof store->problem, "The statement %s is missing from this program; install it again.", statement);
	return CM_ESTORE;
}

int
cm_store_relay(struct cm_store *store, const struct cm_store *other, int error)
{
	return other == store ? error : cm_store_fail(store, error, other->problem);
}

const char *
cm_store_problem(const struct cm_store *store)
{
	return store->problem;
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static const struct cm_engine *
engine_of(const char *url)
{
	return begins(url, "postgresql://") || begins(url, "postgres://") ? &cm_engine_postgres : &cm_engine_sqlite;
}

int
cm_store_open(const char *url, enum cm_store_mode mode, struct cm_store **out)
{
	struct cm_store *store = calloc(1, sizeof *store);

	if (store == NULL)
		return CM_ENOMEM;
	store->engine = engine_of(url);
	store->mode = mode;
	if ((store->url = strdup(url)) == NULL || store->engine->open(store) < 0) {
		free(store->url);
		free(store);
		return CM_ENOMEM;
	}
	*out = store;
	return 0;
}

static void
forget_notes(struct cm_store *store)
{
	while (store->note_count > 0)
		free((void *)(uintptr_t)store->notes[--store->note_count].statement);
}

/* One owner's memo. */
struct cm_remembered {
	const struct cm_memo *owner;
	void *memo;
	struct cm_remembered *next;
};

static struct cm_remembered *
remembered_of(const struct cm_store *store, const struct cm_memo *owner)
{
	struct cm_remembered *entry = store->remembered;

	while (entry != NULL && entry->owner != owner)
		entry = entry->next;
	return entry;
}

void *
cm_store_memo(const struct cm_store *store, const struct cm_memo *owner)
{
	const struct cm_remembered *entry = remembered_of(store, owner);

	return entry != NULL ? entry->memo : NULL;
}

int
cm_store_remember(struct cm_store *store, const struct cm_memo *owner, void *memo)
{
	struct cm_remembered *entry = remembered_of(store, owner);

	if (entry != NULL) {
		owner->release(entry->memo);
	} else if ((entry = malloc(sizeof *entry)) == NULL) {
		owner->release(memo);
		return CM_ENOMEM;
	} else {
		entry->next = store->remembered;
		store->remembered = entry;
	}
	entry->owner = owner;
	entry->memo = memo;
	return 0;
}

static int
before_commit(struct cm_store *store)
{
	const struct cm_remembered *entry;
	int rc = 0;

	for (entry = store->remembered; entry != NULL && rc == 0; entry = entry->next)
		if (entry->owner->before_commit != NULL)
			rc = entry->owner->before_commit(store, entry->memo);
	return rc;
}

static void
forget_memos(struct cm_store *store)
{
	struct cm_remembered *entry;

	while ((entry = store->remembered) != NULL) {
		store->remembered = entry->next;
		entry->owner->release(entry->memo);
		free(entry);
	}
}

void
cm_store_forget(struct cm_store *store)
{
	while (store->rows_count > 0) {
		store->engine->finish(store->rows[--store->rows_count]);
		free(store->rows[store->rows_count]);
	}
	store->in_transaction = false;
	forget_memos(store);
	forget_notes(store);
	store->engine->disconnect(store);
}

void
cm_store_close(struct cm_store *store)
{
	struct cm_defined *defined;

	if (store == NULL)
		return;
	cm_store_forget(store);
	store->engine->close(store);
	free(store->rows);
	while ((defined = store->defined) != NULL) {
		store->defined = defined->next;
		free(defined->text);
		free(defined);
	}
	free(store->wall);
	free(store->url);
	free(store);
}

void
cm_store_patience(struct cm_store *store, int64_t ms)
{
	store->patience_ms = ms;
}

bool
cm_store_every(struct cm_store *store, int64_t ms)
{
	int64_t now_ms = cm_store_now_ms();

	if (store->every_ms != 0 && now_ms - store->every_ms < ms)
		return false;
	store->every_ms = now_ms;
	return true;
}

int
cm_store_expect_much(struct cm_store *store, bool much)
{
	return store->engine->expect_much != NULL ? store->engine->expect_much(store, much) : 0;
}

bool
cm_store_lies_beside(const struct cm_store *store)
{
	return store->engine->lies_beside != NULL && store->engine->lies_beside(store);
}

const char *
cm_store_url(const struct cm_store *store)
{
	return store->url;
}

char *
cm_store_shown(const char *url, char out[CM_SHOWN_URL])
{
	const char *host = strstr(url, "://"), *at, *password;
	int shown = (int)strlen(url);

	at = host != NULL ? strchr(host + 3, '@') : NULL;
	password = at != NULL ? memchr(host + 3, ':', (size_t)(at - host - 3)) : NULL;
	if (password != NULL)
		shown = (int)(password - url);
	snprintf(out, CM_SHOWN_URL, "%.*s%s", shown, url, password != NULL ? at : "");
	return out;
}

int
cm_store_begin(struct cm_store *store)
{
	int64_t limit_ms = cm_setting_int("CALLMETRICS_QUERY_LIMIT_MS", CM_QUERY_LIMIT_MS, 1, 3600000);
	int rc;

	store->problem[0] = '\0';
	store->deadline_ms = store->mode == CM_STORE_READ ? cm_store_now_ms() + limit_ms : 0;
	if ((rc = store->engine->begin(store)) < 0)
		return rc;
	store->in_transaction = true;
	store->horizon_known = false;
	store->inexact = false;
	return 0;
}

bool
cm_store_is_remote(const struct cm_store *store)
{
	return store->engine->remote;
}

int
cm_store_wall(struct cm_store *store, const char *tenant_id)
{
	char *wall = NULL;

	if (tenant_id != NULL && (wall = strdup(tenant_id)) == NULL)
		return CM_ENOMEM;
	free(store->wall);
	store->wall = wall;
	return 0;
}

void
cm_store_give_up(struct cm_store *store, bool (*given_up)(void *arg), void *arg)
{
	store->given_up = given_up;
	store->given_up_arg = arg;
}

bool
cm_store_is_given_up(const struct cm_store *store)
{
	return store->mode == CM_STORE_READ && store->given_up != NULL && store->given_up(store->given_up_arg);
}

void
cm_store_no_deadline(struct cm_store *store)
{
	store->deadline_ms = 0;
}

int
cm_store_end(struct cm_store *store, bool keep)
{
	size_t i;
	int rc = 0;

	if (!store->in_transaction)
		return 0;
	if (keep)
		rc = before_commit(store);
	for (i = 0; i < store->rows_count; i++)
		cm_rows_done(store->rows[i]);
	store->deadline_ms = 0;
	store->in_transaction = false;
	forget_memos(store);
	if (keep && rc == 0 && (rc = store->engine->commit(store)) == 0)
		return 0;
	if (store->engine->roll_back(store) < 0)
		cm_store_forget(store);
	return rc;
}

int
cm_store_finish(struct cm_store *store, int rc)
{
	int end = cm_store_end(store, rc >= 0);

	return rc >= 0 && end < 0 ? end : rc;
}

int
cm_store_script(struct cm_store *store, const char *name)
{
	const struct cm_sql *sql = cm_sql_find(store->engine->name, name);

	return sql != NULL ? store->engine->script(store, sql->text) : cm_store_lacks(store, name);
}

int
cm_store_script_text(struct cm_store *store, const char *text)
{
	return store->engine->script(store, text);
}

int64_t
cm_store_append(struct cm_store *store, const char *table, struct cm_rows *rows, int64_t most)
{
	return store->engine->append != NULL ? store->engine->append(store, table, rows, most)
					     : cm_store_fail(store, CM_ESTORE, "Only a server's database takes rows of another.");
}

int
cm_store_journal_mode(struct cm_store *store, const char *mode, char former[16])
{
	return store->engine->journal_mode(store, mode, former);
}

int
cm_store_pruned_before(struct cm_store *store, int64_t *out_us)
{
	const struct cm_bind state[] = { CM_INT_PARAM("state_id", 1), { 0 } };
	int rc = 0;

	if (!store->horizon_known)
		rc = cm_store_number(store, "pruned-before", state, &store->pruned_before_us);
	if (rc < 0)
		return rc;
	store->horizon_known = true;
	*out_us = store->pruned_before_us;
	return 0;
}

void
cm_store_set_inexact(struct cm_store *store)
{
	store->inexact = true;
}

bool
cm_store_is_inexact(const struct cm_store *store)
{
	return store->inexact;
}

void
cm_store_explain(struct cm_store *store, bool on)
{
	forget_notes(store);
	store->explain = on;
	store->kept_ms = 0;
}

bool
cm_store_is_explained(const struct cm_store *store)
{
	return store->explain;
}

const struct cm_note *
cm_store_notes(const struct cm_store *store, size_t *count)
{
	*count = store->note_count;
	return store->notes;
}
