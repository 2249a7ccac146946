/* reply: what a question answers; see reply.h. */
#include "config.h"

#include "reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "client.h"
#include "error.h"
#include "group_commit.h"
#include "reply_own.h"
#include "text.h"

void
cm_reply_init(struct cm_reply *reply)
{
	memset(reply, 0, sizeof *reply);
	reply->status = 200;
	reply->content_type = "application/json";
	reply->accept = "";
	reply->path = "";
}

void
cm_reply_done(struct cm_reply *reply)
{
	cm_json_free(reply->json);
	free(reply->text);
}

struct cm_json *
cm_reply_json(struct cm_reply *reply)
{
	return reply->json;
}

void
cm_reply_status(struct cm_reply *reply, int status)
{
	reply->status = status;
}

void
cm_reply_type(struct cm_reply *reply, const char *content_type)
{
	reply->content_type = content_type;
}

void
cm_reply_header(struct cm_reply *reply, const char *name, const char *value)
{
	if (reply->header_count < CM_HEADERS_MAX)
		snprintf(reply->headers[reply->header_count++], CM_HEADER_BYTES, "%s: %s", name, value);
}

static bool
make_room(struct cm_reply *reply, size_t bytes)
{
	return cm_array_reserve(&reply->text, &reply->text_room, reply->text_bytes + bytes, 1);
}

void
cm_reply_bytes(struct cm_reply *reply, const void *bytes, size_t length)
{
	if (!make_room(reply, length + 1)) {
		reply->failed = true;
		return;
	}
	memcpy(reply->text + reply->text_bytes, bytes, length);
	reply->text_bytes += length;
}

void
cm_reply_print(struct cm_reply *reply, const char *format, ...)
{
	va_list args;
	int length, tries;

	/* Once into the room that there is, and where that was too little into enough. */
	for (tries = 0; tries < 2; tries++) {
		size_t room = reply->text_room - reply->text_bytes;

		va_start(args, format);
		length = vsnprintf(room > 0 ? reply->text + reply->text_bytes : NULL, room, format, args);
		va_end(args);
		if (length >= 0 && (size_t)length < room) {
			reply->text_bytes += (size_t)length;
			return;
		}
		if (length < 0 || !make_room(reply, (size_t)length + 1))
			break;
	}
	reply->failed = true;
}

void
cm_reply_last_line(struct cm_reply *reply, const char *line)
{
	reply->last_line = line;
}

int
cm_reply_refuse(struct cm_reply *reply, const char *parameter, const char *detail)
{
	reply->problem.status = 400;
	snprintf(reply->problem.parameter, sizeof reply->problem.parameter, "%s", parameter);
	snprintf(reply->problem.detail, sizeof reply->problem.detail, "%s", detail);
	return CM_EPARAM;
}

int
cm_reply_not_found(struct cm_reply *reply, const char *detail)
{
	snprintf(reply->problem.detail, sizeof reply->problem.detail, "%s", detail);
	return CM_ENOTFOUND;
}

int
cm_reply_deny(struct cm_reply *reply, int status, const char *detail)
{
	reply->status = status;
	snprintf(reply->problem.detail, sizeof reply->problem.detail, "%s", detail);
	cm_json_text(reply->json, "detail", detail);
	return 0;
}

void
cm_reply_quiet(struct cm_reply *reply)
{
	reply->quiet = true;
}

const char *
cm_reply_variable(const struct cm_reply *reply, const char *name)
{
	return cm_client_variable(reply->client, name);
}

const char *
cm_reply_accept(const struct cm_reply *reply)
{
	return reply->accept;
}

const char *
cm_reply_path(const struct cm_reply *reply)
{
	return reply->path;
}

bool
cm_reply_explains(const struct cm_reply *reply)
{
	return reply->explains;
}

int
cm_reply_write(struct cm_reply *reply, const char *bytes, size_t length)
{
	int rc;

	if (!reply->streaming && (rc = reply->send_head(reply)) < 0)
		return rc;
	reply->streaming = true;
	return reply->head_only ? 0 : reply->send(reply, bytes, length);
}

struct cm_problem *
cm_reply_problem(struct cm_reply *reply)
{
	return &reply->problem;
}

int
cm_reply_trouble(struct cm_reply *reply, const char *detail)
{
	snprintf(reply->problem.detail, sizeof reply->problem.detail, "%s", detail);
	return CM_EBUSY;
}

int
cm_reply_commit(struct cm_reply *reply, cm_work *prefetch, cm_work *work, void *arg)
{
	char problem[CM_COMMIT_PROBLEM] = "";
	int rc = cm_commit(reply->commits, prefetch, work, arg, problem);

	if (rc == CM_EBUSY || rc == CM_ESTORE)
		snprintf(reply->problem.detail, sizeof reply->problem.detail, "%s", problem);
	return rc;
}
