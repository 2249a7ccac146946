/*
 * fuzz/json: any bytes as a JSON text: what is read is printed as a text that reads as the same, on one line as on several.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH = 32 };

/* What must be true whatever the input; a failure is told, and is a crash to the fuzzer. */
static void
must(bool true_it_is, const char *what)
{
	if (true_it_is)
		return;
	fprintf(stderr, "fuzz/json: not so: %s\n", what);
	abort();
}

static void look_at(void *arg, const char *key, const struct cm_value *value);

static void
look_at_elements(const struct cm_value *value)
{
	size_t i;

	for (i = 0; i < cm_value_length(value) && i < 100; i++)
		look_at(NULL, NULL, cm_value_at(value, i));
}

static void
look_at(void *object, const char *key, const struct cm_value *value)
{
	const char *text;
	double number;
	size_t bytes;

	must(object == NULL || key != NULL, "a member has a key");
	if (value == NULL)
		return;
	if ((text = cm_value_text(value, &bytes)) != NULL)
		must(text[bytes] == '\0' && cm_utf8_valid(text, bytes), "a string is UTF-8, and ends");
	must(!cm_value_number(value, &number) || isfinite(number), "a number is finite");
	must(cm_value_get(value, "a") == NULL || cm_value_has(value, "a"), "what is got is there");
	if (cm_value_is_object(value))
		cm_value_each(value, look_at, (void *)(uintptr_t)value);
	if (cm_value_is_array(value))
		look_at_elements(value);
}

/* What reads as the same prints the same. */
static void
read_again(struct cm_json_reader *reader, const struct cm_value *value, const char *(*print)(const struct cm_value *, size_t *))
{
	struct cm_value *again = NULL;
	const char *text, *twice, *why;
	size_t bytes, twice_bytes;

	must((text = print(value, &bytes)) != NULL && text[bytes] == '\0', "it is printed");
	must(cm_json_read(reader, text, bytes, &again, &why) == 0, "what is printed is JSON");
	must((twice = print(again, &twice_bytes)) != NULL, "it is printed again");
	must(bytes == twice_bytes && memcmp(text, twice, bytes) == 0, "it is printed as before");
	cm_value_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cm_json_reader *reader = cm_json_reader_new(DEPTH);
	struct cm_value *value = NULL;
	const char *why = NULL;
	int rc;

	must(reader != NULL, "there is memory");
	rc = cm_json_read(reader, (const char *)data, size, &value, &why);
	must(rc == 0 || (rc == CM_EPARAM && why != NULL && *why != '\0'), "a text is read, or refused in words");
	if (rc == 0 && value != NULL) {
		look_at(NULL, NULL, value);
		read_again(reader, value, cm_value_print);
		read_again(reader, value, cm_value_indent);
	}
	cm_value_free(value);
	cm_json_reader_free(reader);
	return 0;
}
