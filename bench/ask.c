/*
 * ask: asks a FastCGI program the same again and again at its socket, one request at a time, a connection each.
 *
 *   ask SOCKET COUNT QUERY_STRING [NAME=VALUE ...]
 *
 * prints "STATUS BYTES P50 P99 MAX": the status and length of the last answer, and times in microseconds.  It asks no longer than 15
 * seconds, and then not as often.
 * Source of the format: FastCGI specification 1.0.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BEGIN_REQUEST = 1, PARAMS = 4, STDIN = 5, STDOUT = 6, HEADER_BYTES = 8, REQUEST_MAX = 8192, COUNT_MAX = 1000000,
	LONGEST_US = 15000000 };

struct request {
	unsigned char bytes[REQUEST_MAX];
	size_t length;
};

static void
add_record(struct request *request, int type, const void *content, size_t length)
{
	unsigned char *at = request->bytes + request->length;

	if (request->length + HEADER_BYTES + length > REQUEST_MAX)
		exit(2);
	memcpy(at, (unsigned char[]){ 1, (unsigned char)type, 0, 1, (unsigned char)(length >> 8), (unsigned char)length, 0, 0 },
	    HEADER_BYTES);
	memcpy(at + HEADER_BYTES, content, length);
	request->length += HEADER_BYTES + length;
}

static size_t
add_pair(unsigned char *at, const char *name, const char *value)
{
	size_t name_length = strlen(name), value_length = strlen(value);

	at[0] = (unsigned char)name_length;
	at[1] = 0x80;
	at[2] = 0;
	at[3] = (unsigned char)(value_length >> 8);
	at[4] = (unsigned char)value_length;
	memcpy(at + 5, name, name_length);
	memcpy(at + 5 + name_length, value, value_length);
	return 5 + name_length + value_length;
}

static void
make_request(struct request *request, char **pairs)
{
	unsigned char params[REQUEST_MAX / 2];
	size_t length = 0;

	for (; *pairs != NULL; pairs++) {
		char *equals = strchr(*pairs, '=');

		*equals = '\0';
		length += add_pair(params + length, *pairs, equals + 1);
		*equals = '=';
	}
	add_record(request, BEGIN_REQUEST, (unsigned char[]){ 0, 1, 0, 0, 0, 0, 0, 0 }, 8);
	add_record(request, PARAMS, params, length);
	add_record(request, PARAMS, "", 0);
	add_record(request, STDIN, "", 0);
}

/* Sends a request and reads to the end of the connection; the bytes of the answer, its first ones in head. */
static long
ask(const struct sockaddr_un *address, const struct request *request, char head[64])
{
	unsigned char buffer[65536];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	long total = 0;
	ssize_t got;

	if (connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ||
	    write(fd, request->bytes, request->length) != (ssize_t)request->length) {
		perror("ask");
		exit(1);
	}
	while ((got = read(fd, buffer, sizeof buffer)) > 0) {
		if (total == 0)
			snprintf(head, 64, "%.50s", (const char *)buffer + HEADER_BYTES);
		total += got;
	}
	close(fd);
	return total;
}

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int
compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct request request = { .length = 0 };
	char method[] = "REQUEST_METHOD=GET", query[4200], *pairs[32] = { method, query };
	static double times[COUNT_MAX];
	long count, i, bytes = 0;
	double until;
	char head[64] = "";
	int n;

	if (argc < 4 || argc > 30 || (count = atol(argv[2])) < 1 || count > COUNT_MAX)
		return 2;
	snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
	snprintf(query, sizeof query, "QUERY_STRING=%s", argv[3]);
	for (n = 4; n < argc; n++)
		pairs[n - 2] = argv[n];
	make_request(&request, pairs);
	ask(&address, &request, head);
	until = now_us() + LONGEST_US;
	for (i = 0; i < count && (i == 0 || now_us() < until); i++) {
		double started = now_us();

		bytes = ask(&address, &request, head);
		times[i] = now_us() - started;
	}
	qsort(times, (size_t)i, sizeof *times, compare);
	printf("%.3s %ld %.0f %.0f %.0f\n", strlen(head) > 8 ? head + 8 : "???", bytes, times[i / 2], times[i * 99 / 100], times[i - 1]);
	return 0;
}
