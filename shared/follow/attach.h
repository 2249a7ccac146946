/*
 * attach: putting a journal into a voice app's database, and ours beside it; and taking both away again.
 *
 * All of it may be broken off and run again.  What cannot be followed is refused before anything is made.
 */
#ifndef CM_ATTACH_H
#define CM_ATTACH_H

#include <stdbool.h>

struct cm_chunking;
struct cm_progress;

/* What went wrong, a sentence for people; where it went well, what is to be minded, or "". */
enum { CM_ATTACH_PROBLEM = 512 };

/*
 * Attaches the voice app's database that `url` names, with the app running, and reads all of its rows; goes on where that was broken
 * off.  Instants without an offset are of `zone`, a zone that exists; NULL: as before, or UTC.  One that is attached is looked over:
 * triggers that are gone are made again, and what they missed is read.  `chunking`: as chunks.h has it.  CM_ENOTFOUND: it is no voice
 * app's; CM_EPARAM: it cannot be followed; CM_EBUSY, CM_ESTORE, CM_ENOMEM.
 */
int cm_attach(const char *url, const char *zone, const struct cm_chunking *chunking, const struct cm_progress *progress,
    char problem[CM_ATTACH_PROBLEM]);

/* Brings what is attached, or is a database of our own, up to this version; one of which an older version kept its tables in the app's
 * own file is moved out of it.  CM_ENOTFOUND: it is neither. */
int cm_migrate(const char *url, const struct cm_chunking *chunking, const struct cm_progress *progress,
    char problem[CM_ATTACH_PROBLEM]);

/* Takes the journal out of it and ours away.  CM_ENOTFOUND: it is not attached. */
int cm_detach(const char *url, const struct cm_progress *progress, char problem[CM_ATTACH_PROBLEM]);

#endif
