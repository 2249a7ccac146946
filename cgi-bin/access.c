/*
 * access: whether a request may pass.  nginx asks it before every question behind the login and before all that is sent in
 * (auth_request); nobody else can reach it.
 *
 * A login, whose password nginx has checked, comes as REMOTE_USER with its CALLMETRICS_LOGIN_SCOPE and _TENANT; a key comes as
 * it was sent.  CALLMETRICS_NEED is what the request wants: read or write.  Whatever is missing or not understood opens nothing.
 *
 *   204  it may; Callmetrics-Tenant is what it is bound to (none: to no tenant), Callmetrics-Key the id of the key
 *   401  no login, and no such key
 *   403  the login or key is good, but not for this
 *   503  the file of keys cannot be read
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "endpoint.h"
#include "error.h"
#include "keys.h"
#include "log.h"
#include "settings.h"

static const struct cm_param params[] = { { 0 } };

static const char bearer[] = "Bearer ";

static struct cm_keys *keys;	/* the file, kept between requests */

static int
refresh_keys(void)
{
	const char *path = cm_setting("CALLMETRICS_KEYS");
	int rc;

	if (keys == NULL && (keys = cm_keys_open(path != NULL ? path : CM_KEYS_FILE)) == NULL)
		return CM_ENOMEM;
	rc = cm_keys_refresh(keys);
	if (rc > 0 && cm_keys_garbled(keys) > 0) {
		const struct cm_field fields[] = { { .name = "line", .number = (long long)cm_keys_garbled(keys) }, { 0 } };

		cm_log(CM_WARNING, "callmetrics.access", "keys_line_ignored", fields);
	}
	return rc;
}

static int
let_pass(struct cm_reply *reply, bool allowed, const char *tenant, const char *key_id)
{
	if (!allowed)
		return cm_reply_deny(reply, 403, "This login or key may not do that.");
	cm_reply_status(reply, 204);
	cm_reply_header(reply, "Callmetrics-Tenant", tenant);
	cm_reply_header(reply, "Callmetrics-Key", key_id);
	return 0;
}

static int
judge_key(struct cm_reply *reply, const char *presented, unsigned need)
{
	const struct cm_key *key;

	if (refresh_keys() < 0)
		return cm_reply_deny(reply, 503, "The file of keys cannot be read.");
	if ((key = cm_keys_find(keys, presented)) == NULL) {
		cm_reply_header(reply, "WWW-Authenticate", "Bearer realm=\"callmetrics\", error=\"invalid_token\"");
		return cm_reply_deny(reply, 401, "There is no such key.");
	}
	return let_pass(reply, (key->scope & need) != 0, strcmp(key->tenant, "*") != 0 ? key->tenant : "", key->id);
}

static int
judge(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	const char *sent = cm_reply_variable(reply, "HTTP_AUTHORIZATION");
	const char *tenant = cm_reply_variable(reply, "CALLMETRICS_LOGIN_TENANT");
	unsigned need = 0, scope = 0;

	(void)store;
	(void)query;
	cm_scope_parse(cm_reply_variable(reply, "CALLMETRICS_NEED"), &need);
	if (strncasecmp(sent, bearer, sizeof bearer - 1) == 0)
		return judge_key(reply, sent + sizeof bearer - 1, need);
	if (*cm_reply_variable(reply, "REMOTE_USER") == '\0') {
		cm_reply_header(reply, "WWW-Authenticate", "Basic realm=\"callmetrics\"");
		return cm_reply_deny(reply, 401, "Neither a login nor a key was sent.");
	}
	cm_scope_parse(cm_reply_variable(reply, "CALLMETRICS_LOGIN_SCOPE"), &scope);
	return let_pass(reply, (scope & need) != 0 && (*tenant == '\0' || cm_key_word(tenant, CM_KEY_TENANT_TEXT - 1)), tenant, "");
}

const struct cm_endpoint cm_endpoint = {
	.name = "access", .path = "/.callmetrics/access", .summary = "Whether a request may pass; for nginx alone.",
	.params = params, .handle = judge, .no_store = true,
};
