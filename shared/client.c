/* client: the other end of one request; see client.h. */
#include "config.h"

#include "client.h"

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
	bool accepted;			/* plain CGI: its one request */
	FCGX_Request request;
};

static void
stop(int signal_number)
{
	(void)signal_number;
	FCGX_ShutdownPending();
}

struct cm_client *
cm_client_open(void)
{
	struct sigaction on_term = { .sa_handler = stop }, ignore = { .sa_handler = SIG_IGN };
	struct cm_client *client = calloc(1, sizeof *client);

	if (client == NULL)
		return NULL;
	sigaction(SIGPIPE, &ignore, NULL);
	client->fastcgi = !FCGX_IsCGI();
	if (!client->fastcgi)
		return client;
	sigaction(SIGTERM, &on_term, NULL);
	sigaction(SIGINT, &on_term, NULL);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&client->request, LISTEN_FD, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		free(client);
		return NULL;
	}
	return client;
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
		alarm(HANG_S);
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

int
cm_client_send(struct cm_client *client, const char *bytes, size_t length)
{
	if (length == 0)
		return 0;
	if (client->fastcgi) {
		alarm(HANG_S);
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
	alarm(0);
	if (!whole) {
		FCGX_Free(&client->request, 1);
		return 0;
	}
	if (FCGX_FFlush(client->request.out) != 0)
		rc = CM_EGONE;
	FCGX_Finish_r(&client->request);
	return rc;
}
