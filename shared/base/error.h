/* error: what a library call answers.  0 or more is success; the library never prints, logs or exits. */
#ifndef CM_ERROR_H
#define CM_ERROR_H

enum cm_error {
	CM_OK = 0,
	CM_EPARAM = -1,		/* the request is wrong; the reply says which parameter */
	CM_ENOTFOUND = -2,	/* no such path or id */
	CM_EBUSY = -3,		/* the database is locked or took too long; the same request may succeed later */
	CM_ESTORE = -4,		/* the database cannot be read; cm_store_problem() says why */
	CM_ENOMEM = -5,
	CM_EGONE = -6,		/* the client went away */
	CM_EIO = -7,		/* a file could not be read or written */
};

#define nitems(a) (sizeof(a) / sizeof((a)[0]))

#endif
