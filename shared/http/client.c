/* client: the other end of one request; see client.h. */
#include "config.h"

#include "client.h"

#include <limits.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "clock.h"
#include "error.h"
#include "settings.h"

enum {
	LISTEN_FD = 0,		/* where the FastCGI protocol puts the listening socket */
	HANG_S = 60,		/* a request that neither ends nor sends for so long is stuck: the worker dies for it */
	SLOW_US = 50000,	/* after a request that took longer, all that wait are looked at */
	SEATS = 64,		/* requests that a worker has read and not answered */
	SEATS_OF_ONE = 16,	/* of them by one login or key from one address, beyond which it is refused */
	OWNERS = 256,		/* places to note when a login or key had its last turn; two may share one */
};

/* A request that has been read. */
struct seat {
	FCGX_Request request;
	bool taken;
	bool crowded;			/* there were too many of its owner */
	unsigned owner;
	uint64_t came;
};

struct cm_client {
	bool fastcgi;
	bool alone;
	bool accepted;			/* plain CGI: its one request */
	int epoll;			/* alone: waits for the listening socket */
	sigset_t while_waiting;		/* alone: what may interrupt that */
	struct seat seats[SEATS];	/* not alone: the first */
	struct seat *now;		/* the request that is served */
	size_t waiting;
	uint64_t turns;
	uint64_t last_turn[OWNERS];
	cm_us began;
	bool slow;
	bool takes_all;
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

/* One thread serves: it takes the signals itself, and only while it waits, so that none comes between looking and waiting. */
static void
take_signals(struct cm_client *client)
{
	struct sigaction on_term = { .sa_handler = cm_client_stop };
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigprocmask(SIG_BLOCK, &ours, &client->while_waiting);
	sigdelset(&client->while_waiting, SIGTERM);
	sigdelset(&client->while_waiting, SIGINT);
	sigaction(SIGTERM, &on_term, NULL);
	sigaction(SIGINT, &on_term, NULL);
}

/* A worker looks whether more wait without being kept by what another worker has taken meanwhile; of those that sleep one is woken. */
static int
watch_listener(struct cm_client *client)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int flags = fcntl(LISTEN_FD, F_GETFL);

