/* progress: a bar on standard error where that is a terminal, else a line every few seconds. */
#ifndef CM_PROGRESS_H
#define CM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct cm_bar {
	const char *what;
	int64_t started_ms;
	int64_t shown_ms;
	bool full;			/* the end of it was told */
};

/* Shows `done` of `total` (0: unknown); arg is a struct cm_bar of zeros.  Fits cm_progress.step. */
void cm_bar_step(void *arg, const char *what, int64_t done, int64_t total);

#endif
