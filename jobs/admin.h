/* admin: what the jobs that work on the schema have in common. */
#ifndef CM_ADMIN_H
#define CM_ADMIN_H

#include "attach.h"
#include "chunks.h"
#include "job.h"
#include "store.h"

struct cm_progress;

struct cm_admin {
	enum cm_store_mode mode;
	int (*work)(struct cm_store *store, const struct cm_progress *progress);
	/* Instead of mode and work: work that opens what it needs, and says what went wrong. */
	int (*on_url)(const char *url, const struct cm_progress *progress, char problem[CM_ATTACH_PROBLEM]);
	const char *done;	/* printed at the end */
	const char *refused;	/* what CM_ENOTFOUND means */
};

/* How hypertables are asked for; read by cm_admin_chunking. */
#define CM_ADMIN_TIMESCALE \
	{ "timescale", CM_FLAG, .help = "make hypertables of what is kept by time, moving rows that are there; an empty database " \
	    "that has the extension does so by itself" }, \
	{ "compress-after", CM_INT, .min = 1, .max = 3660, \
	    .help = "days after which rows of hypertables are compressed; 32 where it was never given" }
struct cm_chunking cm_admin_chunking(const struct cm_options *options);

/* --exclusive and DATABASE, which is never one that was not named. */
extern const struct cm_param cm_admin_options[];
extern const struct cm_param cm_admin_arguments[];

/* Opens the database, does the work on it and says how it went; the program's exit status. */
int cm_admin_run(const struct cm_options *options, const struct cm_admin *admin);

#endif
