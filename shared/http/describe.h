/* describe: a question's program explains itself, from its own tables, and is asked from the command line. */
#ifndef CM_DESCRIBE_H
#define CM_DESCRIBE_H

/* Prints what --help, --describe (a line of JSON, for the index), --version, --man or --options asks for; with other options, or
 * after --ask with none, answers the question as plain CGI does.  The program's exit status. */
int cm_describe(int argc, char **argv);

#endif
