/*
 * pace: long work in batches of rows, each a transaction, with room for others in between.
 */
#ifndef CM_PACE_H
#define CM_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long work goes on: whom to tell how far it is, and whether it has to leave room for others. */
struct cm_progress {
	void (*step)(void *arg, const char *what, int64_t done, int64_t total);	/* NULL: nobody looks on */
	bool (*goes_on)(void *arg);	/* asked now and then by what can be broken off and gone on with; NULL: it does */
	void *arg;
	bool exclusive;		/* nobody else uses the database: long transactions and no pauses, many times faster */
};

static inline bool
cm_pace_is_exclusive(const struct cm_progress *progress)
{
	return progress != NULL && progress->exclusive;
}

/* How many rows the first batch has. */
int64_t cm_pace_rows(const struct cm_progress *progress);

/* After one that took so long by cm_pace_now_ms: leaves room for others, and says in *rows how many the next has. */
void cm_pace_end(const struct cm_progress *progress, int64_t *rows, int64_t took_ms);
int64_t cm_pace_now_ms(void);

#endif
