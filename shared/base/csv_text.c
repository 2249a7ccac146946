/* csv_text: comma-separated values; see csv_text.h. */
#include "config.h"

#include "csv_text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <csv.h>

#include "error.h"

static bool
needs_quotes(const char *text, size_t bytes)
{
	size_t i;

	if (bytes > 0 && (text[0] == ' ' || text[bytes - 1] == ' '))
		return true;
	for (i = 0; i < bytes; i++)
		if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n')
			return true;
	return false;
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Copies eight bytes; whether they are plain but for blanks.  7-bit bytes plus 0x7f have their top bit set unless 0. */
static bool
copy_eight(char *out, const char *text)
{
	uint64_t eight, differ;

	memcpy(&eight, text, sizeof eight);
	memcpy(out, &eight, sizeof eight);
	differ = (eight + EACH(0x7f)) & ((eight ^ EACH('"')) + EACH(0x7f)) & ((eight ^ EACH(',')) + EACH(0x7f)) &
	    ((eight ^ EACH('\r')) + EACH(0x7f)) & ((eight ^ EACH('\n')) + EACH(0x7f));
	return (eight & EACH(0x80)) == 0 && (differ & EACH(0x80)) == EACH(0x80);
}

bool
cm_csv_plain(char *out, const char *text, size_t bytes)
{
	char few[sizeof(uint64_t)] = { 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x' };
	bool plain;
	size_t i;

	if (bytes > 0 && (text[0] == ' ' || text[bytes - 1] == ' '))
		return false;
	if (bytes < sizeof few) {
		for (i = 0; i < bytes; i++)
			few[i] = text[i];
		return copy_eight(out, few);
	}
	/* The last eight overlap those before them. */
	plain = copy_eight(out + bytes - sizeof few, text + bytes - sizeof few);
	for (i = 0; plain && i + sizeof few < bytes; i += sizeof few)
		plain = copy_eight(out + i, text + i);
	return plain;
}

size_t
cm_csv_field(char *out, const char *text, size_t bytes)
{
	if (needs_quotes(text, bytes))
		return csv_write(out, 2 * bytes + 2, text, bytes);
	memcpy(out, text, bytes);
	return bytes;
}

/* libcsv's memory: a field, its closing quote, and blanks behind that. */
enum { PARSER_BYTES = CM_CSV_FIELD_MOST + 1024 };

struct cm_csv_reader {
	int fd;
	struct csv_parser parser;
	char input[65536];
	size_t at;			/* of input, what is read next .. */
	size_t filled;			/* .. and where it ends */
	int64_t offset;			/* where input begins in the file */
	int64_t line;
	/* The record that is being read. */
	enum { BEFORE, PLAIN, QUOTED, CLOSED, SPACED } where;	/* in a field; SPACED: behind its closing quote and a space */
	bool misquoted;			/* the rest of its line is not read */
	bool whole;
	bool cut;			/* its last field is too long */
	const char *fault;
	struct cm_csv_text fields[CM_CSV_FIELDS_MOST];
	size_t count;
	char text[CM_CSV_RECORD_MOST];
	size_t used;
};

static void
take_field(void *bytes, size_t length, void *arg)
{
	struct cm_csv_reader *reader = arg;
	const char *fault = NULL;

	if (reader->cut || length > CM_CSV_FIELD_MOST)
		fault = "A field is longer than 64 KiB.";
	else if (reader->count == CM_CSV_FIELDS_MOST)
		fault = "It has more than 256 fields.";
	else if (reader->used + length + 1 > sizeof reader->text)
		fault = "It is longer than 256 KiB.";
	else if (length > 0 && memchr(bytes, '\0', length) != NULL)
		fault = "A field has a NUL.";
	reader->cut = false;
	if (reader->fault == NULL)
		reader->fault = fault;
	if (reader->fault != NULL)
		return;
	reader->fields[reader->count++] = (struct cm_csv_text){ reader->text + reader->used, length };
	if (length > 0)
		memcpy(reader->text + reader->used, bytes, length);
	reader->used += length;
	reader->text[reader->used++] = '\0';
}

static void
end_record(int terminator, void *arg)
{
	struct cm_csv_reader *reader = arg;

	(void)terminator;
	reader->whole = true;
}

static void *
resize(void *memory, size_t bytes)
{
	return bytes <= PARSER_BYTES ? realloc(memory, bytes) : NULL;
}

/* A tab at the edge of a field belongs to it: cm_csv_field does not quote it. */
static int
is_space(unsigned char byte)
{
	return byte == ' ';
}

struct cm_csv_reader *
cm_csv_open(int fd)
{
	struct cm_csv_reader *reader = malloc(sizeof *reader);

	if (reader == NULL)
		return NULL;
	reader->fd = fd;
	csv_init(&reader->parser, 0);
	csv_set_realloc_func(&reader->parser, resize);
	csv_set_blk_size(&reader->parser, PARSER_BYTES);
	csv_set_space_func(&reader->parser, is_space);
	reader->at = reader->filled = 0;
	reader->offset = 0;
	reader->line = 1;
	return reader;
}

void
cm_csv_close(struct cm_csv_reader *reader)
{
	if (reader == NULL)
		return;
	csv_free(&reader->parser);
	free(reader);
}

int
cm_csv_seek(struct cm_csv_reader *reader, int64_t end, int64_t end_line)
{
	if (lseek(reader->fd, (off_t)end, SEEK_SET) < 0)
		return CM_EIO;
	reader->at = reader->filled = 0;
	reader->offset = end;
	reader->line = end_line;
	return 0;
}

/* Whether there is a byte to read, which it sees to: 1, 0 the end of the file, CM_EIO. */
static int
fill(struct cm_csv_reader *reader)
{
	ssize_t got;

	if (reader->at < reader->filled)
		return 1;
	do {
		got = read(reader->fd, reader->input, sizeof reader->input);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return CM_EIO;
	reader->offset += (int64_t)reader->filled;
	reader->filled = (size_t)got;
	reader->at = reader->offset == 0 && got >= 3 && memcmp(reader->input, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	return reader->at < reader->filled;
}

static bool
ends_line(char byte)
{
	return byte == '\n' || byte == '\r';
}

/* What is at hand of a line, its end included. */
static size_t
piece_of(const struct cm_csv_reader *reader)
{
	size_t end = reader->at;

	while (end < reader->filled && !ends_line(reader->input[end]))
		end++;
	return (end < reader->filled ? end + 1 : end) - reader->at;
}

static bool
is_blank(const char *piece, size_t bytes)
{
	while (bytes > 0 && (*piece == ' ' || ends_line(*piece))) {
		piece++;
		bytes--;
	}
	return bytes == 0;
}

/* Whether quotes stand where they may: around a whole field.  libcsv takes one that closes too early for a part of the field and reads
 * on, into the lines behind. */
static bool
quotes_well(struct cm_csv_reader *reader, const char *piece, size_t bytes)
{
	for (; bytes > 0; bytes--, piece++) {
		bool ends = *piece == ',' || ends_line(*piece);

		if (reader->where == QUOTED)
			reader->where = *piece == '"' ? CLOSED : QUOTED;
		else if (ends)
			reader->where = BEFORE;
		else if (reader->where == CLOSED && *piece == '"')
			reader->where = QUOTED;
		else if (reader->where == CLOSED || reader->where == SPACED) {
			if (*piece != ' ')
				return false;
			reader->where = SPACED;
		} else if (reader->where == BEFORE && *piece != ' ')
			reader->where = *piece == '"' ? QUOTED : PLAIN;
	}
	return true;
}

/* A field that does not fit is cut down to a few bytes, which nobody will see, and read to its end.  Two must be left: libcsv takes
 * a closing quote away again. */
static int
parse(struct cm_csv_reader *reader, const char *piece, size_t bytes)
{
	size_t done;

	for (;;) {
		done = csv_parse(&reader->parser, piece, bytes, take_field, end_record, reader);
		piece += done;
		bytes -= done;
		if (bytes == 0)
			return 0;
		if (reader->parser.entry_size < PARSER_BYTES)
			return CM_ENOMEM;
		reader->cut = true;
		reader->parser.entry_pos = 2;
		reader->parser.spaces = 0;
	}
}

/* Steps over a piece; CR LF is one end of a line. */
static int
step_over(struct cm_csv_reader *reader, size_t bytes)
{
	char last = reader->input[reader->at + bytes - 1];
	int rc = 0;

	reader->at += bytes;
	reader->line += ends_line(last);
	if (last != '\r' || (rc = fill(reader)) <= 0 || reader->input[reader->at] != '\n')
		return rc < 0 ? rc : 0;
	reader->at++;
	return reader->whole ? 0 : parse(reader, "\n", 1);
}

/* Ends a record whose quotes make no sense. */
static void
break_off(struct cm_csv_reader *reader)
{
	csv_fini(&reader->parser, take_field, end_record, reader);
	reader->whole = true;
}

/* Reads a piece of a record.  One whose quotes make no sense is over where its line is. */
static int
take_piece(struct cm_csv_reader *reader, size_t bytes)
{
	const char *piece = reader->input + reader->at;
	int rc = 0;

	if (!reader->misquoted && !quotes_well(reader, piece, bytes)) {
		reader->misquoted = true;
		reader->fault = "Something follows a quote that closes a field.";
	}
	if (!reader->misquoted)
		rc = parse(reader, piece, bytes);
	else if (ends_line(piece[bytes - 1]))
		break_off(reader);
	return rc < 0 ? rc : step_over(reader, bytes);
}

/* The file's last record may lack the end of its line, but not that of its quotes. */
static int
finish(struct cm_csv_reader *reader, bool begun)
{
	if (!begun)
		return 0;
	if (reader->misquoted) {
		break_off(reader);
		return 1;
	}
	csv_set_opts(&reader->parser, CSV_STRICT | CSV_STRICT_FINI);
	if (csv_fini(&reader->parser, take_field, end_record, reader) < 0) {
		csv_set_opts(&reader->parser, 0);
		csv_fini(&reader->parser, take_field, end_record, reader);
		reader->fault = "A quote that opens in it is never closed.";
	}
	csv_set_opts(&reader->parser, 0);
	return reader->whole;
}

static int
read_record(struct cm_csv_reader *reader, int64_t *line)
{
	bool begun = false;
	size_t bytes;
	int rc;

	while (!reader->whole) {
		if ((rc = fill(reader)) < 0)
			return rc;
		if (rc == 0)
			return finish(reader, begun);
		bytes = piece_of(reader);
		if (!begun && is_blank(reader->input + reader->at, bytes)) {
			if ((rc = step_over(reader, bytes)) < 0)
				return rc;
			continue;
		}
		if (!begun)
			*line = reader->line;
		begun = true;
		if ((rc = take_piece(reader, bytes)) < 0)
			return rc;
	}
	return 1;
}

int
cm_csv_next(struct cm_csv_reader *reader, struct cm_csv_record *record)
{
	int64_t line = 0;
	int rc;

	reader->whole = reader->cut = reader->misquoted = false;
	reader->where = BEFORE;
	reader->fault = NULL;
	reader->count = reader->used = 0;
	if ((rc = read_record(reader, &line)) <= 0)
		return rc;
	*record = (struct cm_csv_record){ .fields = reader->fields, .count = reader->fault == NULL ? reader->count : 0,
		.line = line, .end = reader->offset + (int64_t)reader->at, .end_line = reader->line, .fault = reader->fault };
	return 1;
}
