/* import: calls of a CSV file become facts; see import.h. */
#include "config.h"

#include "import.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "import_own.h"
#include "meta.h"
#include "pace.h"
#include "schema.h"
#include "text.h"

enum { ROWS_MOST = 20000, HEAD_BYTES = 65536, KEY_TEXT = 32, ARENA_BYTES = 1 << 20, METADATA_DEPTH = 128, PREFETCHED = 256 };

/* How far a file has come; kept in cm_meta under its identity, in the transaction that brings it there. */
struct place {
	int64_t at;
	int64_t line;
	int64_t refused_bytes;		/* of the file of refused lines */
	int64_t counts[CM_IMPORT_REJECTED + 1];
};

/* A run, with all that it has open. */
struct run {
	struct cm_store *store;
	const struct cm_import *import;
	const struct cm_progress *progress;
	struct cm_import_result *result;
	struct cm_importing *importing;
	struct cm_csv_reader *reader;
	int fd;
	struct stat file;
	char key[KEY_TEXT];
	char refused_path[4096];
	FILE *refused;			/* NULL: none yet */
	struct place place;
};

static int
fail(struct run *run, int rc, const char *what, const char *why)
{
	snprintf(run->result->problem, CM_IMPORT_TEXT, "%.300s: %.180s", what, why);
	return rc;
}

static int
open_file(struct run *run)
{
	const char *path = run->import->path;

	if ((run->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0 || fstat(run->fd, &run->file) < 0)
		return fail(run, CM_EIO, path, strerror(errno));
	if (!S_ISREG(run->file.st_mode))
		return fail(run, CM_EPARAM, path, "it is not a file that can be read again");
	if (snprintf(run->refused_path, sizeof run->refused_path, "%s.rejected", path) >= (int)sizeof run->refused_path)
		return fail(run, CM_EPARAM, path, strerror(ENAMETOOLONG));
	return 0;
}

/* FNV-1a (draft-eastlake-fnv). */
static uint64_t
hash(uint64_t sum, const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;

	for (; length > 0; length--)
		sum = (sum ^ *byte++) * UINT64_C(0x100000001b3);
	return sum;
}

/* A file is the same that has the same size, time and beginning, and is read by the same map. */
static int
identify(struct run *run)
{
	const int64_t facts[] = { run->file.st_size, run->file.st_mtim.tv_sec, run->file.st_mtim.tv_nsec };
	uint64_t sum = hash(UINT64_C(0xcbf29ce484222325), facts, sizeof facts);
	char *head = malloc(HEAD_BYTES);
	ssize_t got;

	if (head == NULL)
		return CM_ENOMEM;
	got = pread(run->fd, head, HEAD_BYTES, 0);
	if (got > 0)
		sum = hash(sum, head, (size_t)got);
	free(head);
	if (got < 0)
		return fail(run, CM_EIO, run->import->path, strerror(errno));
	sum = hash(sum, run->importing->field_of, sizeof run->importing->field_of);
	snprintf(run->key, sizeof run->key, "import_%016llx", (unsigned long long)sum);
	return 0;
}

static int
read_head(struct run *run)
{
	struct cm_csv_record head;
	int rc;

	if ((run->reader = cm_csv_open(run->fd)) == NULL)
		return CM_ENOMEM;
	if ((rc = cm_csv_next(run->reader, &head)) < 0)
		return rc == CM_EIO ? fail(run, rc, run->import->path, strerror(errno)) : rc;
	if (rc == 0)
		return fail(run, CM_EPARAM, run->import->path, "it is empty: it has no line of column names");
	run->place.at = head.end;
	run->place.line = head.end_line;
	return cm_import_head(run->importing, &head, run->import->maps, run->result);
}

static int
read_place(struct run *run)
{
	char text[160] = "";
	struct place place;
	long long n[7];
	size_t i;
	int rc;

	if ((rc = cm_meta_text(run->store, run->key, text, sizeof text)) < 0)
		return rc;
	if (sscanf(text, "%lld %lld %lld %lld %lld %lld %lld", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6]) != nitems(n))
		return 0;
	place = (struct place){ .at = n[0], .line = n[1], .refused_bytes = n[2] };
	for (i = 0; i < nitems(place.counts); i++)
		place.counts[i] = n[3 + i];
	run->place = place;
	run->result->resumed = true;
	run->result->finished = place.at >= run->file.st_size;
	return 0;
}

static int
keep_place(struct run *run)
{
	char text[160];
	const struct place *place = &run->place;

	snprintf(text, sizeof text, "%lld %lld %lld %lld %lld %lld %lld", (long long)place->at, (long long)place->line,
	    (long long)place->refused_bytes, (long long)place->counts[0], (long long)place->counts[1],
	    (long long)place->counts[2], (long long)place->counts[3]);
	return cm_meta_set_text(run->store, run->key, text);
}

