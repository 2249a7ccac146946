/* threads: several threads that serve at once, and their end. */
#ifndef CM_THREADS_H
#define CM_THREADS_H

/* Runs work(arg) in so many threads until SIGTERM or SIGINT comes; then stop() is called and each thread is nudged out of what it
 * waits for until it ends.  0, or CM_ENOMEM where no thread could be started. */
int cm_threads_run(int count, void *(*work)(void *arg), void *arg, void (*stop)(int signal_number));

#endif
