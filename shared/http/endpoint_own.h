/* endpoint_own: a request while it is served, for endpoint.c and endpoint_failure.c. */
#ifndef CM_ENDPOINT_OWN_H
#define CM_ENDPOINT_OWN_H

#include "client.h"
#include "endpoint.h"
#include "follow.h"
#include "group_commit.h"
#include "reply_own.h"

enum { CM_REQUEST_ID_TEXT = 40, CM_ASKED_TEXT = 1024 };

/* One request and what becomes of it. */
struct cm_request {
	struct cm_client *client;
	struct cm_store *store;
	struct cm_group_commit *commits;
	struct cm_follow *follow;
	struct cm_query *query;
	struct cm_reply reply;
	int error;			/* what became of it, for the log: 0, or the first failure */
	bool pretty;
	char id[CM_REQUEST_ID_TEXT];
	char key[16];			/* the id of the key that it came with, likewise for the log */
	char asked[CM_ASKED_TEXT];	/* the query for the log, which is written when the client's variables are gone */
};

/* What a status of HTTP means, in the words of its standard. */
const char *cm_status_title(int status);

/* What the log says of the request, unless something was said already. */
void cm_request_note(struct cm_request *request, const char *detail);

/* Turns the reply into a problem, as the endpoint tells of one. */
void cm_request_refuse(struct cm_request *request, int status, const char *detail);

/* The same for an error code, CM_EPARAM and its like: what each means to a client. */
void cm_request_fail(struct cm_request *request, int rc);

#endif
