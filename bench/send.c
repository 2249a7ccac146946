/*
 * send: posts events over kept connections and counts what was answered.
 *
 *   send HOST PORT PATH CONNECTIONS EVENTS SECONDS [AUTHORIZATION [CALLS]]
 *
 * Each connection posts requests of EVENTS events, one after the other, for so many seconds.  The events are those of calls as they
 * go: started, turns of six events, ended; each with an id of its own, for 20 tenants.  A connection sends of one call after the other;
 * with CALLS of so many at a time, all connections together, whose ids are random as those of its events are.
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

enum { BODY_ROOM = 8 << 20, REPLY_ROOM = 65536, CONNECTIONS_MOST = 256, SAMPLES_MOST = 1 << 20, TURNS = 8, CALL_EVENTS = TURNS * 6 + 2 };

static struct {
	const char *host;
	int port;
	const char *path;
	int events;
	double seconds;
	const char *authorization;
	unsigned run;
	size_t calls;			/* of each sender at a time; 0: one after the other */
} settings;

enum { ID_ROOM = 37 };

/* A call that goes on, one of many. */
struct call {
	char id[ID_ROOM];
	int tenant;
	unsigned place;			/* of its next event */
};

struct sender {
	int number;
	uint64_t serial;		/* of its events */
	uint64_t random;
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

/* xorshift64*: it only has to look random. */
static uint64_t
next_random(struct sender *sender)
{
	sender->random ^= sender->random >> 12;
	sender->random ^= sender->random << 25;
	sender->random ^= sender->random >> 27;
	return sender->random * UINT64_C(2685821657736338717);
}

static void
print_random_id(struct sender *sender, char id[ID_ROOM])
{
	uint64_t high = next_random(sender), low = next_random(sender);

	snprintf(id, ID_ROOM, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xffff),
	    (unsigned)(high & 0xfff), (unsigned)(low >> 52), (unsigned long long)(low & 0xffffffffffff));
}

/* An event of a call: its place in that says which. */
static int
print_event(char *at, const char *event_id, const struct call *call)
{
	static const char *const data[] = {
		"user_speech_ended\",\"data\":{\"turn_id\":\"turn-%d\"",
		"stt_transcript_final\",\"data\":{\"turn_id\":\"turn-%d\",\"provider\":\"deepgram\",\"latency_ms\":%d,\"duration_seconds\":3.6",
		"llm_first_token\",\"data\":{\"turn_id\":\"turn-%d\",\"model\":\"gpt-4o\",\"ttft_ms\":%d",
		"llm_completion\",\"data\":{\"turn_id\":\"turn-%d\",\"model\":\"gpt-4o\",\"prompt_tokens\":%d,\"completion_tokens\":46",
		"tts_first_byte\",\"data\":{\"turn_id\":\"turn-%d\",\"provider\":\"cartesia\",\"ttfb_ms\":%d",
		"agent_speech_started\",\"data\":{\"turn_id\":\"turn-%d\"",
	};
	const unsigned place = call->place;
	double when = now_s() + place * 0.001;
	time_t second = (time_t)when;
	char time_text[32];
	struct tm tm;
	int n;

	gmtime_r(&second, &tm);
	strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%S", &tm);
	n = sprintf(at, "{\"event_id\":\"%s\",\"trace_id\":\"%s\",\"tenant_id\":\"tenant-%d\",\"timestamp\":\"%s.%03dZ\",\"event_type\":\"",
	    event_id, call->id, call->tenant, time_text, (int)((when - (double)second) * 1000));
	if (place == 0)
		return n + sprintf(at + n, "call_started\",\"data\":{\"direction\":\"inbound\",\"provider\":\"telnyx\",\"agent\":\"desk\"}}");
	if (place == CALL_EVENTS - 1)
		return n + sprintf(at + n, "call_ended\",\"data\":{\"status\":\"completed\",\"duration_seconds\":64}}");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n += sprintf(at + n, data[(place - 1) % 6], (int)(place - 1) / 6, 100 + rand() % 900);
#pragma GCC diagnostic pop
	return n + sprintf(at + n, "}}");
}

