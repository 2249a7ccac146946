/*
 * send: posts events over kept connections and counts what was answered.
 *
 *   send HOST PORT PATH CONNECTIONS EVENTS SECONDS CALLS [AUTHORIZATION]
 *
 * Each connection posts requests of EVENTS events, one after the other, for so many seconds.  The events are those of calls as they
 * go: started, turns of six events, ended; each with an id of its own, for 20 tenants.  CALLS go at once, on all connections together,
 * each as a platform sends them: an event of one call, then one of any other, and ids of calls and events that are random.  With 0 a
 * connection tells one call after the other, with ids in order, which is the kindest case there is.
 *
 * Prints: requests, events accepted, the seconds, and the median and 99th percentile of a request in milliseconds.  Exit status 1 where
 * anything but 200 came.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REPLY_ROOM = 65536, CONNECTIONS_MOST = 256, SAMPLES_MOST = 1 << 20, TURNS = 8, CALL_EVENTS = TURNS * 6 + 2, ID_ROOM = 64 };

static struct {
	const char *host;
	int port;
	const char *path;
	int events;
	double seconds;
	int calls;			/* at once on each connection; 0: one after the other */
	const char *authorization;
	unsigned run;
} settings;

struct call {
	char id[ID_ROOM];
	int tenant;
	unsigned place;			/* of its next event */
};

struct sender {
	int number;
	uint64_t serial;		/* of its events */
	uint64_t random;		/* the state of its generator */
	struct call *calls;
	long requests;
	long accepted;
	long failed;
	size_t samples;
	float *ms;
	char *body;
	char reply[REPLY_ROOM];
};

static double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016. */
static uint64_t
draw(struct sender *sender)
{
	sender->random ^= sender->random >> 12;
	sender->random ^= sender->random << 25;
	sender->random ^= sender->random >> 27;
	return sender->random * 2685821657736338717ULL;
}

static void
print_uuid(struct sender *sender, char id[ID_ROOM])
{
	unsigned long long a = draw(sender), b = draw(sender);

	snprintf(id, ID_ROOM, "%08llx-%04llx-4%03llx-8%03llx-%012llx", a >> 32, a >> 16 & 0xffff, a & 0xfff, b >> 52, b & 0xffffffffffffULL);
}

/* The call whose event is next, and that event's id. */
static struct call *
next_call(struct sender *sender, char event_id[ID_ROOM])
{
	unsigned long long serial = sender->serial++, number = serial / CALL_EVENTS;
	struct call *call = &sender->calls[settings.calls > 0 ? draw(sender) % (uint64_t)settings.calls : 0];

	if (settings.calls > 0)
		print_uuid(sender, event_id);
	else
		snprintf(event_id, ID_ROOM, "%08x-%04x-4000-8000-%012llx", settings.run, sender->number, serial);
	if (call->place != 0)
		return call;
	if (settings.calls > 0)
		print_uuid(sender, call->id);
	else
		snprintf(call->id, sizeof call->id, "call-%x-%x-%llx", settings.run, sender->number, number);
	call->tenant = (int)(settings.calls > 0 ? draw(sender) % 20 : number % 20);
	return call;
}

/* The event of a turn at this place of its call, from the name of its type on. */
static int
print_turn(char *at, unsigned place, int value)
{
	static const char *const data[] = {
		"user_speech_ended\",\"data\":{\"turn_id\":\"turn-%d\"",
		"stt_transcript_final\",\"data\":{\"turn_id\":\"turn-%d\",\"provider\":\"deepgram\",\"latency_ms\":%d,\"duration_seconds\":3.6",
		"llm_first_token\",\"data\":{\"turn_id\":\"turn-%d\",\"model\":\"gpt-4o\",\"ttft_ms\":%d",
		"llm_completion\",\"data\":{\"turn_id\":\"turn-%d\",\"model\":\"gpt-4o\",\"prompt_tokens\":%d,\"completion_tokens\":46",
		"tts_first_byte\",\"data\":{\"turn_id\":\"turn-%d\",\"provider\":\"cartesia\",\"ttfb_ms\":%d",
		"agent_speech_started\",\"data\":{\"turn_id\":\"turn-%d\"",
	};
	int n;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n = sprintf(at, data[(place - 1) % 6], (int)(place - 1) / 6, value);
#pragma GCC diagnostic pop
	return n + sprintf(at + n, "}}");
}

/* One event of a call: its place in the call says which. */
static int
print_event(struct sender *sender, char *at)
{
	char event_id[ID_ROOM], time_text[32];
	struct call *call = next_call(sender, event_id);
	const unsigned place = call->place;
	double when = now_s() + place * 0.001;
	time_t second = (time_t)when;
	struct tm tm;
	int n;

	call->place = (place + 1) % CALL_EVENTS;
	gmtime_r(&second, &tm);
	strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%S", &tm);
	n = sprintf(at, "{\"event_id\":\"%s\",\"trace_id\":\"%s\",\"tenant_id\":\"tenant-%d\",\"timestamp\":\"%s.%03dZ\",\"event_type\":\"",
	    event_id, call->id, call->tenant, time_text, (int)((when - (double)second) * 1000));
	if (place == 0)
		return n + sprintf(at + n, "call_started\",\"data\":{\"direction\":\"inbound\",\"provider\":\"telnyx\",\"agent\":\"desk\"}}");
	if (place == CALL_EVENTS - 1)
		return n + sprintf(at + n, "call_ended\",\"data\":{\"status\":\"completed\",\"duration_seconds\":64}}");
	return n + print_turn(at + n, place, 100 + (int)(draw(sender) % 900));
}

