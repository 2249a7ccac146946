/* fuzz/replay: runs a fuzz harness over files, without a fuzzer; how many it ran is its last line. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MOST_BYTES = 16 * 1024 * 1024 };

static int
replay(const char *path)
{
	uint8_t *data = malloc(INPUT_MOST_BYTES), *exact;
	FILE *file = fopen(path, "rb");
	size_t size;

	if (data == NULL || file == NULL) {
		perror(path);
		return -1;
	}
	size = fread(data, 1, INPUT_MOST_BYTES, file);
	fclose(file);
	/* Of its own size, so that a sanitizer sees who reads beyond it. */
	if ((exact = realloc(data, size > 0 ? size : 1)) == NULL)
		return -1;
	printf("%s: %zu bytes\n", path, size);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (replay(argv[i]) < 0)
			return 1;
	printf("%d inputs\n", argc - 1);
	return 0;
}
