/*
 * echo: a FastCGI program that answers what nginx told it, a variable a line, and how long the body is.  Where the file that it
 * is given exists, it takes that away and dies without an answer.
 */
#include <stdio.h>
#include <unistd.h>

#include <fcgiapp.h>

int
main(int argc, char **argv)
{
	static const char *const names[] = { "REQUEST_METHOD", "QUERY_STRING", "REMOTE_USER", "CALLMETRICS_TENANT",
		"CALLMETRICS_KEY_ID", "CALLMETRICS_NEED", "HTTP_AUTHORIZATION", "HTTP_CONTENT_ENCODING" };
	static char bytes[65536];
	FCGX_Request request;
	long length;
	size_t i;
	int got;

	FCGX_Init();
	FCGX_InitRequest(&request, 0, 0);
	while (FCGX_Accept_r(&request) == 0) {
		if (argc > 1 && unlink(argv[1]) == 0)
			_exit(1);
		for (length = 0; (got = FCGX_GetStr(bytes, sizeof bytes, request.in)) > 0; length += got)
			continue;
		FCGX_PutS("Content-Type: text/plain\r\nCache-Control: max-age=60\r\n\r\n", request.out);
		for (i = 0; i < sizeof names / sizeof *names; i++) {
			const char *value = FCGX_GetParam(names[i], request.envp);

			FCGX_FPrintF(request.out, "%s=%s\n", names[i], value != NULL ? value : "");
		}
		FCGX_FPrintF(request.out, "length=%ld\n", length);
		FCGX_Finish_r(&request);
	}
	return 0;
}
