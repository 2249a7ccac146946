/*
 * exposition: what Prometheus reads: text format 0.0.4, or OpenMetrics 1.0 where the client's Accept header prefers it.
 *
 * Sources: the Prometheus documentation, "Exposition formats"; the OpenMetrics specification, version 1.0.
 */
#ifndef CM_EXPOSITION_H
#define CM_EXPOSITION_H

#include <stdbool.h>

#include "reply.h"

enum cm_metric_type { CM_COUNTER, CM_GAUGE, CM_SUMMARY };

struct cm_exposition {
	struct cm_reply *reply;
	bool open_metrics;
	const char *family;
	enum cm_metric_type type;
};

/* Chooses the format by the client's Accept header and sets the content type. */
void cm_exposition_begin(struct cm_exposition *exposition, struct cm_reply *reply);

/* Starts a family.  A counter's name is given without "_total". */
void cm_exposition_family(struct cm_exposition *exposition, const char *name, enum cm_metric_type type, const char *help);

/* A sample of the family: suffix "" or "_sum", "_count"; labels as in `status="failed"`, "" for none. NaN is "NaN". */
void cm_exposition_sample(struct cm_exposition *exposition, const char *suffix, const char *labels, double value);

void cm_exposition_end(struct cm_exposition *exposition);

#endif
