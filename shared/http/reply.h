/*
 * reply: what a question answers.
 *
 * A handler fills a reply and returns 0 or an error; nothing reaches the client before it returned.  Only an export streams:
 * what it wrote is gone, and when it then fails the connection is cut.
 */
#ifndef CM_REPLY_H
#define CM_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "group_commit.h"
#include "json.h"
#include "query.h"
#include "store.h"

struct cm_reply;

/* The document to fill: an object; it becomes the body where nothing else does. */
struct cm_json *cm_reply_json(struct cm_reply *reply);

/* 200 unless set. */
void cm_reply_status(struct cm_reply *reply, int status);

/* Plain text for a body, in place of JSON; appends.  Formats as printf. */
void cm_reply_type(struct cm_reply *reply, const char *content_type);
void cm_reply_print(struct cm_reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The line that has to be the plain body's last, whatever is added to it.  Not copied. */
void cm_reply_last_line(struct cm_reply *reply, const char *line);

/* Bytes for a body, in place of JSON; appends, and with none the body is empty. */
void cm_reply_bytes(struct cm_reply *reply, const void *bytes, size_t length);

/* A further header. */
void cm_reply_header(struct cm_reply *reply, const char *name, const char *value);

/* Where a refusal is told by whoever finds the fault; goes with CM_EPARAM. */
struct cm_problem *cm_reply_problem(struct cm_reply *reply);

/* Refuses a parameter that only the handler could judge; returns CM_EPARAM. */
int cm_reply_refuse(struct cm_reply *reply, const char *parameter, const char *detail);

/* Says what was not found; returns CM_ENOTFOUND. */
int cm_reply_not_found(struct cm_reply *reply, const char *detail);

/* Says what is in the way of a request that may succeed later; returns CM_EBUSY. */
int cm_reply_trouble(struct cm_reply *reply, const char *detail);

/* Stores durably, as cm_commit does, of the program that takes.  0, or its error, which the reply then tells. */
int cm_reply_commit(struct cm_reply *reply, cm_work *prefetch, cm_work *work, void *arg);

/* Refuses the request as a whole with a status such as 403 and says why, in the body and the log; returns 0. */
int cm_reply_deny(struct cm_reply *reply, int status, const char *detail);
/* The request is not told in the log, be it refused; for what is told there otherwise. */
void cm_reply_quiet(struct cm_reply *reply);

/* A variable that the server gives with the request, such as REMOTE_USER; "" where it gives none. */
const char *cm_reply_variable(const struct cm_reply *reply, const char *name);

/* What the client prefers: its Accept header, the path it asked, whether it wants statements explained. */
const char *cm_reply_accept(const struct cm_reply *reply);
const char *cm_reply_path(const struct cm_reply *reply);
bool cm_reply_explains(const struct cm_reply *reply);

/* Streaming: from the first write on, the status and headers are sent.  0, or CM_EGONE when the client went away. */
int cm_reply_write(struct cm_reply *reply, const char *bytes, size_t length);

#endif
