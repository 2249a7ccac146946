/* body: what a request sends; see body.h. */
#include "config.h"

#include "body.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <zlib.h>

#include "budget.h"
#include "error.h"

enum {
	LIKELY_RATIO = 16,		/* what JSON is packed to at best, as a rule */
	GZIP_WINDOW = 15 + 16,		/* zlib: the largest window, with a gzip header */
};

static struct cm_budget allowance = CM_BUDGET(4 * CM_BODY_MOST_BYTES);

static int
hold(struct cm_body *body, size_t bytes)
{
	return cm_budget_take(&allowance, bytes, &body->held);
}

void
cm_body_done(struct cm_body *body)
{
	free(body->bytes);
	body->bytes = NULL;
	cm_budget_give(&allowance, &body->held);
}

/* The media type, without its parameters, among those that are understood; none is the first of them.  None of them may be one that a
 * form can send (application/x-www-form-urlencoded, multipart/form-data, text/plain): see origin.h. */
static int
check_type(const char *type, const char *types, struct cm_body *body, struct cm_problem *problem)
{
	size_t length = strcspn(type, "; \t"), each;
	const char *at;

	if (*type == '\0')
		return 0;
	for (at = types; *at != '\0'; at += each + strspn(at + each, " ")) {
		each = strcspn(at, " ");
		if (each == length && strncasecmp(at, type, length) == 0) {
			body->lines = strncmp(at, "application/x-ndjson", each) == 0;
			return 0;
		}
		body->type++;
	}
	problem->status = 415;
	snprintf(problem->detail, sizeof problem->detail, "Send Content-Type: %s.", types);
	return CM_EPARAM;
}

/* The length that the client announced; -1: none, or none that can be. */
static long
announced(const struct cm_client *client)
{
	const char *text = cm_client_variable(client, "CONTENT_LENGTH");
	char *end;
	long length;

	errno = 0;
	length = strtol(text, &end, 10);
	return *text < '0' || *text > '9' || *end != '\0' || errno != 0 ? -1 : length;
}

static int
too_large(struct cm_problem *problem)
{
	return cm_refuse(problem, 413, NULL, "The body is larger than 8 MiB; send fewer events at a time.");
}

static int
read_plain(struct cm_client *client, size_t length, struct cm_body *body, struct cm_problem *problem)
{
	size_t at = 0, got;

	if ((body->bytes = malloc(length + 1)) == NULL)
		return CM_ENOMEM;
	while (at < length && (got = cm_client_read(client, body->bytes + at, length - at)) > 0)
		at += got;
	body->bytes[at] = '\0';
	body->length = at;
	return at == length ? 0 : cm_refuse(problem, 400, NULL, "The body ends before the Content-Length that was announced.");
}

/* Unpacks all members of a gzip file (RFC 1952, 2.2) that the stream is given, one after the other. */
static int
inflate_members(z_stream *stream)
{
	int code;

	do {
		code = inflate(stream, Z_FINISH);
	} while (code == Z_STREAM_END && stream->avail_in > 0 && (code = inflateReset(stream)) == Z_OK);
	if (code == Z_OK)
		code = Z_BUF_ERROR;
	/* Too few bytes came rather than too few were there to take them. */
	if (code == Z_BUF_ERROR && stream->avail_out > 0)
		code = Z_DATA_ERROR;
	return code;
}

/* Unpacks into at most `room` bytes: Z_STREAM_END, Z_BUF_ERROR where they are too few, or another failure of zlib's. */
static int
inflate_into(const struct cm_body *packed, char *bytes, size_t room, size_t *length)
{
	z_stream stream = { .next_in = (unsigned char *)packed->bytes, .avail_in = (unsigned)packed->length,
		.next_out = (unsigned char *)bytes, .avail_out = (unsigned)room };
	int code;

	if ((code = inflateInit2(&stream, GZIP_WINDOW)) != Z_OK)
		return code;
	code = inflate_members(&stream);
	*length = (size_t)((char *)stream.next_out - bytes);
	inflateEnd(&stream);
	return code;
}

