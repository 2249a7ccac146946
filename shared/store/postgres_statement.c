/*
 * postgres_statement: statements on a PostgreSQL server: preparing, binding, running, reading; see postgres_own.h.
 *
 * Values go and come as text, but for bytes, and for the rows of statements pack-* and leaf-*, whose columns are bytes and whole numbers.
 * Statements are prepared once in each connection; the types of their parameters are those of the binds (bigint, text, bytea), or, for
 * the statements app-*, which are about the voice app's own tables, what the server finds.
 */
#include "config.h"

#include "postgres_own.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "postgres_text.h"
#include "text.h"

enum {
	FETCH_ROWS = 2000,		/* of a stream at a time */
	NUMBER_TEXT = 24,
};

/* Types by their numbers in pg_type. */
enum {
	TYPE_INFERRED = 0, TYPE_BYTES = 17, TYPE_BIGINT = 20, TYPE_SMALLINT = 21, TYPE_INTEGER = 23, TYPE_TEXT = 25, TYPE_REAL = 700,
	TYPE_DOUBLE = 701, TYPE_BYTES_MANY = 1001, TYPE_TEXTS = 1009, TYPE_BIGINTS = 1016, TYPE_NUMERIC = 1700,
};

struct statement {
	char name[16];
	char *text;			/* with $1 for :name */
	PGresult *result;
	int row;			/* the one that is read, of the result */
	bool started;
	bool cursor;			/* the result is a part of a stream */
	bool out_of_memory;		/* a value could not be kept */
	const char *values[CM_PARAMETERS_MAX];
	char *owned[CM_PARAMETERS_MAX];	/* what of the values was made here */
	int lengths[CM_PARAMETERS_MAX];	/* of those that go as bytes .. */
	int formats[CM_PARAMETERS_MAX];	/* .. which is 1, text 0 */
	char numbers[CM_PARAMETERS_MAX][NUMBER_TEXT];
};

static struct statement *
statement_of(const struct cm_rows *rows)
{
	return rows->statement;
}

static PGconn *
conn_of(const struct cm_rows *rows)
{
	return cm_postgres_link(rows->store)->conn;
}

/* The text with $n in place of each :name; allocated. */
static char *
number_parameters(const struct cm_rows *rows, const char *text)
{
	const char *name, *from = text;
	char *numbered = malloc(strlen(text) + 8 * CM_PARAMETERS_MAX * CM_PARAMETERS_MAX), *to = numbered;
	size_t length;

	if (numbered == NULL)
		return NULL;
	while ((name = cm_next_parameter(from, &length)) != NULL) {
		memcpy(to, from, (size_t)(name - 1 - from));
		to += name - 1 - from;
		to += sprintf(to, "$%d", cm_parameter_position(rows, name, length));
		from = name + length;
	}
	strcpy(to, from);
	return numbered;
}

static Oid
type_of(const struct cm_rows *rows, int i)
{
	const struct cm_parameter *parameter = &rows->parameters[i];

	if (!parameter->known || (!parameter->many && strncmp(rows->name, "app-", 4) == 0))
		return TYPE_INFERRED;
	if (parameter->is_bytes)
		return parameter->many ? TYPE_BYTES_MANY : TYPE_BYTES;
	if (parameter->many)
		return parameter->is_int ? TYPE_BIGINTS : TYPE_TEXTS;
	return parameter->is_int ? TYPE_BIGINT : TYPE_TEXT;
}

static void
free_statement(struct statement *statement)
{
	free(statement->text);
	free(statement);
}

int
cm_postgres_prepare(struct cm_rows *rows, const char *text)
{
	struct cm_postgres_link *link = cm_postgres_link(rows->store);
	struct statement *statement = calloc(1, sizeof *statement);
	Oid types[CM_PARAMETERS_MAX];
	PGresult *result;
	int i, rc;

	if (statement == NULL || (statement->text = number_parameters(rows, text)) == NULL) {
		free(statement);
		return cm_store_fail(rows->store, CM_ENOMEM, "Out of memory.");
	}
	for (i = 0; i < rows->parameter_count; i++)
		types[i] = type_of(rows, i);
	snprintf(statement->name, sizeof statement->name, "s%u", ++link->names);
	result = cm_pq.PQprepare(link->conn, statement->name, statement->text, rows->parameter_count, types);
	rc = cm_pq.PQresultStatus(result) == PGRES_COMMAND_OK ? 0 : cm_postgres_fail(rows->store, result);
	cm_pq.PQclear(result);
	if (rc < 0)
		free_statement(statement);
	else
		rows->statement = statement;
	return rc;
}

static void
drop_values(struct cm_rows *rows)
{
	struct statement *statement = statement_of(rows);
	int i;

	for (i = 0; i < rows->parameter_count; i++) {
		free(statement->owned[i]);
		statement->owned[i] = NULL;
		statement->values[i] = NULL;
		statement->formats[i] = 0;
	}
	cm_pq.PQclear(statement->result);
	statement->result = NULL;
}

