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
#include "keys.h"
#include "settings.h"

static int
usage(FILE *out, int status)
{
	fprintf(out, "usage: callmetrics key add NAME [--scope read|write|read,write] [--tenant TENANT] [--keys FILE]\n"
	    "       callmetrics key list [--keys FILE]\n"
	    "       callmetrics key revoke ID [--keys FILE]\n\n"
	    "A key is sent as the header `Authorization: Bearer KEY`.  `add` prints it, once; the file keeps only a hash of it.\n"
	    "A change counts from the next request on.\n\n"
	    "  --scope   what it is good for (write)\n"
	    "  --tenant  whose calls it reads, and whose all that it sends will be (any)\n"
	    "  --keys    the file, instead of CALLMETRICS_KEYS\n");
	return status;
}

struct options {
	const char *path;
	const char *what;	/* the name or id */
	struct cm_key key;
};

static int
complain(const char *text)
{
	fprintf(stderr, "callmetrics key: %s\n", text);
	return 1;
}

static int
explain_failure(const struct options *options, int rc)
{
	if (rc == CM_ENOMEM)
		return complain("out of memory");
	if (rc == CM_ENOTFOUND)
		fprintf(stderr, "callmetrics key: there is no key %s in %s\n", options->what, options->path);
	else
		fprintf(stderr, "callmetrics key: %s: %s; --keys FILE or CALLMETRICS_KEYS names another\n", options->path,
		    strerror(errno != 0 ? errno : EFBIG));
	return 1;
}

static int
add(struct options *options)
{
	char shown[CM_KEY_TEXT];
	int rc;

	if (!cm_key_word(options->what, CM_KEY_NAME_TEXT - 1))
		return complain("a name has 1 to 64 bytes, no control characters, and no blank at either end");
	snprintf(options->key.name, CM_KEY_NAME_TEXT, "%s", options->what);
	if ((rc = cm_keys_add(options->path, &options->key, shown)) == CM_EPARAM)
		return complain("the file is full; revoke what is no longer in use");
	if (rc < 0)
		return explain_failure(options, rc);
	if (puts(shown) < 0 || fflush(stdout) != 0)
		return complain("the key could not be printed; revoke it and make another");
	fprintf(stderr, "key %s is in %s; it is not shown again\n", options->key.id, options->path);
	return 0;
}

static int
list(struct options *options)
{
	struct cm_keys *keys = cm_keys_open(options->path);
	const struct cm_key *key, *end;
	char scope[CM_SCOPE_TEXT];
	size_t count;
	int rc;

	if (keys == NULL)
		return explain_failure(options, CM_ENOMEM);
	if ((rc = cm_keys_refresh(keys)) < 0) {
		cm_keys_close(keys);
		return explain_failure(options, rc);
	}
	printf("id\tscope\ttenant\tcreated\tname\n");
	for (key = cm_keys_all(keys, &count), end = key + count; key != end; key++)
		printf("%s\t%s\t%s\t%s\t%s\n", key->id, cm_scope_text(key->scope, scope), key->tenant, key->created, key->name);
	if (cm_keys_garbled(keys) > 0)
		fprintf(stderr, "callmetrics key: %s: line %zu is no key, and opens nothing\n", options->path, cm_keys_garbled(keys));
	cm_keys_close(keys);
	return 0;
}

static int
revoke(struct options *options)
{
	int rc = cm_keys_revoke(options->path, options->what);

	if (rc < 0)
		return explain_failure(options, rc);
	printf("key %s is revoked\n", options->what);
	return 0;
}

static const struct {
	const char *name;
	bool takes_word;
	int (*work)(struct options *options);
} commands[] = { { "add", true, add }, { "list", false, list }, { "revoke", true, revoke } };

/* Options may stand anywhere; what is no option is the name or id. */
static bool
read_options(int argc, char **argv, struct options *options)
{
	const char *tenant = "*", *scope = "write";
	int i;

	for (i = 2; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0 && options->what == NULL)
			options->what = argv[i];
		else if (i + 1 < argc && strcmp(argv[i], "--scope") == 0)
			scope = argv[++i];
		else if (i + 1 < argc && strcmp(argv[i], "--tenant") == 0)
			tenant = argv[++i];
		else if (i + 1 < argc && strcmp(argv[i], "--keys") == 0)
			options->path = argv[++i];
		else
			return false;
	}
	if (!cm_key_word(tenant, CM_KEY_TENANT_TEXT - 1) || !cm_scope_parse(scope, &options->key.scope))
		return false;
	snprintf(options->key.tenant, CM_KEY_TENANT_TEXT, "%s", tenant);
	return true;
}

int
main(int argc, char **argv)
{
	struct options options = { .path = cm_setting("CALLMETRICS_KEYS") };
	size_t i;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (options.path == NULL)
		options.path = CM_KEYS_FILE;
	for (i = 0; argc > 1 && i < nitems(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			if (!read_options(argc, argv, &options) || commands[i].takes_word != (options.what != NULL))
				return usage(stderr, 2);
			return commands[i].work(&options);
		}
	return usage(stderr, 2);
}
