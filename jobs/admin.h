/* admin: what the jobs that work on the schema have in common. */
#ifndef CM_ADMIN_H
#define CM_ADMIN_H

#include "store.h"

struct cm_progress;

struct cm_job {
	const char *name;
	enum cm_store_mode mode;
	const char *summary;	/* for --help: what it does, in whole sentences */
	int (*work)(struct cm_store *store, const struct cm_progress *progress);
	const char *done;	/* printed at the end */
	const char *refused;	/* what CM_ENOTFOUND means */
};

/* The whole of main() for a job that takes the path of one database: 0, 1 where it failed, 2 for wrong usage. */
int cm_job_main(const struct cm_job *job, int argc, char **argv);

#endif
