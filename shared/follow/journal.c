/* journal: what was written to a voice app's tables; see journal.h. */
#include "config.h"

#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

/* The texts of each engine, with {table} and the like for what stands in struct cm_app_table.  A trigger's text is what SQLite keeps
 * of it, and what each connection of the app reads before its first statement: it is as short as it can be. */
#define NOTE "INSERT INTO callmetrics_journal (source, row_key"
#define TRIGGER "CREATE TRIGGER callmetrics_{table}_"

static const struct trigger {
	const char *name;
	const char *sqlite;
	bool for_replaced;			/* only where INSERT OR REPLACE may take rows of other keys away */
} triggers[] = {
	{ "added", TRIGGER "added AFTER INSERT ON \"{table}\" BEGIN " NOTE ") VALUES ({source}, NEW.{key}); END", false },
	{ "changed", TRIGGER "changed AFTER UPDATE ON \"{table}\" BEGIN " NOTE ", old_key) VALUES ({source}, NEW.{key}, OLD.{key}); END",
	    false },
	{ "removed", TRIGGER "removed AFTER DELETE ON \"{table}\" BEGIN " NOTE ") VALUES ({source}, OLD.{key}); END", false },
	{ "adding", TRIGGER "adding BEFORE INSERT ON \"{table}\" BEGIN {replaced}END", true },
	{ "changing", TRIGGER "changing BEFORE UPDATE ON \"{table}\" BEGIN {replaced}END", true },
};

static bool
wants_trigger(const struct cm_app_table *table, const struct trigger *trigger)
{
	return !trigger->for_replaced || table->replaced != NULL;
}

/*
 * On a server the key is read in a block of its own: a column that was renamed fails no write of the app, which is noted as one of an
 * unknown row (source 0), and all rows are read anew.  A row without a key cannot be followed.  ENABLE ALWAYS: what replication applies
 * is seen as well.
 */
#define POSTGRES_BODY \
    "DECLARE fresh text; former text; " \
    "BEGIN " \
    "IF TG_OP = 'TRUNCATE' THEN INSERT INTO callmetrics_journal (source) VALUES (0); RETURN NULL; END IF; " \
    "BEGIN " \
    "IF TG_OP <> 'DELETE' THEN fresh := NEW.{key}; END IF; " \
    "IF TG_OP <> 'INSERT' THEN former := OLD.{key}; END IF; " \
    "EXCEPTION WHEN undefined_column THEN INSERT INTO callmetrics_journal (source) VALUES (0); RETURN NULL; END; " \
    "IF former = fresh THEN former := NULL; END IF; " \
    "INSERT INTO callmetrics_journal (source, row_key, old_key) VALUES ({source}, fresh, former); RETURN NULL; END "

static const char postgres_body[] = POSTGRES_BODY;

static const char postgres_function[] =
    "CREATE OR REPLACE FUNCTION callmetrics.callmetrics_{table}_note() RETURNS trigger "
    "LANGUAGE plpgsql SECURITY DEFINER SET search_path = callmetrics, pg_temp AS $note$" POSTGRES_BODY "$note$;\n"
    "CREATE OR REPLACE TRIGGER callmetrics_{table}_noted AFTER INSERT OR UPDATE OR DELETE ON \"{table}\" FOR EACH ROW "
    "EXECUTE FUNCTION callmetrics.callmetrics_{table}_note();\n"
    "CREATE OR REPLACE TRIGGER callmetrics_{table}_emptied AFTER TRUNCATE ON \"{table}\" FOR EACH STATEMENT "
    "EXECUTE FUNCTION callmetrics.callmetrics_{table}_note();\n"
    "ALTER TABLE \"{table}\" ENABLE ALWAYS TRIGGER callmetrics_{table}_noted;\n"
    "ALTER TABLE \"{table}\" ENABLE ALWAYS TRIGGER callmetrics_{table}_emptied;\n";

/* What a word in braces stands for. */
static const char *
meaning_of(const char *word, size_t length, const struct cm_app_table *table, char number[16])
{
	const struct {
		const char *word;
		const char *meaning;
	} words[] = {
		{ "table", table->name }, { "source", number }, { "key", table->key }, { "columns", table->columns },
		{ "type", table->key_type }, { "place", table->place }, { "replaced", table->replaced },
	};
	size_t i;

	snprintf(number, 16, "%d", (int)table->source);
	for (i = 0; i < nitems(words); i++)
		if (strlen(words[i].word) == length && strncmp(words[i].word, word, length) == 0)
			return words[i].meaning != NULL ? words[i].meaning : "";
	return "";
}

