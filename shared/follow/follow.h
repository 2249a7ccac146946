/*
 * follow: a voice app's database is followed: what its journal names is taken into ours, which lies beside it.
 *
 * On SQLite the app's file and ours are two, so ours remembers how far the journal was taken, in the same transaction as what was taken;
 * rows of the journal are removed later, when that is safely on the disk.  On a server both are one database, and a row of the journal
 * goes in the transaction that takes it.  Whoever takes holds our database's lock for writing and only then looks at the app's rows, so
 * each row is taken as it is, or as it will be named again.
 */
#ifndef CM_FOLLOW_H
#define CM_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "app_tables.h"

struct cm_follow;
struct cm_progress;

/* For the database that `url` names, which is touched later.  The caller closes.  CM_ENOMEM. */
int cm_follow_open(const char *url, struct cm_follow **out);
void cm_follow_close(struct cm_follow *follow);

/*
 * The same for questions, which `asking` is to answer.  On a server that reads what is to be looked at, too, so that a worker has no
 * connection more; it is borrowed until the end.  Where others take in what the app wrote, or the role may not, catching up waits for
 * them, and then says how far it is.
 */
int cm_follow_open_asking(const char *url, struct cm_store *asking, struct cm_follow **out);

/* On a server: whether there is nothing to take, seen in the transaction of the question's store.  Elsewhere that is not known. */
int cm_follow_is_current(struct cm_follow *follow, bool *out);

/* The last failure as a sentence for people.  Borrowed. */
const char *cm_follow_problem(const struct cm_follow *follow);

/* Whether there is an app to follow: false for a database of our own. */
int cm_follow_has_app(struct cm_follow *follow, bool *out);

/*
 * Takes in what the app had written when it was called, or waits for others to do so, for so many milliseconds at most; for a question
 * where more is left than can be taken by then, for a quarter of a second.  *behind: how many rows of the journal are left of that, about.
 * Nothing to do is quick: two small looks at the app's file.  CM_EBUSY, CM_ESTORE (also where the app's file, or its journal, is not
 * there any more), CM_ENOMEM.
 */
int cm_follow_catch_up(struct cm_follow *follow, int64_t most_ms, int64_t *behind);

/* How many rows of the app were looked at since it was opened. */
int64_t cm_follow_rows(const struct cm_follow *follow);

/* Sees to what a question may not: mends triggers that are gone and what was missed meanwhile.  progress: of a sweep.  *mended: how many
 * rows were not as they were known. */
int cm_follow_tend(struct cm_follow *follow, const struct cm_progress *progress, int64_t *mended);

/* Shortens the journal by what was taken. */
int cm_follow_trim(struct cm_follow *follow);

/* Reads all rows of the app anew and mends what is not as it is known, gone rows too.  Goes on where it was broken off when `resume`;
 * where progress breaks it off, the next cm_follow_tend goes on. */
int cm_follow_sweep(struct cm_follow *follow, bool resume, const struct cm_progress *progress, int64_t *mended);

#endif
