/* body_fields: a body that is one small JSON object of numbers and flags. */
#ifndef CM_BODY_FIELDS_H
#define CM_BODY_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "body.h"
#include "query.h"

/* One field; what is not in the body leaves what is pointed at alone. */
struct cm_int_field {
	const char *name;	/* NULL ends a list */
	int64_t min;
	int64_t max;
	int64_t *number;	/* a whole number from min to max; or */
	bool *flag;		/* true or false */
};

/* Reads the fields of a body, which may be empty.  CM_EPARAM fills *problem with the field that is wrong or not known; CM_ENOMEM. */
int cm_body_fields_read(const struct cm_body *body, const struct cm_int_field *fields, struct cm_problem *problem);

#endif
