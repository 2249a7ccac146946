/*
 * key: callmetrics key add|list|revoke
 *
 * Makes, lists and revokes the keys with which machines send and read, in the file that the program access reads.  A change
 * counts from the next request on.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "job.h"
#include "keys.h"

/* What is to be done, as it was asked for. */
struct order {
	const struct cm_options *options;
	const char *path;
	const char *what;	/* the name or id */
	struct cm_key key;
};

static int
explain_failure(const struct order *order, int rc)
{
	if (rc == CM_ENOMEM)
		return cm_job_fail(order->options, "out of memory");
	if (rc == CM_ENOTFOUND)
		return cm_job_fail(order->options, "there is no key %s in %s", order->what, order->path);
	return cm_job_fail(order->options, "%s: %s; --keys FILE or CALLMETRICS_KEYS names another", order->path,
	    strerror(errno != 0 ? errno : EFBIG));
}

static int
add(struct order *order)
{
	char shown[CM_KEY_TEXT];
	int rc;

	if (!cm_key_word(order->what, CM_KEY_NAME_TEXT - 1))
		return cm_job_fail(order->options, "a name has 1 to 64 bytes, no control characters, and no blank at either end");
	snprintf(order->key.name, CM_KEY_NAME_TEXT, "%s", order->what);
	if ((rc = cm_keys_add(order->path, &order->key, shown)) == CM_EPARAM)
		return cm_job_fail(order->options, "the file is full; revoke what is no longer in use");
	if (rc < 0)
		return explain_failure(order, rc);
	if (puts(shown) < 0 || fflush(stdout) != 0)
		return cm_job_fail(order->options, "the key could not be printed; revoke it and make another");
	fprintf(stderr, "key %s is in %s; it is not shown again\n", order->key.id, order->path);
	return 0;
}

static int
list(struct order *order)
{
	struct cm_keys *keys = cm_keys_open(order->path);
	const struct cm_key *key, *end;
	char scope[CM_SCOPE_TEXT];
	size_t count;
	int rc;

	if (keys == NULL)
		return explain_failure(order, CM_ENOMEM);
	if ((rc = cm_keys_refresh(keys)) < 0) {
		cm_keys_close(keys);
		return explain_failure(order, rc);
	}
	printf("id\tscope\ttenant\tcreated\tname\n");
	for (key = cm_keys_all(keys, &count), end = key + count; key != end; key++)
		printf("%s\t%s\t%s\t%s\t%s\n", key->id, cm_scope_text(key->scope, scope), key->tenant, key->created, key->name);
	if (cm_keys_garbled(keys) > 0)
		fprintf(stderr, "callmetrics key: %s: line %zu is no key, and opens nothing\n", order->path, cm_keys_garbled(keys));
	cm_keys_close(keys);
	return 0;
}

static int
revoke(struct order *order)
{
	int rc = cm_keys_revoke(order->path, order->what);

	if (rc < 0)
		return explain_failure(order, rc);
	printf("key %s is revoked\n", order->what);
	return 0;
}

static const struct {
	const char *name;
	const char *word;	/* what it takes; NULL: nothing */
	int (*work)(struct order *order);
} commands[] = { { "add", "NAME", add }, { "list", NULL, list }, { "revoke", "ID", revoke } };

static int
read_order(const struct cm_options *options, struct order *order)
{
	const char *tenant = cm_options_text(options, "tenant");

	*order = (struct order){ .options = options, .path = cm_options_text(options, "keys"),
		.what = cm_options_text(options, "name") };
	if (!cm_key_word(tenant, CM_KEY_TENANT_TEXT - 1))
		return cm_job_refuse(options, "--tenant is a word of 1 to %d bytes, with no blank at either end", CM_KEY_TENANT_TEXT - 1);
	cm_scope_parse(cm_options_text(options, "scope"), &order->key.scope);
	snprintf(order->key.tenant, CM_KEY_TENANT_TEXT, "%s", tenant);
	return 0;
}

static int
key(const struct cm_options *options)
{
	const char *command = cm_options_text(options, "command");
	struct order order;
	size_t i = 0;
	int rc;

	if ((rc = read_order(options, &order)) != 0)
		return rc;
	while (strcmp(commands[i].name, command) != 0)
		i++;
	if (commands[i].word != NULL && order.what == NULL)
		return cm_job_refuse(options, "%s needs %s", command, commands[i].word);
	if (commands[i].word == NULL && order.what != NULL)
		return cm_job_refuse(options, "%s needs no more", command);
	return commands[i].work(&order);
}

static const struct cm_param options[] = {
	{ "scope", CM_CHOICE, .choices = "read write read,write write,read", .fallback = "write", .help = "what it is good for" },
	{ "tenant", CM_ANY, .word = "TENANT", .fallback = "*",
	    .help = "whose calls it reads, and whose all that it sends will be; * is any" },
	{ "keys", CM_PATH, .setting = "CALLMETRICS_KEYS", .fallback = CM_KEYS_FILE, .help = "where the keys are" },
	{ 0 },
};

static const struct cm_param arguments[] = {
	{ "command", CM_CHOICE, .choices = "add list revoke", .word = "add|list|revoke", .required = true,
	    .help = "make one, show all, or make one useless" },
	{ "name", CM_ANY, .word = "NAME|ID", .help = "of `add` a name for it, 1 to 64 bytes; of `revoke` the id that `list` shows" },
	{ 0 },
};

static const struct cm_job job = {
	.command = {
	    .name = "key", .summary = "Makes, lists and revokes the keys with which machines send and read.",
	    .about =
	    "A key is sent as the header `Authorization: Bearer KEY`.  `add` prints it, once; the file keeps only a hash of it.  A "
	    "change counts from the next request on.",
	    .options = options, .arguments = arguments,
	},
	.run = key,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