void
cm_postgres_finish(struct cm_rows *rows)
{
	drop_values(rows);
	free_statement(statement_of(rows));
}

/* A server takes no bytes that are not UTF-8; they would cost a whole group its transaction. */
static const char *
clean(struct statement *statement, int i, const char *text)
{
	if (text == NULL || cm_utf8_valid(text, strlen(text)))
		return text;
	statement->owned[i] = cm_utf8_repair(text, strlen(text));
	statement->out_of_memory |= statement->owned[i] == NULL;
	return statement->owned[i];
}

void
cm_postgres_bind(struct cm_rows *rows, int position, const struct cm_bind *bind)
{
	struct statement *statement = statement_of(rows);
	int i = position - 1;

	if (bind->type == CM_BIND_TEXT) {
		statement->values[i] = clean(statement, i, bind->text);
	} else if (bind->type == CM_BIND_INT) {
		snprintf(statement->numbers[i], NUMBER_TEXT, "%" PRId64, bind->number);
		statement->values[i] = statement->numbers[i];
	} else if (bind->type == CM_BIND_BYTES) {
		statement->values[i] = bind->number > 0 ? bind->text : "";
		statement->lengths[i] = (int)bind->number;
		statement->formats[i] = 1;
	}
}

static int
bind_bytes(struct cm_rows *rows, int i, const struct cm_bind *binds, size_t width, size_t count)
{
	struct statement *statement = statement_of(rows);

	statement->owned[i] = cm_postgres_bytes_array(binds, width, count, &statement->lengths[i]);
	statement->values[i] = statement->owned[i];
	statement->formats[i] = 1;
	return statement->owned[i] != NULL ? 0 : cm_store_fail(rows->store, CM_ENOMEM, "Out of memory.");
}

int
cm_postgres_bind_many(struct cm_rows *rows, int position, const struct cm_bind *binds, size_t width, size_t count)
{
	struct statement *statement = statement_of(rows);
	int i = position - 1;
	char *array;

	if (rows->parameters[i].is_bytes)
		return bind_bytes(rows, i, binds, width, count);
	if ((array = cm_postgres_array(binds, width, count)) == NULL)
		return cm_store_fail(rows->store, CM_ENOMEM, "Out of memory.");
	statement->values[i] = clean(statement, i, array);
	if (statement->values[i] == array)
		statement->owned[i] = array;
	else
		free(array);
	return 0;
}

/* Takes a result in: 1 it has rows, 0 none, or an error. */
static int
take_result(struct cm_rows *rows, PGresult *result)
{
	struct statement *statement = statement_of(rows);
	ExecStatusType status = cm_pq.PQresultStatus(result);

	cm_pq.PQclear(statement->result);
	statement->result = result;
	statement->row = 0;
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
		cm_postgres_link(rows->store)->changed = strtoll(cm_pq.PQcmdTuples(result), NULL, 10);
		return cm_pq.PQntuples(result) > 0;
	}
	return cm_postgres_fail(rows->store, result);
}

static int
fetch(struct cm_rows *rows)
{
	char text[64];

	snprintf(text, sizeof text, "FETCH %d FROM %s", FETCH_ROWS, statement_of(rows)->name);
	return take_result(rows, cm_pq.PQexec(conn_of(rows), text));
}

static int
open_cursor(struct cm_rows *rows)
{
	static const char declare[] = "DECLARE %s NO SCROLL CURSOR FOR %s";
	struct statement *statement = statement_of(rows);
	size_t room = sizeof declare + sizeof statement->name + strlen(statement->text);
	char *text = malloc(room);
	Oid types[CM_PARAMETERS_MAX];
	int i, rc;

	if (text == NULL)
		return cm_store_fail(rows->store, CM_ENOMEM, "Out of memory.");
	for (i = 0; i < rows->parameter_count; i++)
		types[i] = type_of(rows, i);
	snprintf(text, room, declare, statement->name, statement->text);
	rc = take_result(rows, cm_pq.PQexecParams(conn_of(rows), text, rows->parameter_count, types, statement->values, NULL, NULL, 0));
	free(text);
	if (rc < 0)
		return rc;
	statement->cursor = true;
	return fetch(rows);
}

static int
start(struct cm_rows *rows)
{
	struct statement *statement = statement_of(rows);
	int rc;

	statement->started = true;
	if (statement->out_of_memory)
		return cm_store_fail(rows->store, CM_ENOMEM, "Out of memory.");
	if ((rc = cm_postgres_mind_deadline(rows->store)) < 0)
		return rc;
	if (rows->streams)
		return open_cursor(rows);
	return take_result(rows, cm_pq.PQexecPrepared(conn_of(rows), statement->name, rows->parameter_count, statement->values,
	    statement->lengths, statement->formats, rows->as_bytes));
}

