/*
 * What a client would rather have, by its Accept header.
 * suites: normal sanitize
 */
#include "config.h"

#include "accept.h"
#include "error.h"

#include "cm_test.h"

#define OPEN "application/openmetrics-text"

static void
test_weights(void **state)
{
	static const struct {
		const char *accept;
		int text;		/* of text/plain */
		int open;		/* of OpenMetrics by its name */
	} cases[] = {
		{ "", 1000, 0 },
		{ " \t", 1000, 0 },
		{ "*/*", 1000, 0 },
		{ "text/*;q=0.5", 500, 0 },
		{ "text/html", 0, 0 },
		{ "text/plain", 1000, 0 },
		{ "TEXT/Plain ; Q=0.25", 250, 0 },
		{ OPEN, 0, 1000 },
		{ OPEN ";q=0", 0, 0 },
		{ OPEN ";q=0,text/plain", 1000, 0 },
		{ OPEN ";version=1.0.0;q=0.5," OPEN ";version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", 300, 500 },
		{ "Application/OpenMetrics-Text; version=\"1.0.0\"; q=0.9, text/plain;q=1.0", 1000, 900 },
		/* What is most precise counts, wherever it stands, and of equals the most. */
		{ "*/*;q=0.1, text/plain;q=0.7, text/*;q=0.3", 700, 0 },
		{ "text/*, text/plain;q=0", 0, 0 },
		{ "text/plain;q=0.2,text/plain;q=0.6", 600, 0 },
		/* A comma in quotes is none; nothing between commas is nothing. */
		{ "a/b;x=\"," OPEN ",\\\"\", ,,text/plain", 1000, 0 },
		/* What is malformed is not there. */
		{ "text/plain;q=2", 0, 0 },
		{ "text/plain;q=1.001", 0, 0 },
		{ "text/plain;q=0.1234", 0, 0 },
		{ "text/plain;q=", 0, 0 },
		{ "text/plain;q=x,*/*;q=0.3", 300, 0 },
		{ "text/plain;x=\"", 0, 0 },
		{ "text", 0, 0 },
		{ "text/plainer", 0, 0 },
		{ "x" OPEN ", text/plain", 1000, 0 },
		{ ",;/", 0, 0 },
		{ "text/plain;", 1000, 0 },
		{ "text/plain;q=0.", 0, 0 },
		{ "text/plain garbage, " OPEN, 0, 1000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < nitems(cases); i++) {
		int text = cm_accept_permille(cases[i].accept, "text/plain"), open = cm_accept_named_permille(cases[i].accept, OPEN);

		if (text != cases[i].text || open != cases[i].open)
			fail_msg("\"%s\": text %d, not %d; OpenMetrics %d, not %d", cases[i].accept, text, cases[i].text, open,
			    cases[i].open);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