/* A text with the words of a table; allocated, NULL for want of memory. */
static char *
text_for(const char *text, const struct cm_app_table *table)
{
	const char *open, *shut;
	char number[16], *made = NULL;
	size_t bytes;
	FILE *out = open_memstream(&made, &bytes);

	if (out == NULL)
		return NULL;
	for (; (open = strchr(text, '{')) != NULL && (shut = strchr(open, '}')) != NULL; text = shut + 1) {
		fwrite(text, 1, (size_t)(open - text), out);
		fputs(meaning_of(open + 1, (size_t)(shut - open - 1), table, number), out);
	}
	fputs(text, out);
	if (fclose(out) == 0)
		return made;
	free(made);
	return NULL;
}

/* Runs a text that was made, and frees it. */
static int
run_made(struct cm_store *app, char *text)
{
	int rc = text != NULL ? cm_store_script_text(app, text) : CM_ENOMEM;

	free(text);
	return rc;
}

static int
remove_triggers(struct cm_store *app, const struct cm_app_table *table)
{
	char text[128];
	size_t i;
	int rc = 0;

	for (i = 0; i < nitems(triggers) && rc == 0; i++) {
		snprintf(text, sizeof text, "DROP TRIGGER IF EXISTS callmetrics_%s_%s", table->name, triggers[i].name);
		rc = cm_store_script_text(app, text);
	}
	return rc;
}

static int
make_triggers(struct cm_store *app, const struct cm_app_table *table)
{
	size_t i;
	int rc;

	if (cm_store_is_remote(app))
		return run_made(app, text_for(postgres_function, table));
	rc = remove_triggers(app, table);
	for (i = 0; i < nitems(triggers) && rc == 0; i++)
		if (wants_trigger(table, &triggers[i]))
			rc = run_made(app, text_for(triggers[i].sqlite, table));
	return rc;
}

int
cm_journal_make(struct cm_store *app, const struct cm_app_tables *tables)
{
	int i, rc = cm_store_script(app, "journal");

	for (i = 0; i < CM_SOURCES && rc == 0; i++)
		if (tables->of[i].there)
			rc = make_triggers(app, &tables->of[i]);
	return rc;
}

int
cm_journal_remove(struct cm_store *app, const struct cm_app_tables *tables)
{
	int i, rc = 0;

	for (i = 0; i < CM_SOURCES && rc == 0; i++)
		rc = remove_triggers(app, &tables->of[i]);
	return rc == 0 ? cm_store_script_text(app, "DROP TABLE IF EXISTS callmetrics_journal") : rc;
}

/* Whether one trigger is there, of that table and with that text. */
static int
has_trigger(struct cm_store *app, const struct cm_app_table *table, const struct trigger *trigger, bool *out)
{
	char *text = text_for(trigger->sqlite, table);
	const struct cm_bind binds[] = { CM_TEXT_PARAM("table", table->name), CM_TEXT_PARAM("text", text), { 0 } };
	int64_t count = 0;
	int rc = text != NULL ? cm_store_number(app, "journal-trigger", binds, &count) : CM_ENOMEM;

	*out = count > 0;
	free(text);
	return rc;
}

/* On a server: both are there, fire always, and note the row's present key. */
static int
has_triggers(struct cm_store *app, const struct cm_app_table *table, bool *out)
{
	char *text = text_for(postgres_body, table);
	const struct cm_bind binds[] = { CM_TEXT_PARAM("table", table->name), CM_TEXT_PARAM("text", text), { 0 } };
	int64_t count = 0;
	int rc = text != NULL ? cm_store_number(app, "journal-trigger", binds, &count) : CM_ENOMEM;

	*out = count == 2;
	free(text);
	return rc;
}

int
cm_journal_watches(struct cm_store *app, const struct cm_app_table *table, bool *out)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("table", table->name), { 0 } };
	int64_t count;
	size_t i;
	int rc;

	*out = true;
	if (cm_store_is_remote(app))
		return has_triggers(app, table, out);
	if ((rc = cm_store_number(app, "journal-triggers", binds, &count)) < 0)
		return rc;
	for (i = 0; i < nitems(triggers) && rc == 0 && *out; i++) {
		if (!wants_trigger(table, &triggers[i]))
			continue;
		rc = has_trigger(app, table, &triggers[i], out);
		count--;
	}
	*out = *out && count == 0;
	return rc;
}

int
cm_journal_name_taken(struct cm_store *app, bool *out)
{
	int64_t count = 0;
	int rc;

	if (!cm_store_is_remote(app) && (rc = cm_store_number(app, "journal-names", NULL, &count)) < 0)
		return rc;
	*out = count > 0;
	return 0;
}

