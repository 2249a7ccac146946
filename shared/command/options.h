/*
 * options: a program's command line, read by its tables.
 *
 * An option is --name VALUE or --name=VALUE; a flag needs no value.  Its name may have dashes or underscores.  Options and
 * arguments may stand in any order; after -- there are only arguments.
 */
#ifndef CM_OPTIONS_H
#define CM_OPTIONS_H

#include "param.h"

/* What a program is and takes, as its manual has it. */
struct cm_command {
	const char *name;
	const char *summary;			/* a line */
	const char *about;			/* whole sentences; an empty line parts paragraphs.  NULL: none */
	const char *outcome;			/* what its exit statuses mean; NULL: 0 done, 1 failed, 2 wrong use */
	const struct cm_param *options;		/* ends with a row of zeros; NULL: none */
	const struct cm_param *common;		/* further ones; NULL: none */
	const struct cm_param *arguments;	/* by their place; NULL: none.  --db is another way to give `database` */
};

enum { CM_OPTIONS_MAX = 64, CM_OPTIONS_PROBLEM = 1024 };

struct cm_options {
	const struct cm_command *command;
	size_t count;
	struct cm_given given[CM_OPTIONS_MAX];
	char problem[CM_OPTIONS_PROBLEM];
};

/* Reads argv[1] and on.  CM_EPARAM: ->problem says what is wrong, as the rest of a sentence.  Texts stay where they are in argv. */
int cm_options_read(const struct cm_command *command, int argc, char **argv, struct cm_options *out);

/* Whether it was given, or has a setting. */
bool cm_options_given(const struct cm_options *options, const char *name);
/* The value given, else the fallback; NULL or 0 where there is neither. */
const char *cm_options_text(const struct cm_options *options, const char *name);
int64_t cm_options_int(const struct cm_options *options, const char *name);
double cm_options_number(const struct cm_options *options, const char *name);
bool cm_options_flag(const struct cm_options *options, const char *name);
/* All texts of an option that repeats, as a list that NULL ends, at most `room` - 1. */
void cm_options_texts(const struct cm_options *options, const char *name, const char **texts, size_t room);

#endif
