/*
 * param: what a program may be told, as a table: the parameters of a question, the options and arguments of a job.
 *
 * From one table of struct cm_param come validation, the texts of errors, --help, the index at /metrics/, the man pages and what
 * a shell completes.
 */
#ifndef CM_PARAM_H
#define CM_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cm_param_type {
	CM_END,			/* ends a table */
	CM_INT,			/* a whole number from .min to .max */
	CM_DECIMAL,		/* a number from .min to .max */
	CM_TEXT,		/* UTF-8 without control characters, at most .max bytes (128 where 0) */
	CM_ANY,			/* any text, be it empty */
	CM_PATH,		/* a file, or where a database is */
	CM_CHOICE,		/* a word of .choices */
	CM_FLAG,		/* 0 or 1 */
	CM_TIME,		/* RFC 3339, a date, or Unix seconds */
	CM_INTERVAL,		/* a number and s, m, h or d, from .min to .max seconds */
	CM_ZONE,		/* an IANA time zone */
};

/* Another word for a choice. */
struct cm_synonym {
	const char *word;		/* NULL ends a list */
	const char *means;
};

struct cm_param {
	const char *name;		/* with underscores, which an option shows as dashes */
	enum cm_param_type type;
	const char *fallback;		/* NULL: none */
	int64_t min;
	int64_t max;
	const char *choices;		/* words, a space between */
	const struct cm_synonym *synonyms;	/* of choices; NULL: none */
	const char *help;
	const char *alias;		/* another name for it; NULL: none */
	const char *word;		/* what stands for its value where it is explained; NULL: by its type */
	const char *setting;		/* of an argument: the variable that stands in for it; NULL: none */
	bool required;			/* of options and arguments */
	bool repeats;			/* may be given more than once */
};

/* A value that was given, read by its parameter's type. */
struct cm_given {
	const struct cm_param *param;
	const char *text;
	int64_t number;			/* of CM_INT, CM_FLAG; seconds of CM_INTERVAL; microseconds of CM_TIME */
	double decimal;			/* of CM_DECIMAL */
};

/* The row of a name or an alias, in which - and _ are one; NULL: none. */
const struct cm_param *cm_param_find(const struct cm_param *params, const char *name);

/* The next row of a table that is not declared by an earlier one: `for (p = NULL; (p = cm_param_next(params, p)) != NULL;)`. */
const struct cm_param *cm_param_next(const struct cm_param *params, const struct cm_param *after);

/* Reads given->text by given->param; whether it is allowed. */
bool cm_param_read(struct cm_given *given);

/* What a parameter allows, in words; returns out. */
enum { CM_ALLOWED_TEXT = 256 };
char *cm_param_allowed(const struct cm_param *param, char out[CM_ALLOWED_TEXT]);

/* The name of a type, as --describe has it. */
const char *cm_param_type_name(enum cm_param_type type);

/* Seconds in the largest unit that leaves no rest: "90s", "5m", "31d"; returns out. */
enum { CM_INTERVAL_TEXT = 24 };
char *cm_interval_text(int64_t seconds, char out[CM_INTERVAL_TEXT]);

/* Looks for the word that was meant: offer every word that there is, then .best is the nearest, or NULL where none is near. */
struct cm_nearest {
	const char *word;		/* as it was given */
	const char *best;
	size_t distance;
};
void cm_nearest_offer(struct cm_nearest *nearest, const char *candidate);

#endif
