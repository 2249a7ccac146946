/* event_fields: the fields of an event; see event_own.h. */
#include "config.h"

#include "event_own.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"

enum { DETAIL_TEXT = 160 };

#define DURATION_MOST_US (366 * CM_DAY_US)	/* whatever the bounds are set to */

void
cm_event_fault(struct cm_event_reader *reading, const char *field, const char *fault)
{
	char detail[DETAIL_TEXT];
	int length;

	if (reading->event->verdict == CM_REJECTED)
		return;
	length = snprintf(detail, sizeof detail, "%s %s.", field, fault);
	cm_event_reject(reading->event, cm_arena_copy(reading->arena, detail, (size_t)length));
	reading->failed |= reading->event->detail == NULL;
}

const struct cm_value *
cm_event_field(const struct cm_event_reader *reading, const char *name)
{
	const struct cm_value *value = cm_value_get(reading->data, name);

	return value != NULL ? value : cm_value_get(reading->envelope, name);
}

static bool
has_control(const char *text, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return true;
	return false;
}

const char *
cm_event_text(struct cm_event_reader *reading, const struct cm_value *value, const char *name, size_t most)
{
	const char *text, *copy;
	size_t bytes;

	if (value == NULL)
		return NULL;
	if ((text = cm_value_text(value, &bytes)) == NULL) {
		cm_event_fault(reading, name, "is not a string");
		return NULL;
	}
	if (bytes == 0)
		return NULL;
	if (bytes > most || memchr(text, '\0', bytes) != NULL || (most <= CM_LABEL_MOST_BYTES && has_control(text, bytes))) {
		cm_event_fault(reading, name, bytes > most ? "is too long" : "has control characters");
		return NULL;
	}
	if ((copy = cm_arena_copy(reading->arena, text, bytes)) == NULL)
		reading->failed = true;
	return copy;
}

const char *
cm_event_label(struct cm_event_reader *reading, const char *const *names)
{
	const char *label = NULL;

	for (; *names != NULL && label == NULL; names++)
		label = cm_event_text(reading, cm_event_field(reading, *names), *names, CM_LABEL_MOST_BYTES);
	return label;
}

int64_t
cm_event_number(struct cm_event_reader *reading, const char *name, double most, double scale)
{
	const struct cm_value *value = cm_event_field(reading, name);
	double number;

	if (value == NULL)
		return -1;
	if (!cm_value_number(value, &number) || number < 0 || number > most) {
		cm_event_fault(reading, name, "is not a number in range (0 or more)");
		return -1;
	}
	return llround(number * scale);
}

int64_t
cm_event_duration(struct cm_event_reader *reading, const char *name, int64_t unit_us, int64_t most_us)
{
	int64_t length_us = cm_event_number(reading, name, (double)(DURATION_MOST_US / unit_us), (double)unit_us);
	char beyond[CM_BOUND_TEXT];
	const char *fault;

	if ((fault = cm_bound_length(length_us, most_us, beyond)) == NULL)
		return length_us;
	cm_event_fault(reading, name, fault);
	return -1;
}

const char *
cm_event_json(struct cm_event_reader *reading, const struct cm_value *value)
{
	const char *text, *copy;
	size_t bytes;

	if (value == NULL)
		return NULL;
	if ((text = cm_value_print(value, &bytes)) == NULL || (copy = cm_arena_copy(reading->arena, text, bytes)) == NULL) {
		reading->failed = true;
		return NULL;
	}
	return copy;
}
