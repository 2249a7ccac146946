/*
 * client: the other end of one request, be it a FastCGI server or a plain CGI environment.
 *
 * client.c is the only file that includes libfcgi.
 */
#ifndef CM_CLIENT_H
#define CM_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct cm_client;

/* Opens the way requests come in, by what standard input is.  NULL for want of memory. */
struct cm_client *cm_client_open(void);
void cm_client_close(struct cm_client *client);

/* Waits for a request; false where there will be no further one. */
bool cm_client_accept(struct cm_client *client);

/* A CGI variable; "" where it is not set. */
const char *cm_client_variable(const struct cm_client *client, const char *name);

/* Sends bytes; 0, or CM_EGONE when nobody listens any more. */
int cm_client_send(struct cm_client *client, const char *bytes, size_t length);

/* Ends the request; when it is not whole, the connection is cut so that the client can tell.  CM_EGONE where the last bytes
 * did not get through. */
int cm_client_finish(struct cm_client *client, bool whole);

#endif