/* Only a database of our own is imported into, and a file that was begun is gone on with. */
static int
look(struct run *run)
{
	bool journal = false;
	int rc;

	if ((rc = cm_store_begin(run->store)) < 0)
		return rc;
	rc = cm_schema_exists(run->store, CM_APP_JOURNAL, &journal);
	if (rc == 0 && (journal || cm_store_lies_beside(run->store)))
		rc = CM_ENOTFOUND;
	if (rc == 0 && !run->import->again && !run->import->dry_run)
		rc = read_place(run);
	cm_store_end(run->store, false);
	return rc;
}

/* Goes on with the refused lines where the place is; those after it were of a transaction that did not come to its end. */
static int
open_refused(struct run *run)
{
	if (run->import->dry_run)
		return 0;
	if (run->place.refused_bytes == 0) {
		if (unlink(run->refused_path) < 0 && errno != ENOENT)
			return fail(run, CM_EIO, run->refused_path, strerror(errno));
		return 0;
	}
	if ((run->refused = fopen(run->refused_path, "r+e")) == NULL && errno == ENOENT) {
		run->place.refused_bytes = 0;	/* somebody took it away; the rest is told in a new one */
		return 0;
	}
	if (run->refused == NULL || ftruncate(fileno(run->refused), (off_t)run->place.refused_bytes) < 0 ||
	    fseeko(run->refused, 0, SEEK_END) < 0)
		return fail(run, CM_EIO, run->refused_path, strerror(errno));
	return 0;
}

/* The line's call_id where it is one. */
static const char *
id_of(const struct cm_importing *importing, const struct cm_csv_record *record)
{
	size_t at = (size_t)importing->field_of[CM_AT_CALL_ID];
	const struct cm_csv_text *field = &record->fields[at];

	return at < record->count && field->bytes <= CM_ID_MOST_BYTES && cm_utf8_valid(field->text, field->bytes) ? field->text : "";
}

static int
write_refused(struct run *run, const struct cm_csv_record *record, const char *call_id, const char *why)
{
	char line[24 + 2 * CM_ID_MOST_BYTES + 2 + 2 * sizeof run->importing->why + 2];
	size_t used = (size_t)snprintf(line, sizeof line, "%lld,", (long long)record->line);

	if (run->refused == NULL) {
		if ((run->refused = fopen(run->refused_path, "we")) == NULL)
			return CM_EIO;
		run->place.refused_bytes = fprintf(run->refused, "line,call_id,reason\r\n");
	}
	used += cm_csv_field(line + used, call_id, strlen(call_id));
	line[used++] = ',';
	used += cm_csv_field(line + used, why, strlen(why));
	run->place.refused_bytes += (int64_t)used + 2;
	return fwrite(line, 1, used, run->refused) == used && fwrite("\r\n", 1, 2, run->refused) == 2 ? 0 : CM_EIO;
}

static int
refuse(struct run *run, const struct cm_csv_record *record)
{
	const char *call_id = id_of(run->importing, record), *why = run->importing->why;

	if (run->import->refused != NULL)
		run->import->refused(run->import->arg, record->line, call_id, why);
	if (run->import->dry_run || write_refused(run, record, call_id, why) == 0)
		return 0;
	return fail(run, CM_EIO, run->refused_path, strerror(errno));
}

/* Writes what was taken, and lets go of its texts. */
static int
write_unit(struct run *run)
{
	int rc = cm_unit_write(run->importing->unit);

	cm_arena_done(&run->importing->arena);
	return rc;
}

/* Looks ahead at the calls of the next records, so that they are read together where each statement is a round trip; *count: of how many,
 * up to there is what is prefetched. */
static int
prefetch(struct run *run, int64_t rows, int64_t *count)
{
	struct cm_importing *importing = run->importing;
	struct cm_csv_record record;
	const char *tenant_id, *call_id;
	int rc = 1;

	importing->unit->whole_calls = true;
	for (*count = 0; *count < rows && *count < PREFETCHED && (rc = cm_csv_next(run->reader, &record)) > 0; ++*count) {
		if ((rc = cm_import_key(importing, &record, &tenant_id, &call_id)) < 0 ||
		    (call_id != NULL && (rc = cm_unit_prefetch_call(importing->unit, tenant_id, call_id)) < 0))
			return rc;
	}
	return rc < 0 ? rc : cm_csv_seek(run->reader, run->place.at, run->place.line);
}