/* The next event of one call after the other. */
static int
print_next(struct sender *sender, char *at)
{
	uint64_t serial = sender->serial++, number = serial / CALL_EVENTS;
	struct call call = { .tenant = (int)(number % 20), .place = (unsigned)(serial % CALL_EVENTS) };
	char event_id[ID_ROOM];

	snprintf(call.id, sizeof call.id, "call-%x-%x-%llx", settings.run, sender->number, (unsigned long long)number);
	snprintf(event_id, sizeof event_id, "%08x-%04x-4000-8000-%012llx", settings.run, (unsigned)sender->number,
	    (unsigned long long)serial & 0xffffffffffff);
	return print_event(at, event_id, &call);
}

/* The next event of one of many calls. */
static int
print_any(struct sender *sender, char *at)
{
	struct call *call = &sender->calls[next_random(sender) % settings.calls];
	char event_id[ID_ROOM];
	int n;

	if (call->place == 0) {
		print_random_id(sender, call->id);
		call->tenant = (int)(next_random(sender) % 20);
	}
	print_random_id(sender, event_id);
	n = print_event(at, event_id, call);
	call->place = (call->place + 1) % CALL_EVENTS;
	return n;
}

static size_t
fill_body(struct sender *sender)
{
	char *at = sender->body;
	int i;

	for (i = 0; i < settings.events; i++) {
		at += settings.calls > 0 ? print_any(sender, at) : print_next(sender, at);
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

int
main(int argc, char **argv)
{
	static struct sender *senders[CONNECTIONS_MOST];
	static pthread_t threads[CONNECTIONS_MOST];
	long requests = 0, accepted = 0, failed = 0;
	size_t samples = 0, i;
	double started, took;
	float *ms;
	int count, n;

	if (argc < 7) {
		fprintf(stderr, "usage: send HOST PORT PATH CONNECTIONS EVENTS SECONDS [AUTHORIZATION [CALLS]]\n");
		return 2;
	}
	settings.host = argv[1];
	settings.port = atoi(argv[2]);
	settings.path = argv[3];
	count = atoi(argv[4]);
	settings.events = atoi(argv[5]);
	settings.seconds = atof(argv[6]);
	settings.authorization = argc > 7 ? argv[7] : "";
	settings.calls = argc > 8 && count > 0 ? ((size_t)atoi(argv[8]) + (size_t)count - 1) / (size_t)count : 0;
	settings.run = (unsigned)time(NULL) ^ (unsigned)getpid() << 16;
	if (count < 1 || count > CONNECTIONS_MOST || settings.events < 1 || settings.events > 10000)
		return 2;
	started = now_s();
	for (n = 0; n < count; n++) {
		senders[n] = calloc(1, sizeof **senders);
		senders[n]->number = n;
		senders[n]->random = ((uint64_t)settings.run << 16 | (uint64_t)n) * UINT64_C(0x9e3779b97f4a7c15) | 1;
		senders[n]->calls = calloc(settings.calls + 1, sizeof *senders[n]->calls);
		senders[n]->ms = malloc(SAMPLES_MOST * sizeof(float));
		senders[n]->body = malloc((size_t)settings.events * 512 + 512);
		pthread_create(&threads[n], NULL, send_all, senders[n]);
	}
	for (n = 0; n < count; n++) {
		pthread_join(threads[n], NULL);
		requests += senders[n]->requests;
		accepted += senders[n]->accepted;
		failed += senders[n]->failed;
		samples += senders[n]->samples;
	}
	took = now_s() - started;
	ms = malloc((samples + 1) * sizeof *ms);
	for (n = 0, i = 0; n < count; n++) {
		memcpy(ms + i, senders[n]->ms, senders[n]->samples * sizeof *ms);
		i += senders[n]->samples;
	}
	qsort(ms, samples, sizeof *ms, by_size);
	printf("%ld %ld %.3f %.3f %.3f\n", requests, accepted, took, samples > 0 ? (double)ms[samples / 2] : 0,
	    samples > 0 ? (double)ms[samples * 99 / 100] : 0);
	return failed > 0;
}
