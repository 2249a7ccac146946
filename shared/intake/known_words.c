/* known_words: what words mean and what uses cost, read once for a transaction; see known.h. */
#include "config.h"

#include "known_own.h"

#include <string.h>

#include "error.h"

static const char *
keep(struct cm_known *known, const struct cm_rows *rows, int column, bool *failed)
{
	const char *copy = cm_arena_copy(&known->arena, cm_rows_text(rows, column), cm_rows_bytes(rows, column));

	*failed |= copy == NULL;
	return copy;
}

static int
take_word(struct cm_known *known, const struct cm_rows *rows)
{
	struct cm_word *word = cm_arena_take(&known->arena, sizeof *word);
	bool failed = false;

	if (word == NULL)
		return CM_ENOMEM;
	*word = (struct cm_word){ keep(known, rows, 0, &failed), keep(known, rows, 1, &failed), keep(known, rows, 2, &failed),
		known->words };
	known->words = word;
	return failed ? CM_ENOMEM : 0;
}

static int
take_price(struct cm_known *known, const struct cm_rows *rows)
{
	struct cm_price *price = cm_arena_take(&known->arena, sizeof *price);
	bool failed = false;

	if (price == NULL)
		return CM_ENOMEM;
	*price = (struct cm_price){
		.price_id = cm_rows_int(rows, 0),
		.provider = keep(known, rows, 1, &failed),
		.model = keep(known, rows, 2, &failed),
		.service = keep(known, rows, 3, &failed),
		.unit = keep(known, rows, 4, &failed),
		.price_nusd = cm_rows_int(rows, 5),
		.per = cm_rows_int(rows, 6),
		.valid_from = cm_rows_int(rows, 7),
		.next = known->prices,
	};
	known->prices = price;
	return failed ? CM_ENOMEM : 0;
}

static int
read_all(struct cm_known *known, const char *statement, int (*take)(struct cm_known *known, const struct cm_rows *rows))
{
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(known->store, statement, NULL, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = take(known, rows)) < 0)
			break;
	cm_rows_done(rows);
	return rc;
}

/* Whether a word is the term, which is in lower case, in letters of any case (ASCII). */
static bool
is_term(const char *word, const char *term)
{
	for (; *word != '\0'; word++, term++)
		if ((*word >= 'A' && *word <= 'Z' ? *word - 'A' + 'a' : *word) != *term)
			return false;
	return *term == '\0';
}

int
cm_known_meaning(struct cm_known *known, const char *topic, const char *term, const char **meaning)
{
	const struct cm_word *word;
	int rc;

	if (!known->words_known && (rc = read_all(known, "vocabulary", take_word)) < 0)
		return rc;
	known->words_known = true;
	for (word = known->words; word != NULL; word = word->next)
		if (strcmp(word->topic, topic) == 0 && is_term(term, word->term))
			break;
	*meaning = word != NULL && *word->meaning != '\0' ? word->meaning : NULL;
	return 0;
}

int
cm_known_prices(struct cm_known *known, const struct cm_price **prices)
{
	int rc;

	if (!known->prices_known && (rc = read_all(known, "prices", take_price)) < 0)
		return rc;
	known->prices_known = true;
	*prices = known->prices;
	return 0;
}
