/*
 * take: rows of a voice app become facts, each as it stands when it is read: new, changed, or gone.
 *
 * cm_source_row remembers of every row what fact it became and the sum of what was read, so a row that is read again changes nothing,
 * and one that has gone takes its fact along.
 */
#ifndef CM_TAKE_H
#define CM_TAKE_H

#include "told.h"

/* On a server rows wait until they are many, or are written. */
/* The zone of instants without an offset stands in cm_meta. */
#define CM_FOLLOW_ZONE "follow_zone"

struct cm_taker {
	struct cm_store *own;
	struct cm_teller teller;
	cm_us pruned_before;
	struct cm_map waiting;
	enum cm_source waiting_source;
	int64_t taken;			/* rows that were looked at .. */
	int64_t changed;		/* .. and those of them that were not as they were known */
	bool keyless;			/* some had no key: they cannot be told apart, or looked for */
	bool again;			/* some rows are to be read anew, by a sweep */
};

/* Begins within a write transaction of our database; done by cm_taker_done, which takes zeros.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_taker_init(struct cm_taker *taker, struct cm_store *own);
void cm_taker_done(struct cm_taker *taker);

/* Takes the row that the rows of a statement of journal.h stand on, or all of them to their end; rows stay the caller's.  CM_EBUSY,
 * CM_ESTORE, CM_ENOMEM. */
int cm_take_row(struct cm_taker *taker, enum cm_source source, const struct cm_rows *rows);
int cm_take_rows(struct cm_taker *taker, enum cm_source source, struct cm_rows *rows);

/* Notes whether a table has rows without a key, which are no facts. */
int cm_take_keyless(struct cm_taker *taker, enum cm_source source, bool some);

/* Writes what was taken, which has to be done before the transaction ends; more may be taken afterwards. */
int cm_take_write(struct cm_taker *taker);

#endif
