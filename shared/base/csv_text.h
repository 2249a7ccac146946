/* csv_text: comma-separated values by RFC 4180.  libcsv does the quoting; no other file includes it. */
#ifndef CM_CSV_TEXT_H
#define CM_CSV_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies text into out, which has room for bytes + 8, and tells whether it is a field as it is: ASCII without a NUL, and
 * nothing in it that asks for quotes. */
bool cm_csv_plain(char *out, const char *text, size_t bytes);

/* Writes one field into out, quoted where it must be; at most 2 * bytes + 2 are written.  The bytes written. */
size_t cm_csv_field(char *out, const char *text, size_t bytes);

/*
 * Reading a file, in memory that depends on the limits below and on nothing in the file.  Lines end in LF, CR LF or CR; blank ones
 * do not count, and neither does a byte order mark at the beginning.  Spaces around a field do not belong to it unless it is quoted.
 * A quote that closes a field ends it: a record with anything else behind one is at fault, and its line alone.
 */
struct cm_csv_reader;

enum { CM_CSV_FIELD_MOST = 65536, CM_CSV_FIELDS_MOST = 256, CM_CSV_RECORD_MOST = 4 * CM_CSV_FIELD_MOST };

struct cm_csv_text {
	const char *text;		/* with a NUL behind it */
	size_t bytes;
};

/* One record, borrowed until the next is read. */
struct cm_csv_record {
	const struct cm_csv_text *fields;
	size_t count;
	int64_t line;			/* where it begins; the file's first is 1 */
	int64_t end;			/* the place behind it, in bytes from the file's beginning, and .. */
	int64_t end_line;		/* .. the line that begins there: what cm_csv_seek takes */
	const char *fault;		/* what is wrong with it, then it has no fields; NULL: nothing */
};

/* Reads the open file from its beginning; the caller closes both.  NULL for want of memory. */
struct cm_csv_reader *cm_csv_open(int fd);
void cm_csv_close(struct cm_csv_reader *reader);

/* 1 a record, 0 the end, CM_EIO with errno, CM_ENOMEM. */
int cm_csv_next(struct cm_csv_reader *reader, struct cm_csv_record *record);

/* Goes on behind a record that was read before.  CM_EIO. */
int cm_csv_seek(struct cm_csv_reader *reader, int64_t end, int64_t end_line);

#endif
