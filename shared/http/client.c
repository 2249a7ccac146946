/* client: the other end of one request; see client.h. */
#include "config.h"

#include "client.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "error.h"
#include "settings.h"

enum {
	LISTEN_FD = 0,		/* where the FastCGI protocol puts the listening socket */
	HANG_S = 60,		/* a request that neither ends nor sends for so long is stuck: the worker dies for it */
};

struct cm_client {
	bool fastcgi;
	bool alone;
	bool accepted;			/* plain CGI: its one request */
	FCGX_Request request;
};

bool
cm_client_is_server(void)
{
	return !FCGX_IsCGI();
}

void
cm_client_stop(int signal_number)
{
	(void)signal_number;
	FCGX_ShutdownPending();
}

/* One thread serves: it takes the signals itself. */
static void
take_signals(void)
{
	struct sigaction on_term = { .sa_handler = cm_client_stop };

	sigaction(SIGTERM, &on_term, NULL);
	sigaction(SIGINT, &on_term, NULL);
}

struct cm_client *
cm_client_open(bool alone)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct cm_client *client = calloc(1, sizeof *client);

	if (client == NULL)
		return NULL;
	sigaction(SIGPIPE, &ignore, NULL);
	client->alone = alone;
	client->fastcgi = cm_client_is_server();
	if (!client->fastcgi)
		return client;
	if (alone)
		take_signals();
	if (FCGX_Init() != 0 || FCGX_InitRequest(&client->request, LISTEN_FD, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		free(client);
		return NULL;
	}
	return client;
}

/* Sets how long the program may hang from now on; where several threads serve, their common alarm is cm_commit's. */
static void
watch(const struct cm_client *client, unsigned seconds)
{
	if (client->alone)
		alarm(seconds);
}

void
cm_client_close(struct cm_client *client)
{
	if (client != NULL && client->fastcgi)
		FCGX_Free(&client->request, 1);
	free(client);
}

bool
cm_client_accept(struct cm_client *client)
{
	if (client->fastcgi) {
		if (FCGX_Accept_r(&client->request) != 0)
			return false;
		watch(client, HANG_S);
		return true;
	}
	if (client->accepted)
		return false;
	client->accepted = true;
	return true;
}

const char *
cm_client_variable(const struct cm_client *client, const char *name)
{
	const char *value;

	value = client->fastcgi ? FCGX_GetParam(name, client->request.envp) : cm_setting(name);
	return value != NULL ? value : "";
}

size_t
cm_client_read(struct cm_client *client, char *bytes, size_t room)
{
	int read;

	if (!client->fastcgi)
		return fread(bytes, 1, room, stdin);
	read = FCGX_GetStr(bytes, room < INT_MAX ? (int)room : INT_MAX, client->request.in);
	return read > 0 ? (size_t)read : 0;
}

int
cm_client_send(struct cm_client *client, const char *bytes, size_t length)
{
	if (length == 0)
		return 0;
	if (client->fastcgi) {
		watch(client, HANG_S);
		return FCGX_PutStr(bytes, (int)length, client->request.out) == (int)length ? 0 : CM_EGONE;
	}
	return fwrite(bytes, 1, length, stdout) == length ? 0 : CM_EGONE;
}

int
cm_client_finish(struct cm_client *client, bool whole)
{
	int rc = 0;

	if (!client->fastcgi)
		return fflush(stdout) == 0 ? 0 : CM_EGONE;
	watch(client, 0);
	if (!whole) {
		FCGX_Free(&client->request, 1);
		return 0;
	}
	if (FCGX_FFlush(client->request.out) != 0)
		rc = CM_EGONE;
	FCGX_Finish_r(&client->request);
	return rc;
}
