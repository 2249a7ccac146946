/*
 * Keys: lines of the file, what is presented, and a file that changes while it is in use.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "keys.h"
#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cm_test.h"

/* SHA-256 of 64 zeros, as text (sha256sum says the same). */
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define HASH "60e05bd1b195af2f94112fa7197a5c88289058840ce7c6df9693756bc6250f55"

static const struct {
	const char *line;
	bool good;
} lines[] = {
	{ "01234567\t" HASH "\tread\tacme\t2026-02-06T10:30:00.000Z\tname", true },
	{ "01234567\t" HASH "\tread,write\t*\tx\ta name of words", true },
	{ "01234567\t" HASH "\twrite\tcaf\xc3\xa9\tx\tname", true },
	{ "", false },
	{ "01234567", false },
	{ "\t\t\t\t\t", false },
	{ "0123456\t" HASH "\tread\tacme\tx\tname", false },		/* the id: short, long, upper case */
	{ "012345678\t" HASH "\tread\tacme\tx\tname", false },
	{ "0123456A\t" HASH "\tread\tacme\tx\tname", false },
	{ "01234567\t" HASH "0\tread\tacme\tx\tname", false },		/* the hash */
	{ "01234567\t\tread\tacme\tx\tname", false },
	{ "01234567\tz" ZEROS "\tread\tacme\tx\tname", false },
	{ "01234567\t" HASH "\t\tacme\tx\tname", false },		/* the scope */
	{ "01234567\t" HASH "\tadmin\tacme\tx\tname", false },
	{ "01234567\t" HASH "\tread \tacme\tx\tname", false },
	{ "01234567\t" HASH "\tread\t\tx\tname", false },		/* the tenant: none is not any */
	{ "01234567\t" HASH "\tread\t acme\tx\tname", false },
	{ "01234567\t" HASH "\tread\tacme \tx\tname", false },
	{ "01234567\t" HASH "\tread\ta\x01\tx\tname", false },
	{ "01234567\t" HASH "\tread\t\xff\tx\tname", false },
	{ "01234567\t" HASH "\tread\t" ZEROS ZEROS "0\tx\tname", false },
	{ "01234567\t" HASH "\tread\t" ZEROS ZEROS "\tx\tname", true },
	{ "01234567\t" HASH "\tread\tacme\t\tname", false },
	{ "01234567\t" HASH "\tread\tacme\tx\t", false },
	{ "01234567\t" HASH "\tread\tacme\tx", false },
	{ "01234567\t" HASH "\tread\tacme\tx\tname\t", false },
	{ "01234567\t" HASH "\tread\tacme\tx\tname\tmore", false },
	{ "01234567 " HASH " read acme x name", false },
	{ "01234567\t" HASH "\tread\tacme\tx\tname\r", false },		/* saved on another system */
};

static void
test_lines(void **state)
{
	struct cm_key key;
	size_t i;

	(void)state;
	for (i = 0; i < nitems(lines); i++) {
		size_t length = strlen(lines[i].line);
		char *exact = malloc(length + (length == 0));	/* a byte read too far is seen */

		assert_non_null(exact);
		memcpy(exact, lines[i].line, length);
		if (cm_key_parse(exact, length, &key) != lines[i].good)
			fail_msg("row %zu", i);
		free(exact);
	}
	assert_true(cm_key_parse(lines[0].line, strlen(lines[0].line), &key));
	assert_string_equal(key.id, "01234567");
	assert_string_equal(key.hash, HASH);
	assert_int_equal(key.scope, CM_SCOPE_READ);
	assert_string_equal(key.tenant, "acme");
	assert_string_equal(key.name, "name");
	assert_false(cm_key_parse("01234567\t" HASH "\tread\tac\0e\tx\tname", 8 + 1 + 64 + 18, &key));
}

static void
test_scopes(void **state)
{
	static const struct {
		const char *text;
		unsigned scope;
	} rows[] = {
		{ "read", CM_SCOPE_READ }, { "write", CM_SCOPE_WRITE }, { "read,write", CM_SCOPE_READ | CM_SCOPE_WRITE },
		{ "write,read", CM_SCOPE_READ | CM_SCOPE_WRITE }, { "", 0 }, { "Read", 0 }, { "read,", 0 }, { "read,read", 0 },
		{ "readwrite", 0 }, { " read", 0 },
	};
	char text[CM_SCOPE_TEXT];
	unsigned scope;
	size_t i;

	(void)state;
	for (i = 0; i < nitems(rows); i++) {
		scope = 0;
		assert_int_equal(cm_scope_parse(rows[i].text, &scope), rows[i].scope != 0);
		assert_int_equal(scope, rows[i].scope);
	}
	assert_string_equal(cm_scope_text(CM_SCOPE_READ | CM_SCOPE_WRITE, text), "read,write");
	assert_string_equal(cm_scope_text(0, text), "");
	assert_string_equal(cm_scope_text(4, text), "");
}

static char folder[] = "/tmp/cm-keys.XXXXXX";
static char path[64];

