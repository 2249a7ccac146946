/* body_fields: a body that is one small JSON object; see body_fields.h. */
#include "config.h"

#include "body_fields.h"

#include <math.h>
#include <stdio.h>

#include "error.h"
#include "json.h"

enum { DEPTH = 4 };

static int
read_field(const struct cm_value *value, const struct cm_int_field *field, struct cm_problem *problem)
{
	char detail[128];
	double number;

	if (value == NULL)
		return 0;
	if (field->flag != NULL)
		return cm_value_flag(value, field->flag) ? 0 : cm_refuse(problem, 400, field->name, "This field is true or false.");
	if (cm_value_number(value, &number) && number >= (double)field->min && number <= (double)field->max &&
	    number == floor(number)) {
		*field->number = (int64_t)number;
		return 0;
	}
	snprintf(detail, sizeof detail, "This field is a whole number from %lld to %lld.", (long long)field->min,
	    (long long)field->max);
	return cm_refuse(problem, 400, field->name, detail);
}

static int
read_object(const struct cm_value *root, const struct cm_int_field *fields, struct cm_problem *problem)
{
	const struct cm_int_field *field;
	size_t known = 0;
	int rc;

	if (!cm_value_is_object(root))
		return cm_refuse(problem, 400, "", "The body is a JSON object.");
	for (field = fields; field->name != NULL; field++) {
		if ((rc = read_field(cm_value_get(root, field->name), field, problem)) < 0)
			return rc;
		known += cm_value_has(root, field->name);
	}
	return known == cm_value_count(root) ? 0 : cm_refuse(problem, 400, "", "The body has a field that means nothing here.");
}

int
cm_body_fields_read(const struct cm_body *body, const struct cm_int_field *fields, struct cm_problem *problem)
{
	struct cm_json_reader *reader;
	struct cm_value *root = NULL;
	const char *why;
	int rc = CM_ENOMEM;

	if (body->length == 0)
		return 0;
	if ((reader = cm_json_reader_new(DEPTH)) == NULL)
		return rc;
	if ((rc = cm_json_read(reader, body->bytes, body->length, &root, &why)) == CM_EPARAM) {
		cm_refuse(problem, 400, "", "");
		snprintf(problem->detail, sizeof problem->detail, "The body is not understood: %s.", why);
	} else if (rc == 0) {
		rc = read_object(root, fields, problem);
	}
	cm_value_free(root);
	cm_json_reader_free(reader);
	return rc;
}