static size_t
fill_body(struct sender *sender)
{
	char *at = sender->body;
	int i;

	for (i = 0; i < settings.events; i++) {
		at += print_event(sender, at);
		*at++ = '\n';
	}
	return (size_t)(at - sender->body);
}

static int
connect_to(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)settings.port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	inet_pton(AF_INET, settings.host, &address.sin_addr);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static int
write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n <= 0)
			return -1;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

/* Reads one answer whole; its status, or -1. */
static int
read_reply(struct sender *sender, int fd)
{
	size_t at = 0;
	char *body = NULL, *length;

	for (;;) {
		ssize_t n = read(fd, sender->reply + at, REPLY_ROOM - 1 - at);

		if (n <= 0)
			return -1;
		at += (size_t)n;
		sender->reply[at] = '\0';
		if (body == NULL && (body = strstr(sender->reply, "\r\n\r\n")) == NULL)
			continue;
		length = strcasestr(sender->reply, "\r\nContent-Length: ");
		if (length != NULL ? at >= (size_t)(body - sender->reply) + 4 + strtoul(length + 18, NULL, 10)
				   : strstr(body, "\r\n0\r\n\r\n") != NULL)
			return atoi(sender->reply + 9);
	}
}

static void
count_reply(struct sender *sender, int status, double took_s)
{
	const char *accepted = strstr(sender->reply, "\"accepted\":");

	sender->requests++;
	if (status != 200 || accepted == NULL) {
		if (sender->failed++ == 0 && sender->number == 0)
			fprintf(stderr, "send: %.300s\n", sender->reply);
		return;
	}
	sender->accepted += atol(accepted + 11);
	if (sender->samples < SAMPLES_MOST)
		sender->ms[sender->samples++] = (float)(took_s * 1e3);
}

static void *
send_all(void *arg)
{
	struct sender *sender = arg;
	double until = now_s() + settings.seconds, started;
	char head[512];
	int fd = connect_to(), status;

	while (fd >= 0 && now_s() < until) {
		size_t length = fill_body(sender);
		int n = snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
		    "Content-Length: %zu\r\n%s%s%s\r\n", settings.path, length, *settings.authorization ? "Authorization: " : "",
		    settings.authorization, *settings.authorization ? "\r\n" : "");

		started = now_s();
		if (write_all(fd, head, (size_t)n) < 0 || write_all(fd, sender->body, length) < 0) {
			sender->failed++;
			break;
		}
		status = read_reply(sender, fd);
		count_reply(sender, status, now_s() - started);
	}
	if (fd < 0)
		sender->failed++;
	else
		close(fd);
	return NULL;
}

static int
by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static struct sender *
open_sender(int number)
{
	struct sender *sender = calloc(1, sizeof *sender);

	sender->number = number;
	sender->random = (settings.run + 1) * 0x9e3779b97f4a7c15ULL + (uint64_t)number;
	sender->calls = calloc((size_t)settings.calls + 1, sizeof *sender->calls);
	sender->ms = malloc(SAMPLES_MOST * sizeof *sender->ms);
	sender->body = malloc((size_t)settings.events * 512 + 512);
	return sender;
}

/* What all of them did in so many seconds; 1 where one was refused. */
static int
print_sum(struct sender *const *senders, int count, double took_s)
{
	long requests = 0, accepted = 0, failed = 0;
	size_t samples = 0, i = 0;
	float *ms;
	int n;

	for (n = 0; n < count; n++) {
		requests += senders[n]->requests;
		accepted += senders[n]->accepted;
		failed += senders[n]->failed;
		samples += senders[n]->samples;
	}
	ms = malloc((samples + 1) * sizeof *ms);
	for (n = 0; n < count; n++) {
		memcpy(ms + i, senders[n]->ms, senders[n]->samples * sizeof *ms);
		i += senders[n]->samples;
	}
	qsort(ms, samples, sizeof *ms, by_size);
	printf("%ld %ld %.3f %.3f %.3f\n", requests, accepted, took_s, samples > 0 ? (double)ms[samples / 2] : 0,
	    samples > 0 ? (double)ms[samples * 99 / 100] : 0);
	free(ms);
	return failed > 0;
}

int
main(int argc, char **argv)
{
	static struct sender *senders[CONNECTIONS_MOST];
	static pthread_t threads[CONNECTIONS_MOST];
	int count = argc > 7 ? atoi(argv[4]) : 0, n;
	double started;

	if (count < 1 || count > CONNECTIONS_MOST || atoi(argv[5]) < 1 || atoi(argv[5]) > 10000) {
		fprintf(stderr, "usage: send HOST PORT PATH CONNECTIONS EVENTS SECONDS CALLS [AUTHORIZATION]\n");
		return 2;
	}
	settings.host = argv[1];
	settings.port = atoi(argv[2]);
	settings.path = argv[3];
	settings.events = atoi(argv[5]);
	settings.seconds = atof(argv[6]);
	settings.calls = (atoi(argv[7]) + count - 1) / count;
	settings.authorization = argc > 8 ? argv[8] : "";
	settings.run = (unsigned)time(NULL) ^ (unsigned)getpid() << 16;
	started = now_s();
	for (n = 0; n < count; n++) {
		senders[n] = open_sender(n);
		pthread_create(&threads[n], NULL, send_all, senders[n]);
	}
	for (n = 0; n < count; n++)
		pthread_join(threads[n], NULL);
	return print_sum(senders, count, now_s() - started);
}