	if (flags < 0 || fcntl(LISTEN_FD, F_SETFL, flags | O_NONBLOCK) < 0 || (client->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
		return -1;
	return epoll_ctl(client->epoll, EPOLL_CTL_ADD, LISTEN_FD, &event);
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
	client->epoll = -1;
	client->now = &client->seats[0];
	if (!client->fastcgi)
		return client;
	if (alone)
		take_signals(client);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&client->now->request, LISTEN_FD, FCGI_FAIL_ACCEPT_ON_INTR) != 0 ||
	    (alone && watch_listener(client) < 0)) {
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

static void
leave_seat(struct cm_client *client, struct seat *seat)
{
	FCGX_Free(&seat->request, 1);
	client->waiting -= seat->taken;
	seat->taken = false;
}

void
cm_client_close(struct cm_client *client)
{
	size_t i;

	for (i = 0; client != NULL && client->fastcgi && i < SEATS; i++)
		if (client->seats[i].taken || !client->alone)
			leave_seat(client, &client->seats[i]);
	if (client != NULL && client->epoll >= 0)
		close(client->epoll);
	free(client);
}

static const char *
variable(const struct seat *seat, const char *name)
{
	const char *value = FCGX_GetParam(name, seat->request.envp);

	return value != NULL ? value : "";
}

/* Whose request it is: a login's or a key's from an address; where it is not seen to yet whether it is that login's (access), nobody is
 * kept waiting by what others claim elsewhere. */
static unsigned
owner_of(const struct seat *seat)
{
	static const char *const names[] = { "REMOTE_USER", "CALLMETRICS_KEY_ID", "REMOTE_ADDR" };
	uint32_t hash = 2166136261u; /* FNV-1a */
	const char *c;
	size_t i;

	for (i = 0; i < nitems(names); i++)
		for (c = variable(seat, names[i]); *c != '\0'; c++)
			hash = (hash ^ (unsigned char)*c) * 16777619u;
	return hash % OWNERS;
}

static struct seat *
free_seat(struct cm_client *client)
{
	size_t i;

	for (i = 0; i < SEATS; i++)
		if (!client->seats[i].taken)
			return &client->seats[i];
	return NULL;
}

static size_t
seats_of(const struct cm_client *client, unsigned owner)
{
	size_t i, count = 0;

	for (i = 0; i < SEATS; i++)
		count += client->seats[i].taken && client->seats[i].owner == owner;
	return count;
}

/* Reads the request of a connection into a seat.  libfcgi accepts only by waiting, so it is given one that it takes for kept open. */
static void
seat_connection(struct cm_client *client, int fd)
{
	struct seat *seat = free_seat(client);

	FCGX_InitRequest(&seat->request, LISTEN_FD, FCGI_FAIL_ACCEPT_ON_INTR);
	seat->request.ipcFd = fd;
	seat->request.keepConnection = 1;
	watch(client, HANG_S);
	if (FCGX_Accept_r(&seat->request) == 0) {
		seat->owner = owner_of(seat);
		seat->crowded = !client->takes_all && seats_of(client, seat->owner) >= SEATS_OF_ONE;
		seat->came = ++client->turns;
		seat->taken = true;
		client->waiting++;
	}
	watch(client, 0);
}

/* Waits for a connection, at most so long (-1: for ever), and seats it: 1; 0: none came; -1: a signal ends the waiting. */
static int
seat_next(struct cm_client *client, int timeout_ms)
{
	struct epoll_event event;
	int fd, ready;

	do {
		if ((ready = epoll_pwait(client->epoll, &event, 1, timeout_ms, &client->while_waiting)) < 0)
			return -1;
		if (ready == 0)
			return 0;
		fd = accept4(LISTEN_FD, NULL, NULL, SOCK_CLOEXEC);
	} while (fd < 0 && timeout_ms != 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR));
	if (fd < 0)
		return timeout_ms == 0 ? 0 : -1;
	seat_connection(client, fd);
	return 1;
}

/* Whose last turn was longest ago; of those, who came first.  Whoever is refused goes before: it takes no time. */
static struct seat *
next_turn(struct cm_client *client)
{
	struct seat *best = NULL;
	size_t i;

	for (i = 0; i < SEATS; i++) {
		struct seat *seat = &client->seats[i];
		uint64_t last = client->last_turn[seat->owner];

		if (!seat->taken)
			continue;
		if (seat->crowded)
			return seat;
		if (best == NULL || last < client->last_turn[best->owner] ||
		    (last == client->last_turn[best->owner] && seat->came < best->came))
			best = seat;
	}
	return best;
}

static bool
is_gone(const struct seat *seat)
{
	struct pollfd connection = { .fd = seat->request.ipcFd };

	return poll(&connection, 1, 0) > 0 && (connection.revents & (POLLHUP | POLLERR)) != 0;
}

bool
cm_client_is_gone(const struct cm_client *client)
{
	return client->fastcgi && is_gone(client->now);
}

void
cm_client_take_all(struct cm_client *client)
{
	client->takes_all = true;
}

bool
cm_client_is_crowded(const struct cm_client *client)
{
	return client->now->crowded;
}

/* Requests wait in the kernel, first come, first served, for whichever worker is free.  Where they are slow, a worker takes in all that
 * wait and gives logins their turns one after the other: so one that asks much waits for itself, and the other workers stay free. */
static bool
take_turn(struct cm_client *client)
{
	do {
		while ((client->slow || client->waiting > 0) && client->waiting < SEATS && seat_next(client, 0) > 0)
			;
		if (client->waiting == 0 && seat_next(client, -1) < 0)
			return false;
		client->now = next_turn(client);
		if (client->now != NULL && is_gone(client->now)) {
			leave_seat(client, client->now);
			client->now = NULL;
		}
	} while (client->now == NULL);
	client->last_turn[client->now->owner] = ++client->turns;
	client->began = cm_monotonic_us();
	watch(client, HANG_S);
	return true;
}

bool
cm_client_accept(struct cm_client *client)
{
	if (client->fastcgi && client->alone)
		return take_turn(client);
	if (client->fastcgi)
		return FCGX_Accept_r(&client->now->request) == 0;
	if (client->accepted)
		return false;
	client->accepted = true;
	return true;
}

const char *
cm_client_variable(const struct cm_client *client, const char *name)
{
	const char *value;

	if (client->fastcgi)
		return variable(client->now, name);
	value = cm_setting(name);
	return value != NULL ? value : "";
}

size_t
cm_client_read(struct cm_client *client, char *bytes, size_t room)
{
	int read;

	if (!client->fastcgi)
		return fread(bytes, 1, room, stdin);
	read = FCGX_GetStr(bytes, room < INT_MAX ? (int)room : INT_MAX, client->now->request.in);
	return read > 0 ? (size_t)read : 0;
}

int
cm_client_send(struct cm_client *client, const char *bytes, size_t length)
{
	if (length == 0)
		return 0;
	if (client->fastcgi) {
		watch(client, HANG_S);
		return FCGX_PutStr(bytes, (int)length, client->now->request.out) == (int)length ? 0 : CM_EGONE;
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
	if (whole) {
		if (FCGX_FFlush(client->now->request.out) != 0)
			rc = CM_EGONE;
		FCGX_Finish_r(&client->now->request);
	}
	client->slow = client->alone && !client->now->crowded && cm_monotonic_us() - client->began > SLOW_US;
	/* Also one that the server would keep open: a connection that nobody asks by would keep the worker. */
	if (client->alone || !whole)
		leave_seat(client, client->now);
	return rc;
}
