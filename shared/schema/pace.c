/* pace: long work in batches; see pace.h. */
#include "config.h"

#include "pace.h"

#include <time.h>

#include "clock.h"

enum { ROWS_FIRST = 200, ROWS_MOST = 20000, BUSY_MS = 15, PAUSE_LEAST_MS = 25, PAUSE_MOST_MS = 60, EXCLUSIVE_ROWS = 200000 };

int64_t
cm_pace_now_ms(void)
{
	return cm_monotonic_us() / 1000;
}

static void
pause_ms(int64_t ms)
{
	struct timespec length = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&length, NULL);
}

int64_t
cm_pace_rows(const struct cm_progress *progress)
{
	return cm_pace_is_exclusive(progress) ? EXCLUSIVE_ROWS : ROWS_FIRST;
}

/* A batch is to take about BUSY_MS, and leaves the voice app twice as long: SQLite has a writer that waits look again after ever
 * longer pauses, so the lock must be free for most of the time, not for half of it. */
void
cm_pace_end(const struct cm_progress *progress, int64_t *rows, int64_t took_ms)
{
	if (cm_pace_is_exclusive(progress))
		return;
	if (took_ms < BUSY_MS / 2 && *rows < ROWS_MOST)
		*rows *= 2;
	else if (took_ms > BUSY_MS && *rows > ROWS_FIRST / 10)
		*rows /= 2;
	took_ms *= 2;
	pause_ms(took_ms < PAUSE_LEAST_MS ? PAUSE_LEAST_MS : took_ms > PAUSE_MOST_MS ? PAUSE_MOST_MS : took_ms);
}