const char *
cm_journal_statement(enum cm_source source, enum cm_journal_read read)
{
	static const char *const names[CM_SOURCES + 1][CM_JOURNAL_READS] = {
		[CM_SOURCE_CALLS] = { "app-calls-journaled", "app-calls-first", "app-calls-next", "app-calls-named", "app-calls-keyless" },
		[CM_SOURCE_TRANSCRIPTS] = { "app-transcripts-journaled", "app-transcripts-first", "app-transcripts-next",
		    "app-transcripts-named", "app-transcripts-keyless" },
		[CM_SOURCE_LATENCY_EVENTS] = { "app-latency_events-journaled", "app-latency_events-first", "app-latency_events-next",
		    "app-latency_events-named", "app-latency_events-keyless" },
	};

	return names[source][read];
}

/* A key of bytes is known by their digits, behind a character that no text of a key begins with. */
#define SQLITE_KEY(of) "CASE typeof(" of ") WHEN 'blob' THEN char(1) || hex(" of ") ELSE " of " END"

/* A place that is bytes would be noted as a text, and come again for ever; they are the last ones. */
#define AT_PLACE "WHERE typeof(t.{place}) <> 'blob' "

static const char *const sqlite_reads[CM_JOURNAL_READS] = {
	[CM_JOURNALED] = "SELECT " SQLITE_KEY("k.row_key") ", t.{key} IS NOT NULL{columns}, NULL "
	    "FROM (SELECT row_key FROM callmetrics_journal WHERE journal_id > :after AND journal_id <= :until AND source = {source} "
	    "UNION SELECT old_key FROM callmetrics_journal WHERE journal_id > :after AND journal_id <= :until AND source = {source} "
	    "AND old_key IS NOT NULL) k LEFT JOIN \"{table}\" t ON t.{key} = k.row_key COLLATE BINARY",
	[CM_FIRST_ROWS] = "SELECT " SQLITE_KEY("t.{key}") ", 1{columns}, t.{place} FROM \"{table}\" t " AT_PLACE
	    "ORDER BY t.{place} LIMIT :most",
	[CM_NEXT_ROWS] = "SELECT " SQLITE_KEY("t.{key}") ", 1{columns}, t.{place} FROM \"{table}\" t " AT_PLACE "AND t.{place} > "
	    ":after ORDER BY t.{place} LIMIT :most",
	[CM_NAMED_ROWS] = "SELECT :row_key, t.{key} IS NOT NULL{columns}, NULL FROM (SELECT 1) one LEFT JOIN \"{table}\" t ON t.{key} = "
	    "CASE substr(:row_key, 1, 1) WHEN char(1) THEN (SELECT b.{key} FROM \"{table}\" b WHERE char(1) || hex(b.{key}) = :row_key) "
	    "ELSE :row_key END COLLATE BINARY",
	[CM_KEYLESS] = "SELECT count(*) FROM \"{table}\" t WHERE t.{key} IS NULL",
};

static const char *const postgres_reads[CM_JOURNAL_READS] = {
	[CM_JOURNALED] = "SELECT k.row_key, t.{key} IS NOT NULL{columns}, NULL "
	    "FROM (SELECT DISTINCT unnest(:row_key) AS row_key) k LEFT JOIN \"{table}\" t ON t.{key} = k.row_key::{type}",
	[CM_FIRST_ROWS] = "SELECT t.{key}::text, true{columns}, t.{key}::text FROM \"{table}\" t WHERE t.{key} IS NOT NULL "
	    "ORDER BY t.{key} LIMIT :most",
	[CM_NEXT_ROWS] = "SELECT t.{key}::text, true{columns}, t.{key}::text FROM \"{table}\" t WHERE t.{key} > (:after)::{type} "
	    "ORDER BY t.{key} LIMIT :most",
	[CM_NAMED_ROWS] = "SELECT k.row_key, t.{key} IS NOT NULL{columns}, NULL "
	    "FROM (SELECT unnest(:row_key) AS row_key) k LEFT JOIN \"{table}\" t ON t.{key} = k.row_key::{type}",
	[CM_KEYLESS] = "SELECT count(*) FROM \"{table}\" t WHERE t.{key} IS NULL",
};

int
cm_journal_define(struct cm_store *app, const struct cm_app_table *table)
{
	const char *const *reads = cm_store_is_remote(app) ? postgres_reads : sqlite_reads;
	int read, rc = 0;

	for (read = 0; read < CM_JOURNAL_READS && rc == 0; read++) {
		char *text = text_for(reads[read], table);

		rc = text != NULL ? cm_store_define(app, cm_journal_statement(table->source, read), text) : CM_ENOMEM;
		free(text);
	}
	return rc;
}
