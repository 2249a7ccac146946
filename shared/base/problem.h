/* problem: why a request is refused, as it is told to whoever sent it. */
#ifndef CM_PROBLEM_H
#define CM_PROBLEM_H

struct cm_problem {
	int status;		/* HTTP */
	char parameter[64];	/* "" where no parameter is to blame */
	char detail[512];
};

/* Fills a problem; parameter NULL: none is to blame.  Returns CM_EPARAM. */
int cm_refuse(struct cm_problem *problem, int status, const char *parameter, const char *detail);

#endif
