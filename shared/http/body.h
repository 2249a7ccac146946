/*
 * body: what a request sends.
 *
 * A body is read whole, with limits on its size as sent and as it is after gunzip; all threads together hold no more than a fixed
 * number of bytes, and wait for each other beyond that.  body.c is the only file that includes zlib.
 */
#ifndef CM_BODY_H
#define CM_BODY_H

#include "client.h"
#include "query.h"

struct cm_body {
	char *bytes;		/* a NUL follows them */
	size_t length;
	int type;		/* which of the media types that are understood, from 0 */
	bool lines;		/* application/x-ndjson: one JSON text a line */
	size_t held;		/* of the common allowance */
};

enum { CM_BODY_MOST_BYTES = 8 * 1024 * 1024 };

/* Reads the body of a request.  types: the media types that are understood, a space between; optional: it may be left out.
 * CM_EPARAM fills *problem (400, 413, 415); CM_EBUSY: too many large bodies at once; CM_ENOMEM. */
int cm_body_read(struct cm_client *client, const char *types, bool optional, struct cm_body *body, struct cm_problem *problem);
void cm_body_done(struct cm_body *body);

#endif
