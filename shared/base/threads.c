/* threads: several threads that serve at once; see threads.h. */
#include "config.h"

#include "threads.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "error.h"

enum {
	THREADS_MOST = 64,
	NUDGE_MS = 20,
	ARENAS_MOST = 1,			/* of malloc; each would keep for itself what was freed in it */
	MAPPED_FROM_BYTES = 256 * 1024,		/* what is larger goes back to the system when it is freed */
};

/* Only there to interrupt a system call. */
static void
nudge(int signal_number)
{
	(void)signal_number;
}

/* A thread may be about to wait when it is nudged, so it is nudged until it has ended. */
static void
join(pthread_t thread)
{
	const struct timespec pause = { .tv_nsec = NUDGE_MS * 1000000L };

	while (pthread_tryjoin_np(thread, NULL) != 0) {
		pthread_kill(thread, SIGUSR1);
		nanosleep(&pause, NULL);
	}
}

int
cm_threads_run(int count, void *(*work)(void *arg), void *arg, void (*stop)(int signal_number))
{
	struct sigaction on_nudge = { .sa_handler = nudge };
	pthread_t threads[THREADS_MOST];
	int started = 0, got;
	sigset_t ends;

	mallopt(M_ARENA_MAX, ARENAS_MOST);
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
	sigaction(SIGUSR1, &on_nudge, NULL);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	/* Before the threads are made, so that they inherit it and the signal comes to sigwait. */
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	while (started < count && started < THREADS_MOST && pthread_create(&threads[started], NULL, work, arg) == 0)
		started++;
	if (started == 0)
		return CM_ENOMEM;
	sigwait(&ends, &got);
	stop(got);
	while (started > 0)
		join(threads[--started]);
	return 0;
}
