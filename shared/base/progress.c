/* progress: a bar on standard error; see progress.h. */
#include "config.h"

#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

enum { WIDTH = 40, BAR_MS = 100, LINE_MS = 5000 };

static int64_t
now_ms(void)
{
	return cm_monotonic_us() / 1000;
}

static void
draw(const struct cm_bar *bar, const char *what, int64_t done, int64_t total, int64_t elapsed_ms)
{
	int filled = total > 0 ? (int)((double)done / (double)total * WIDTH) : 0;
	int64_t left_s = done > 0 && total > done ? (int64_t)((double)elapsed_ms / (double)done * (double)(total - done) / 1e3) : 0;
	char cells[WIDTH + 1];

	(void)bar;
	memset(cells, '.', WIDTH);
	memset(cells, '#', (size_t)filled);
	cells[WIDTH] = '\0';
	if (total > 0)
		fprintf(stderr, "\r%-16s [%s] %3d %%  %lld of %lld  %lld s left \033[K", what, cells,
		    (int)((double)done / (double)total * 100), (long long)done, (long long)total, (long long)left_s);
	else
		fprintf(stderr, "\r%-16s %lld rows \033[K", what, (long long)done);
}

void
cm_bar_step(void *arg, const char *what, int64_t done, int64_t total)
{
	struct cm_bar *bar = arg;
	int64_t now = now_ms();
	int terminal = isatty(STDERR_FILENO);
	bool last = total > 0 && done >= total;

	if (bar->what == NULL || strcmp(bar->what, what) != 0) {
		bar->what = what;
		bar->full = false;
		bar->started_ms = now;
		bar->shown_ms = terminal ? 0 : now;
	}
	/* What is done with is told once, however often its end is. */
	if (last ? bar->full : now - bar->shown_ms < (terminal ? BAR_MS : LINE_MS))
		return;
	bar->full = last;
	bar->shown_ms = now;
	if (terminal)
		draw(bar, what, done, total, now - bar->started_ms);
	else
		fprintf(stderr, "%s: %lld of %lld\n", what, (long long)done, (long long)total);
	if (last && terminal)
		fputc('\n', stderr);
}
