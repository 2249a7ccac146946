/*
 * access: whether a request may pass.  nginx asks it before every question behind the login and before all that is sent in
 * (auth_request); nobody else can reach it.
 *
 * HTTP_AUTHORIZATION is what was sent: a login with its password, or a key.  CALLMETRICS_LOGIN_SCOPE and _TENANT are what nginx's lists
 * say of REMOTE_USER, which has to be that login.  CALLMETRICS_NEED is what the request wants: read or write.  Whatever is missing or not
 * understood opens nothing.  Who is wrong too often waits (guesses.h); a password that was right lately and a key that is good
 * pass whatever others guess.
 *
 *   204  it may; Callmetrics-Tenant is what it is bound to (none: to no tenant), Callmetrics-Key the id of the key, Callmetrics-Scope
 *        what it may do
 *   401  no login, a wrong password, or no such key
 *   403  the login or key is good, but not for this; with Callmetrics-Wait, it was wrong too often and is to wait so many seconds
 *   503  the file of logins or of keys cannot be read
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "endpoint.h"
#include "error.h"
#include "guesses.h"
#include "keys.h"
#include "log.h"
#include "logins.h"
#include "settings.h"
#include "text.h"

static const struct cm_param params[] = { { 0 } };

static const char bearer[] = "Bearer ", basic[] = "Basic ";

/* Kept between requests. */
static struct cm_keys *keys;
static struct cm_logins *logins;
static struct cm_guesses *guesses;

/* Who may be wrong how often: a login from one network, any login from there, a login from anywhere; and keys, which nobody guesses but a
 * broken sender repeats. */
enum { LOGIN_HERE, NETWORK, LOGIN, KEYS, LIMITS, GUESSES = 10 };
static const struct cm_guess_limit limits[LIMITS] = {
	[LOGIN_HERE] = { "login and network", 1, 30 * CM_SECOND_US },
	[NETWORK] = { "network", 3, 5 * CM_SECOND_US },
	[LOGIN] = { "login", 10, CM_SECOND_US },
	[KEYS] = { "keys of a network", 10, CM_SECOND_US },
};

struct guess {
	int first, last;				/* of the limits that hold for it */
	char names[LIMITS][CM_LOGIN_TEXT + CM_NETWORK_TEXT];
};

/* `most` in the table is so many times what CALLMETRICS_GUESSES says. */
static struct cm_guess_limit
limit_of(int which)
{
	struct cm_guess_limit limit = limits[which];

	limit.most *= (int)cm_setting_int("CALLMETRICS_GUESSES", GUESSES, 1, 10000);
	return limit;
}

static void
name_guess(struct guess *guess, const struct cm_reply *reply, const char *login)
{
	char network[CM_NETWORK_TEXT];

	cm_network_of(cm_reply_variable(reply, "REMOTE_ADDR"), network);
	*guess = (struct guess){ .first = login != NULL ? LOGIN_HERE : KEYS, .last = login != NULL ? LOGIN : KEYS };
	snprintf(guess->names[LOGIN_HERE], sizeof guess->names[0], "%s %s", network, cm_or_empty(login));
	snprintf(guess->names[NETWORK], sizeof guess->names[0], "%s", network);
	snprintf(guess->names[LOGIN], sizeof guess->names[0], "%s", cm_or_empty(login));
	snprintf(guess->names[KEYS], sizeof guess->names[0], "%s", network);
}

/* The longest wait of all that hold. */
static cm_us
wait_of(const struct guess *guess, cm_us now)
{
	cm_us longest = 0, wait;
	int i;

	for (i = guess->first; i <= guess->last; i++) {
		const struct cm_guess_limit limit = limit_of(i);

		if ((wait = cm_guesses_wait(guesses, &limit, guess->names[i], now)) > longest)
			longest = wait;
	}
	return longest;
}

static void
count_wrong(const struct guess *guess, cm_us now)
{
	int i;

	for (i = guess->first; i <= guess->last; i++) {
		const struct cm_guess_limit limit = limit_of(i);
		const struct cm_field fields[] = { { "limit", limit.kind, 0 }, { "who", guess->names[i], 0 }, { 0 } };

		if (cm_guesses_wrong(guesses, &limit, guess->names[i], now))
			cm_log(CM_WARNING, "callmetrics.access", "guesses_limited", fields);
	}
}

/* What is refused so has been told in the log when its limit was met, and is not each time. */
static int
make_wait(struct cm_reply *reply, cm_us wait)
{
	char seconds[24];

	snprintf(seconds, sizeof seconds, "%lld", (long long)((wait + CM_SECOND_US - 1) / CM_SECOND_US));
	cm_reply_header(reply, "Callmetrics-Wait", seconds);
	cm_reply_quiet(reply);
	return cm_reply_deny(reply, 403, "Too many wrong logins or keys; wait.");
}

