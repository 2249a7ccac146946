/* constant: a FastCGI program that prints 3.5 KB of constant text: the yardstick for requests a second. */
#include <string.h>

#include <fcgiapp.h>

int
main(void)
{
	static char body[3500];
	FCGX_Request request;

	memset(body, 'x', sizeof body);
	FCGX_Init();
	FCGX_InitRequest(&request, 0, 0);
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutS("Content-Type: text/plain\r\nCache-Control: max-age=60\r\n\r\n", request.out);
		FCGX_PutStr(body, sizeof body, request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}
