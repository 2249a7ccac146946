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

/* Opens the way requests come in, by what standard input is: one for each thread that serves.  `alone`: there is but one, and a
 * request that hangs ends the program.  NULL for want of memory. */
struct cm_client *cm_client_open(bool alone);
void cm_client_close(struct cm_client *client);

/* Whether standard input is a socket that requests come by, rather than one plain CGI request. */
bool cm_client_is_server(void);

/* Lets all threads end after the request that they are at; for a signal handler. */
void cm_client_stop(int signal_number);

/* Waits for a request; false where there will be no further one.  Where requests are slow, logins and keys have their turns one after the
 * other; one that its sender no longer waits for is passed over. */
bool cm_client_accept(struct cm_client *client);

/* From now on no request counts as one too many, however many wait. */
void cm_client_take_all(struct cm_client *client);

/* Whether too many requests of the same login or key wait already: this one is to be refused. */
bool cm_client_is_crowded(const struct cm_client *client);

/* Whether nobody waits for the answer any more. */
bool cm_client_is_gone(const struct cm_client *client);

/* A CGI variable; "" where it is not set. */
const char *cm_client_variable(const struct cm_client *client, const char *name);

/* Reads bytes of the request's body; how many, and 0 at its end. */
size_t cm_client_read(struct cm_client *client, char *bytes, size_t room);

/* Sends bytes; 0, or CM_EGONE when nobody listens any more. */
int cm_client_send(struct cm_client *client, const char *bytes, size_t length);

/* Ends the request; when it is not whole, the connection is cut so that the client can tell.  CM_EGONE where the last bytes
 * did not get through. */
int cm_client_finish(struct cm_client *client, bool whole);

#endif
