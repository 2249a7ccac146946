/* reply_own: the inside of a reply, for endpoint.c, which makes and sends it. */
#ifndef CM_REPLY_OWN_H
#define CM_REPLY_OWN_H

#include "reply.h"

enum { CM_HEADERS_MAX = 8, CM_HEADER_BYTES = 256 };

struct cm_reply {
	int status;
	const char *content_type;
	char headers[CM_HEADERS_MAX][CM_HEADER_BYTES];
	size_t header_count;
	struct cm_json *json;
	char *text;			/* a plain body; NULL: JSON is the body */
	size_t text_bytes;
	size_t text_room;
	const char *last_line;		/* of a plain body; NULL: none */
	bool failed;			/* out of memory while printing */
	struct cm_problem problem;
	struct cm_group_commit *commits;	/* of a program that takes */
	const char *accept;
	const char *path;
	bool explains;
	bool quiet;			/* nothing of it in the log, unless everything is */
	bool streaming;			/* headers are sent */
	bool head_only;
	/* Sends the headers, and bytes of a body; 0 or CM_EGONE. */
	int (*send_head)(struct cm_reply *reply);
	int (*send)(struct cm_reply *reply, const char *bytes, size_t length);
	void *client;
};

void cm_reply_init(struct cm_reply *reply);
void cm_reply_done(struct cm_reply *reply);

#endif
