/* manual: what a command says of itself, from its own tables: help, man page, the rows that shells complete from, JSON. */
#ifndef CM_MANUAL_H
#define CM_MANUAL_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

struct cm_json;

/* Answers --help or -h, --version, --man (a man page) and --options (a line of columns for each that there is: kind, name, type,
 * choices, help, with - for nothing; a command's type is question or job), where `option` is one of them, and says so; *status is
 * the program's. */
bool cm_manual_answer(const struct cm_command *command, const char *option, int *status);

/* Says on standard error what is wrong, and how it is used; 2, the program's exit status. */
int cm_manual_refuse(const struct cm_command *command, const char *problem);

/* "--start-time" of start_time; returns out. */
enum { CM_OPTION_TEXT = 48 };
char *cm_manual_option(const char *name, char out[CM_OPTION_TEXT]);

/* What stands for a parameter's value, such as N. */
const char *cm_manual_word(const struct cm_param *param);

/* All options of a command, a comma between; returns out. */
char *cm_manual_list(const struct cm_command *command, char *out, size_t room);

/* The rows of a table as objects of the array that is open. */
void cm_manual_params(struct cm_json *json, const struct cm_param *params);

#endif
