/* unit_words: what words mean and what uses cost, read once for a transaction; see unit.h. */
#include "config.h"

#include "unit_own.h"

#include <string.h>

#include "error.h"

static const char *
keep(struct cm_unit *unit, const struct cm_rows *rows, int column, bool *failed)
{
	const char *copy = cm_arena_copy(&unit->arena, cm_rows_text(rows, column), cm_rows_bytes(rows, column));

	*failed |= copy == NULL;
	return copy;
}

static int
take_word(struct cm_unit *unit, const struct cm_rows *rows)
{
	struct cm_word *word = cm_arena_take(&unit->arena, sizeof *word);
	bool failed = false;

	if (word == NULL)
		return CM_ENOMEM;
	*word = (struct cm_word){ keep(unit, rows, 0, &failed), keep(unit, rows, 1, &failed), keep(unit, rows, 2, &failed),
		unit->words };
	unit->words = word;
	return failed ? CM_ENOMEM : 0;
}

/* One that lacks what it is found by is none. */
static int
take_price(struct cm_unit *unit, const struct cm_rows *rows)
{
	struct cm_price *price;
	bool failed = false;
	int column;

	for (column = 1; column <= 7; column++)
		if (column != 5 && column != 6 && cm_rows_null(rows, column))
			return 0;
	if ((price = cm_arena_take(&unit->arena, sizeof *price)) == NULL)
		return CM_ENOMEM;
	*price = (struct cm_price){
		.price_id = cm_rows_int(rows, 0),
		.provider = keep(unit, rows, 1, &failed),
		.model = keep(unit, rows, 2, &failed),
		.service = keep(unit, rows, 3, &failed),
		.unit = keep(unit, rows, 4, &failed),
		.price_nusd = cm_rows_int(rows, 5),
		.per = cm_rows_int(rows, 6),
		.valid_from = cm_rows_int(rows, 7),
		.next = unit->prices,
	};
	unit->prices = price;
	return failed ? CM_ENOMEM : 0;
}

static int
read_all(struct cm_unit *unit, const char *statement, int (*take)(struct cm_unit *unit, const struct cm_rows *rows))
{
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(unit->store, statement, NULL, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = take(unit, rows)) < 0)
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
cm_unit_meaning(struct cm_unit *unit, const char *topic, const char *term, const char **meaning)
{
	const struct cm_word *word;
	int rc;

	if (!unit->words_known && (rc = read_all(unit, "vocabulary", take_word)) < 0)
		return rc;
	unit->words_known = true;
	for (word = unit->words; word != NULL; word = word->next)
		if (strcmp(word->topic, topic) == 0 && is_term(term, word->term))
			break;
	*meaning = word != NULL && *word->meaning != '\0' ? word->meaning : NULL;
	return 0;
}

int
cm_unit_prices(struct cm_unit *unit, const struct cm_price **prices)
{
	int rc;

	if (!unit->prices_known && (rc = read_all(unit, "prices", take_price)) < 0)
		return rc;
	unit->prices_known = true;
	*prices = unit->prices;
	return 0;
}
