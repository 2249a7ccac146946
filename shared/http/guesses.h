/*
 * guesses: how often somebody may be wrong.
 *
 * A bucket for each name, which a wrong guess takes a token from and time fills again (a leaky bucket as a meter: ITU-T I.371, the generic
 * cell rate algorithm).  Names are kept as a keyed hash in a table of fixed size, in which a new one takes the place of that which is
 * nearest to being full.
 */
#ifndef CM_GUESSES_H
#define CM_GUESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

struct cm_guesses;

/* NULL for want of memory or of random bytes. */
struct cm_guesses *cm_guesses_open(void);
void cm_guesses_close(struct cm_guesses *guesses);

struct cm_guess_limit {
	const char *kind;		/* names of different kinds are different names */
	int most;			/* tokens of a full bucket */
	cm_us refill_us;		/* for one of them */
};

/* How long until the name may guess again; 0: it may now. */
cm_us cm_guesses_wait(const struct cm_guesses *guesses, const struct cm_guess_limit *limit, const char *name, cm_us now);
/* One was wrong; whether it was the last that is allowed for now. */
bool cm_guesses_wrong(struct cm_guesses *guesses, const struct cm_guess_limit *limit, const char *name, cm_us now);

/* The network that an address is of: of IPv6 the first 64 bits, which one customer has; of IPv4, and of what is no address, all. */
enum { CM_NETWORK_TEXT = 64 };
char *cm_network_of(const char *address, char out[CM_NETWORK_TEXT]);

#endif