static int
unpack(const struct cm_body *packed, size_t room, struct cm_body *body, struct cm_problem *problem)
{
	int code;

	if ((body->bytes = malloc(room + 1)) == NULL)
		return CM_ENOMEM;
	code = inflate_into(packed, body->bytes, room, &body->length);
	if (code == Z_STREAM_END) {
		body->bytes[body->length] = '\0';
		return 0;
	}
	if (code == Z_MEM_ERROR)
		return CM_ENOMEM;
	return code == Z_BUF_ERROR ? too_large(problem) : cm_refuse(problem, 400, NULL, "The body is not well-formed gzip.");
}

/* As much room as JSON is likely to need; all that is allowed where that was too little. */
static size_t
likely_room(size_t packed)
{
	return packed < CM_BODY_MOST_BYTES / LIKELY_RATIO ? packed * LIKELY_RATIO + 1024 : CM_BODY_MOST_BYTES;
}

static int
unzip(const struct cm_body *packed, struct cm_body *body, struct cm_problem *problem)
{
	size_t likely = likely_room(packed->length);
	int rc;

	rc = unpack(packed, likely, body, problem);
	if (likely >= CM_BODY_MOST_BYTES || rc != CM_EPARAM || problem->status != 413)
		return rc;
	cm_body_done(body);
	if ((rc = hold(body, CM_BODY_MOST_BYTES)) < 0)
		return rc;
	return unpack(packed, CM_BODY_MOST_BYTES, body, problem);
}

/* Room for the body as sent and as it is then, taken at once: nobody who has the one waits for the other. */
static int
read_gzip(struct cm_client *client, size_t length, struct cm_body *body, struct cm_problem *problem)
{
	struct cm_body packed = { 0 };
	int rc;

	if ((rc = hold(body, length + likely_room(length))) == 0 && (rc = read_plain(client, length, &packed, problem)) == 0)
		rc = unzip(&packed, body, problem);
	cm_body_done(&packed);
	return rc;
}

static int
read_any(struct cm_client *client, struct cm_body *body, struct cm_problem *problem)
{
	const char *encoding = cm_client_variable(client, "HTTP_CONTENT_ENCODING");
	long length = announced(client);
	int rc;

	if (length < 0)
		return cm_refuse(problem, 400, NULL, "The request has no Content-Length.");
	if (length > CM_BODY_MOST_BYTES)
		return too_large(problem);
	if (strcasecmp(encoding, "gzip") == 0)
		return read_gzip(client, (size_t)length, body, problem);
	if (*encoding != '\0' && strcasecmp(encoding, "identity") != 0)
		return cm_refuse(problem, 415, NULL, "The body may be sent as it is, or with Content-Encoding: gzip.");
	if ((rc = hold(body, (size_t)length)) < 0)
		return rc;
	return read_plain(client, (size_t)length, body, problem);
}

/* A byte order mark before the text is none of it (RFC 8259, 8.1, lets a reader step over one). */
static void
drop_mark(struct cm_body *body)
{
	if (body->length < 3 || memcmp(body->bytes, "\xef\xbb\xbf", 3) != 0)
		return;
	body->length -= 3;
	memmove(body->bytes, body->bytes + 3, body->length + 1);
}

int
cm_body_read(struct cm_client *client, const char *types, bool optional, struct cm_body *body, struct cm_problem *problem)
{
	struct cm_body read = { 0 };
	int rc;

	rc = check_type(cm_client_variable(client, "CONTENT_TYPE"), types, &read, problem);
	if (rc == 0 && optional && announced(client) <= 0) {
		read.bytes = calloc(1, 1);
		*body = read;
		return read.bytes != NULL ? 0 : CM_ENOMEM;
	}
	if (rc == 0)
		rc = read_any(client, &read, problem);
	if (rc < 0) {
		cm_body_done(&read);
		return rc;
	}
	drop_mark(&read);
	*body = read;
	return 0;
}