static int
refuse(struct cm_reply *reply, const char *challenge, const char *detail)
{
	cm_reply_header(reply, "WWW-Authenticate", challenge);
	return cm_reply_deny(reply, 401, detail);
}

static int
refuse_login(struct cm_reply *reply, const char *detail)
{
	return refuse(reply, "Basic realm=\"callmetrics\"", detail);
}

static int
let_pass(struct cm_reply *reply, unsigned scope, unsigned need, const char *tenant, const char *key_id)
{
	char text[CM_SCOPE_TEXT];

	if ((scope & need) == 0)
		return cm_reply_deny(reply, 403, "This login or key may not do that.");
	cm_reply_status(reply, 204);
	cm_reply_header(reply, "Callmetrics-Tenant", tenant);
	cm_reply_header(reply, "Callmetrics-Key", key_id);
	cm_reply_header(reply, "Callmetrics-Scope", cm_scope_text(scope, text));
	return 0;
}

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
judge_key(struct cm_reply *reply, const char *presented, unsigned need, cm_us now)
{
	const struct cm_key *key;
	struct guess guess;
	cm_us wait;

	if (refresh_keys() < 0)
		return cm_reply_deny(reply, 503, "The file of keys cannot be read.");
	if ((key = cm_keys_find(keys, presented)) != NULL)
		return let_pass(reply, key->scope, need, strcmp(key->tenant, "*") != 0 ? key->tenant : "", key->id);
	name_guess(&guess, reply, NULL);
	if ((wait = wait_of(&guess, now)) > 0)
		return make_wait(reply, wait);
	count_wrong(&guess, now);
	return refuse(reply, "Bearer realm=\"callmetrics\", error=\"invalid_token\"", "There is no such key.");
}

static int
refresh_logins(void)
{
	const char *path = cm_setting("CALLMETRICS_LOGINS");

	if (logins == NULL && (logins = cm_logins_open(path != NULL ? path : CM_LOGINS_FILE)) == NULL)
		return CM_ENOMEM;
	return cm_logins_refresh(logins);
}

static int
let_login_pass(struct cm_reply *reply, unsigned need)
{
	const char *tenant = cm_reply_variable(reply, "CALLMETRICS_LOGIN_TENANT");
	unsigned scope = 0;

	cm_scope_parse(cm_reply_variable(reply, "CALLMETRICS_LOGIN_SCOPE"), &scope);
	if (*tenant != '\0' && !cm_key_word(tenant, CM_KEY_TENANT_TEXT - 1))
		scope = 0;
	return let_pass(reply, scope, need, tenant, "");
}

static int
judge_login(struct cm_reply *reply, const char *credentials, unsigned need, cm_us now)
{
	struct cm_login login;
	struct guess guess;
	cm_us wait;

	if (!cm_login_parse(credentials, &login) || strcmp(login.name, cm_reply_variable(reply, "REMOTE_USER")) != 0)
		return refuse_login(reply, "The login cannot be understood.");
	if (refresh_logins() < 0)
		return cm_reply_deny(reply, 503, "The file of logins cannot be read.");
	if (cm_logins_remember(logins, &login))
		return let_login_pass(reply, need);
	name_guess(&guess, reply, login.name);
	if ((wait = wait_of(&guess, now)) > 0)
		return make_wait(reply, wait);
	if (cm_logins_check(logins, &login))
		return let_login_pass(reply, need);
	count_wrong(&guess, now);
	return refuse_login(reply, "There is no such login, or its password is another.");
}

static int
judge(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	const char *sent = cm_reply_variable(reply, "HTTP_AUTHORIZATION");
	unsigned need = 0;

	(void)store;
	(void)query;
	if (guesses == NULL && (guesses = cm_guesses_open()) == NULL)
		return CM_ENOMEM;
	cm_scope_parse(cm_reply_variable(reply, "CALLMETRICS_NEED"), &need);
	if (strncasecmp(sent, bearer, sizeof bearer - 1) == 0)
		return judge_key(reply, sent + sizeof bearer - 1, need, cm_monotonic_us());
	if (strncasecmp(sent, basic, sizeof basic - 1) == 0)
		return judge_login(reply, sent + sizeof basic - 1 + strspn(sent + sizeof basic - 1, " "), need, cm_monotonic_us());
	return refuse_login(reply, "Neither a login nor a key was sent.");
}

const struct cm_endpoint cm_endpoint = {
	.name = "access", .path = "/.callmetrics/access", .summary = "Whether a request may pass; for nginx alone.",
	.params = params, .handle = judge, .no_store = true,
};
