/* guesses: how often somebody may be wrong; see guesses.h. */
#include "config.h"

#include "guesses.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <sha2.h>

enum { SETS = 1024, WAYS = 4, SEED_BYTES = 32 };

/* full: when the bucket will be full again, were nothing taken from it. */
struct bucket {
	uint64_t name;
	cm_us full;
};

struct cm_guesses {
	uint8_t seed[SEED_BYTES];
	struct bucket buckets[SETS][WAYS];
};

struct cm_guesses *
cm_guesses_open(void)
{
	struct cm_guesses *guesses = calloc(1, sizeof *guesses);

	if (guesses == NULL || getrandom(guesses->seed, SEED_BYTES, 0) != SEED_BYTES) {
		free(guesses);
		return NULL;
	}
	return guesses;
}

void
cm_guesses_close(struct cm_guesses *guesses)
{
	free(guesses);
}

/* Keyed, so that nobody can choose names that meet in one set. */
static uint64_t
hash_of(const struct cm_guesses *guesses, const char *kind, const char *name)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	uint64_t hash;
	SHA2_CTX sha;

	SHA256Init(&sha);
	SHA256Update(&sha, guesses->seed, SEED_BYTES);
	SHA256Update(&sha, (const uint8_t *)kind, strlen(kind) + 1);
	SHA256Update(&sha, (const uint8_t *)name, strlen(name));
	SHA256Final(digest, &sha);
	memcpy(&hash, digest, sizeof hash);
	return hash;
}

cm_us
cm_guesses_wait(const struct cm_guesses *guesses, const struct cm_guess_limit *limit, const char *name, cm_us now)
{
	uint64_t hash = hash_of(guesses, limit->kind, name);
	const struct bucket *set = guesses->buckets[hash % SETS];
	cm_us allowed = now + (limit->most - 1) * limit->refill_us;
	size_t i;

	for (i = 0; i < WAYS; i++)
		if (set[i].name == hash)
			return set[i].full > allowed ? set[i].full - allowed : 0;
	return 0;
}

bool
cm_guesses_wrong(struct cm_guesses *guesses, const struct cm_guess_limit *limit, const char *name, cm_us now)
{
	uint64_t hash = hash_of(guesses, limit->kind, name);
	struct bucket *set = guesses->buckets[hash % SETS], *bucket = set;
	size_t i;

	for (i = 0; i < WAYS && bucket->name != hash; i++)
		if (set[i].name == hash || set[i].full < bucket->full)
			bucket = &set[i];
	if (bucket->name != hash)
		*bucket = (struct bucket){ .name = hash };
	bucket->full = (bucket->full > now ? bucket->full : now) + limit->refill_us;
	return bucket->full > now + (limit->most - 1) * limit->refill_us;
}

char *
cm_network_of(const char *address, char out[CM_NETWORK_TEXT])
{
	struct in6_addr network;

	if (inet_pton(AF_INET6, address, &network) == 1) {
		memset(network.s6_addr + 8, 0, 8);
		inet_ntop(AF_INET6, &network, out, CM_NETWORK_TEXT);
	} else {
		snprintf(out, CM_NETWORK_TEXT, "%s", address);
	}
	return out;
}