int
cm_postgres_next(struct cm_rows *rows)
{
	struct statement *statement = statement_of(rows);

	if (!statement->started)
		return start(rows);
	if (++statement->row < cm_pq.PQntuples(statement->result))
		return 1;
	return statement->cursor && cm_pq.PQntuples(statement->result) == FETCH_ROWS ? fetch(rows) : 0;
}

void
cm_postgres_reset(struct cm_rows *rows)
{
	struct statement *statement = statement_of(rows);
	char text[32];

	drop_values(rows);
	if (statement->cursor && cm_pq.PQtransactionStatus(conn_of(rows)) == PQTRANS_INTRANS) {
		snprintf(text, sizeof text, "CLOSE %s", statement->name);
		cm_postgres_script(rows->store, text);
	}
	statement->started = statement->cursor = statement->out_of_memory = false;
}

bool
cm_postgres_is_null(const struct cm_rows *rows, int column)
{
	const struct statement *statement = statement_of(rows);

	return cm_pq.PQgetisnull(statement->result, statement->row, column) != 0;
}

const char *
cm_postgres_get_text(const struct cm_rows *rows, int column)
{
	const struct statement *statement = statement_of(rows);

	return cm_pq.PQgetvalue(statement->result, statement->row, column);
}

/* A number that came as bytes, the highest first. */
static int64_t
number_of_bytes(const unsigned char *bytes, size_t count)
{
	uint64_t number = count > 0 && bytes[0] >= 0x80 ? UINT64_MAX : 0;

	for (; count > 0; count--)
		number = number << 8 | *bytes++;
	return (int64_t)number;
}

int64_t
cm_postgres_get_int(const struct cm_rows *rows, int column)
{
	const char *text = cm_postgres_get_text(rows, column);
	bool negative = *text == '-';
	uint64_t number = 0;

	if (cm_pq.PQfformat(statement_of(rows)->result, column) != 0)
		return number_of_bytes((const unsigned char *)text, cm_postgres_get_bytes(rows, column));
	if (*text == 't')
		return 1;
	for (text += negative; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return (int64_t)(negative ? -number : number);
}

double
cm_postgres_get_real(const struct cm_rows *rows, int column)
{
	return strtod(cm_postgres_get_text(rows, column), NULL);
}

enum cm_value_type
cm_postgres_get_type(const struct cm_rows *rows, int column)
{
	static const struct {
		Oid type;
		enum cm_value_type is;
	} types[] = {
		{ TYPE_BIGINT, CM_VALUE_INT }, { TYPE_SMALLINT, CM_VALUE_INT }, { TYPE_INTEGER, CM_VALUE_INT },
		{ TYPE_REAL, CM_VALUE_REAL },
		{ TYPE_DOUBLE, CM_VALUE_REAL }, { TYPE_NUMERIC, CM_VALUE_REAL }, { TYPE_BYTES, CM_VALUE_BYTES },
	};
	Oid type = cm_pq.PQftype(statement_of(rows)->result, column);
	size_t i;

	if (cm_postgres_is_null(rows, column))
		return CM_VALUE_NULL;
	for (i = 0; i < nitems(types); i++)
		if (types[i].type == type)
			return types[i].is;
	return CM_VALUE_TEXT;
}

size_t
cm_postgres_get_bytes(const struct cm_rows *rows, int column)
{
	const struct statement *statement = statement_of(rows);

	return (size_t)cm_pq.PQgetlength(statement->result, statement->row, column);
}

const unsigned char *
cm_postgres_get_blob(const struct cm_rows *rows, int column, size_t *bytes)
{
	*bytes = cm_postgres_is_null(rows, column) ? 0 : cm_postgres_get_bytes(rows, column);
	return *bytes > 0 ? (const unsigned char *)cm_postgres_get_text(rows, column) : NULL;
}

/* A value as it stands in a statement; allocated. */
static char *
literal(PGconn *conn, const char *value, Oid type)
{
	char *escaped, *copy;

	if (value == NULL)
		return strdup("NULL");
	if (type == TYPE_BIGINT)
		return strdup(value);
	if ((escaped = cm_pq.PQescapeLiteral(conn, value, strlen(value))) == NULL)
		return NULL;
	copy = strdup(escaped);
	cm_pq.PQfreemem(escaped);
	return copy;
}

/* Replaces each $n; the numbers are one or two digits. */
char *
cm_postgres_shown(const struct cm_rows *rows)
{
	const struct statement *statement = statement_of(rows);
	const char *from;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	fputs("SET search_path = callmetrics;\n", out);
	for (from = statement->text; *from != '\0'; from++) {
		if (from[0] == '$' && from[1] >= '1' && from[1] <= '9') {
			char *end, *value;
			long n = strtol(from + 1, &end, 10) - 1;

			value = literal(conn_of(rows), statement->values[n], type_of(rows, (int)n));
			fputs(value != NULL ? value : "NULL", out);
			free(value);
			from = end - 1;
		} else {
			fputc(*from, out);
		}
	}
	fclose(out);
	return text;
}
