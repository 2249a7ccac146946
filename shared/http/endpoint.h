/*
 * endpoint: a question as data, and the program around it; or what takes calls in, which answers to POST.
 *
 * A question's program defines cm_endpoint; the library brings main().  The program serves FastCGI where its standard input
 * is a listening socket, and else one CGI request; with arguments it explains itself (--help, --describe, --version).
 * The order is always: method, path, parameters, store, handler, send, log.
 */
#ifndef CM_ENDPOINT_H
#define CM_ENDPOINT_H

#include <stdbool.h>

#include "body.h"
#include "query.h"
#include "reply.h"
#include "store.h"

struct cm_failure {
	int status;				/* HTTP */
	const char *title;			/* what that means */
	const char *parameter;			/* "" where none is to blame */
	const char *detail;
	const char *request_id;			/* as the logs have it */
};

struct cm_endpoint {
	const char *name;
	const char *path;
	const char *also;			/* a second path; NULL: none */
	const char *summary;			/* a line for --help and the index */
	const struct cm_param *params;		/* ends with a row of zeros */
	int max_age_s;				/* how long an answer may be reused; 0: never */
	bool never_stale;			/* not even while asking anew */
	bool no_store;				/* answers without the database */
	int (*handle)(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply);	/* GET; NULL: not taken */
	/* POST; NULL: not taken.  What it stores goes through cm_reply_commit. */
	int (*take)(const struct cm_query *query, const struct cm_body *body, struct cm_reply *reply);
	const char *takes;			/* the media types of its body, a space between */
	bool body_optional;
	bool takes_params;			/* what is posted has the question's parameters, too, and is the command line's */
	const char *body_help;			/* what it holds, for --help and the index */
	int threads;				/* that serve at once, so that they share commits; 0: one */
	/* Says in a form of its own what a request is refused or failed for, as google.rpc.Status in protobuf; NULL: the problem document
	 * of RFC 9457.  The reply is empty but for its status and headers; the form is set by cm_reply_type. */
	void (*problem)(const struct cm_failure *failure, struct cm_reply *reply);
	/* Fills a reply when the database cannot be read, in place of the problem document; NULL: none. */
	void (*without_store)(const char *problem, const struct cm_query *query, struct cm_reply *reply);
};

extern const struct cm_endpoint cm_endpoint;

#endif
