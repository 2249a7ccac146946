/* describe: a program explains itself, from its own tables. */
#ifndef CM_DESCRIBE_H
#define CM_DESCRIBE_H

/* Prints what --help, --describe (a line of JSON, for the index) or --version asks for; the program's exit status. */
int cm_describe(const char *option);

#endif
