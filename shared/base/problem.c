/* problem: why a request is refused; see problem.h. */
#include "config.h"

#include "problem.h"

#include <stdio.h>

#include "error.h"

int
cm_refuse(struct cm_problem *problem, int status, const char *parameter, const char *detail)
{
	problem->status = status;
	snprintf(problem->parameter, sizeof problem->parameter, "%s", parameter != NULL ? parameter : "");
	snprintf(problem->detail, sizeof problem->detail, "%s", detail);
	return CM_EPARAM;
}