static int
make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/cm-keys.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/keys", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void
write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
test_presented(void **state)
{
	struct cm_keys *keys;
	const struct cm_key *key;

	(void)state;
	write_file("# a note\n\nnonsense\n01234567\t" HASH "\tread\tacme\tx\tfirst\n"
		   "01234567\t" ZEROS "\twrite\t*\tx\tthe same id again\n89abcdef\t" HASH "\twrite\t*\tx\tlast, without a line feed");
	assert_non_null(keys = cm_keys_open(path));
	assert_null(cm_keys_find(keys, "cm_01234567_" ZEROS));	/* nothing is read yet */
	assert_int_equal(cm_keys_refresh(keys), 1);
	assert_int_equal(cm_keys_garbled(keys), 3);
	assert_non_null(key = cm_keys_find(keys, "cm_01234567_" ZEROS));
	assert_string_equal(key->name, "first");
	assert_non_null(key = cm_keys_find(keys, "cm_89abcdef_" ZEROS));
	assert_int_equal(key->scope, CM_SCOPE_WRITE);
	assert_null(cm_keys_find(keys, ""));
	assert_null(cm_keys_find(keys, "cm_"));
	assert_null(cm_keys_find(keys, "cm_01234567_"));
	assert_null(cm_keys_find(keys, "cm_01234567_" HASH));	/* the hash is not the secret */
	assert_null(cm_keys_find(keys, "cm_01234567-" ZEROS));
	assert_null(cm_keys_find(keys, "CM_01234567_" ZEROS));
	assert_null(cm_keys_find(keys, "cm_01234568_" ZEROS));
	assert_null(cm_keys_find(keys, "cm_01234567_" ZEROS "0"));
	assert_null(cm_keys_find(keys, " cm_01234567_" ZEROS));
	cm_keys_close(keys);
	cm_keys_close(NULL);
}

static void
test_changes(void **state)
{
	struct cm_key key = { .scope = CM_SCOPE_WRITE, .tenant = "acme", .name = "sender" }, other = key;
	char shown[CM_KEY_TEXT], shown_other[CM_KEY_TEXT];
	struct cm_keys *keys;
	struct stat status;
	size_t count;

	(void)state;
	unlink(path);
	assert_non_null(keys = cm_keys_open(path));
	assert_int_equal(cm_keys_refresh(keys), 1);	/* missing: no key, and that is no error */
	assert_int_equal(cm_keys_refresh(keys), 0);
	assert_int_equal(cm_keys_revoke(path, "01234567"), CM_ENOTFOUND);
	assert_int_equal(cm_keys_add(path, &key, shown), 0);
	assert_int_equal(cm_keys_add(path, &other, shown_other), 0);
	assert_string_not_equal(shown, shown_other);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_int_equal(cm_keys_refresh(keys), 1);
	assert_int_equal(cm_keys_refresh(keys), 0);
	assert_string_equal(cm_keys_find(keys, shown)->id, key.id);
	assert_string_equal(cm_keys_find(keys, shown)->tenant, "acme");
	cm_keys_all(keys, &count);
	assert_int_equal(count, 2);
	assert_int_equal(cm_keys_revoke(path, key.id), 0);
	assert_int_equal(cm_keys_refresh(keys), 1);
	assert_null(cm_keys_find(keys, shown));
	assert_non_null(cm_keys_find(keys, shown_other));
	/* The same length, written into the same file. */
	write_file("01234567\t" HASH "\tread\tacme\tx\tname\n");
	assert_int_equal(cm_keys_refresh(keys), 1);
	usleep(20000);
	write_file("01234568\t" HASH "\tread\tacme\tx\tname\n");
	assert_int_equal(cm_keys_refresh(keys), 1);
	assert_non_null(cm_keys_find(keys, "cm_01234568_" ZEROS));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(cm_keys_refresh(keys), 1);
	assert_null(cm_keys_find(keys, "cm_01234568_" ZEROS));
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(cm_keys_refresh(keys), CM_EIO);
	assert_int_equal(cm_keys_refresh(keys), CM_EIO);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(cm_keys_refresh(keys), 1);
	cm_keys_close(keys);
}

static void
test_limits(void **state)
{
	struct cm_key key = { .scope = CM_SCOPE_WRITE, .tenant = "*", .name = "sender" };
	struct cm_keys *keys;
	char shown[CM_KEY_TEXT];
	FILE *file;
	size_t count;
	int i;

	(void)state;
	assert_non_null(file = fopen(path, "w"));
	for (i = 0; i <= CM_KEYS_MAX; i++)
		fprintf(file, "%08x\t" HASH "\tread\t*\tx\tname\n", (unsigned)i);
	assert_int_equal(fclose(file), 0);
	assert_non_null(keys = cm_keys_open(path));
	assert_int_equal(cm_keys_refresh(keys), 1);
	cm_keys_all(keys, &count);
	assert_int_equal(count, CM_KEYS_MAX);
	assert_int_equal(cm_keys_garbled(keys), CM_KEYS_MAX + 1);
	assert_int_equal(cm_keys_add(path, &key, shown), CM_EPARAM);
	assert_int_equal(truncate(path, (1 << 20) + 1), 0);
	assert_int_equal(cm_keys_refresh(keys), CM_EIO);
	assert_null(cm_keys_find(keys, "cm_00000000_" ZEROS));
	cm_keys_close(keys);
	key.scope = 0;
	assert_int_equal(cm_keys_add(path, &key, shown), CM_EPARAM);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test_setup_teardown(test_presented, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_changes, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_limits, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