/* Takes the next so many records; 1 where there may be more, 0 at the end. */
static int
take_records(struct run *run, int64_t rows)
{
	struct cm_csv_record record;
	bool ahead = cm_store_is_remote(run->store);
	int64_t prefetched = 0;
	int rc = 1, verdict, failure;

	for (; rows > 0; rows--, prefetched--) {
		if (ahead && prefetched <= 0 && (rc = prefetch(run, rows, &prefetched)) < 0)
			break;
		if ((rc = cm_csv_next(run->reader, &record)) <= 0)
			break;
		if ((verdict = cm_import_record(run->importing, &record)) < 0)
			return verdict;
		if (verdict == CM_IMPORT_REJECTED && (failure = refuse(run, &record)) < 0)
			return failure;
		run->place.counts[verdict]++;
		run->place.at = record.end;
		run->place.line = record.end_line;
		if (!cm_unit_is_full(run->importing->unit) && run->importing->arena.bytes <= ARENA_BYTES)
			continue;
		if ((failure = write_unit(run)) < 0)
			return failure;
		prefetched = 0;		/* it is forgotten, too */
	}
	if (rc == CM_EIO)
		return fail(run, rc, run->import->path, strerror(errno));
	if (rc == 0)
		run->place.at = run->file.st_size;
	return rc;
}

/* The same with what goes behind it in a transaction. */
static int
take_batch(struct run *run, int64_t rows)
{
	int rc, more;

	if (run->import->dry_run) {
		cm_store_no_deadline(run->store);
		return take_records(run, rows);
	}
	if ((more = take_records(run, rows)) < 0)
		return more;
	if ((rc = write_unit(run)) < 0)
		return rc;
	if (run->refused != NULL && fflush(run->refused) != 0)
		return fail(run, CM_EIO, run->refused_path, strerror(errno));
	rc = keep_place(run);
	return rc < 0 ? rc : more;
}

static int
transact(struct run *run, int64_t rows)
{
	int rc, end;

	if ((rc = cm_store_begin(run->store)) < 0)
		return rc;
	run->importing->unit = cm_unit_of(run->store);
	rc = run->importing->unit == NULL ? CM_ENOMEM : cm_store_pruned_before(run->store, &run->importing->pruned_before);
	if (rc == 0)
		rc = take_batch(run, rows);
	end = cm_store_end(run->store, rc >= 0 && !run->import->dry_run);
	cm_arena_done(&run->importing->arena);
	return rc >= 0 && end < 0 ? end : rc;
}

static void
report(const struct run *run)
{
	const struct cm_progress *progress = run->progress;

	if (progress != NULL && progress->step != NULL)
		progress->step(progress->arg, "bytes", run->place.at, run->file.st_size);
}

static int
take_file(struct run *run)
{
	int64_t rows = cm_pace_rows(run->progress), started_ms;
	int rc;

	if (rows > ROWS_MOST)
		rows = ROWS_MOST;
	if (cm_csv_seek(run->reader, run->place.at, run->place.line) < 0)
		return fail(run, CM_EIO, run->import->path, strerror(errno));
	do {
		report(run);
		started_ms = cm_pace_now_ms();
		rc = transact(run, rows);
		if (!run->import->dry_run)
			cm_pace_end(run->progress, &rows, cm_pace_now_ms() - started_ms);
	} while (rc > 0);
	if (rc == 0)
		report(run);
	return rc;
}

static int
run_import(struct run *run)
{
	int rc;

	if ((rc = open_file(run)) < 0 || (rc = read_head(run)) < 0 || (rc = identify(run)) < 0 || (rc = look(run)) < 0)
		return rc;
	if (run->result->finished)
		return 0;
	if ((rc = open_refused(run)) < 0)
		return rc;
	return take_file(run);
}

static void
close_all(struct run *run)
{
	cm_csv_close(run->reader);
	if (run->refused != NULL)
		fclose(run->refused);
	if (run->fd >= 0)
		close(run->fd);
	if (run->importing != NULL)
		cm_json_reader_free(run->importing->json);
	free(run->importing);
}

int
cm_import_file(struct cm_store *store, const struct cm_import *import, const struct cm_progress *progress,
    struct cm_import_result *result)
{
	struct run run = { .store = store, .import = import, .progress = progress, .result = result, .fd = -1 };
	int rc = CM_ENOMEM;

	*result = (struct cm_import_result){ 0 };
	run.importing = calloc(1, sizeof *run.importing);
	if (run.importing != NULL && (run.importing->json = cm_json_reader_new(METADATA_DEPTH)) != NULL) {
		run.importing->dry_run = import->dry_run;
		rc = run_import(&run);
	}
	result->added = run.place.counts[CM_IMPORT_ADDED];
	result->changed = run.place.counts[CM_IMPORT_CHANGED];
	result->known = run.place.counts[CM_IMPORT_KNOWN];
	result->rejected = run.place.counts[CM_IMPORT_REJECTED];
	close_all(&run);
	return rc;
}
