/* cm_random: numbers for the tests that try many, the same in each run (xorshift64). */
#ifndef CM_RANDOM_H
#define CM_RANDOM_H

#include <stdint.h>

static uint64_t random_state = 88172645463325252u;

static int64_t
random_below(int64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (int64_t)(random_state % (uint64_t)limit);
}

#endif
