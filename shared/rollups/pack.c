/* pack: what a bucket of a series holds; see pack.h. */
#include "config.h"

#include "pack.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "error.h"

enum {
	SLOT_S = CM_PACK_SLOT_S, BUCKET_BITS = CM_PACK_BUCKET_BITS, WIDTH_BITS = 2, WHAT_BITS = 6,
	WIDTH_AT = BUCKET_BITS, WHAT_AT = WIDTH_AT + WIDTH_BITS,
	NUMBER_BYTES = 10,		/* at most, of 64 bits */
	NUMBERS_OF_BIN = 4,		/* numbers of a coarse bin, the most there are of one */
};

static const int widths_s[] = { 300, 3600, 86400 };

int64_t
cm_pack_id(const struct cm_pack_key *key)
{
	int64_t width = key->resolution_s == widths_s[0] ? 0 : key->resolution_s == widths_s[1] ? 1 : 2;

	if (key->bucket_s < 0 || key->bucket_s / SLOT_S >> BUCKET_BITS != 0 || key->series_id < 0 ||
	    key->series_id >> (63 - CM_PACK_SERIES_AT) != 0)
		return -1;
	return key->series_id << CM_PACK_SERIES_AT | (int64_t)key->what << WHAT_AT | width << WIDTH_AT | key->bucket_s / SLOT_S;
}

int64_t
cm_pack_slot(int what, int resolution_s, int64_t at_s)
{
	const int64_t last_s = ((INT64_C(1) << BUCKET_BITS) - 1) * SLOT_S;
	const struct cm_pack_key key = { .what = what, .resolution_s = resolution_s,
		.bucket_s = at_s < 0 ? 0 : at_s > last_s ? last_s : at_s };

	return cm_pack_id(&key);
}

static int64_t
bits(int64_t packed, int from, int count)
{
	return packed >> from & ((INT64_C(1) << count) - 1);
}

struct cm_pack_key
cm_pack_key_of(int64_t pack_id)
{
	return (struct cm_pack_key){
		.series_id = pack_id >> CM_PACK_SERIES_AT, .what = (int)bits(pack_id, WHAT_AT, WHAT_BITS),
		.resolution_s = widths_s[bits(pack_id, WIDTH_AT, WIDTH_BITS) % 3], .bucket_s = bits(pack_id, 0, BUCKET_BITS) * SLOT_S,
	};
}

int64_t
cm_sum_plus(int64_t sum, int64_t more)
{
	if (sum >= CM_SUM_MOST)
		return CM_SUM_MOST;
	return more >= CM_SUM_MOST - sum ? CM_SUM_MOST : sum + more;
}

/* Takes a number off the front of a blob; false where none is there. */
static bool
take_number(struct cm_blob *from, uint64_t *out)
{
	uint64_t number = 0;
	int shift;

	for (shift = 0; shift < 64 && from->count > 0; shift += 7) {
		unsigned char byte = *from->bytes++;

		from->count--;
		if (shift == 63 && byte > 1)
			return false;
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*out = number;
			return true;
		}
	}
	return false;
}

static unsigned char *
put_number(unsigned char *to, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		*to++ = (unsigned char)(number | 0x80);
	*to++ = (unsigned char)number;
	return to;
}

/* What n values of a bin come to at the least. */
static uint64_t
least_sum(bool counts, int fine, int64_t n)
{
	return counts ? 0 : (uint64_t)n * (uint64_t)cm_bin_floor_us(fine);
}

/* Takes the numbers that tell of a bin, coarse or fine ones, `each` fine ones to one; last: the one before. */
static bool
take_sum(bool counts, struct cm_blob *from, int last, int most, int each, struct cm_bin_sum *out)
{
	uint64_t distance, n, rest;

	if (!take_number(from, &distance) || !take_number(from, &n) || !take_number(from, &rest) ||
	    distance >= (uint64_t)(most - last - 1) || n == 0 || n > (uint64_t)CM_SUM_MOST)
		return false;
	out->bin = last + 1 + (int)distance;
	out->n = (int64_t)n;
	rest += least_sum(counts, out->bin * each, out->n);
	out->sum = (int64_t)rest;
	return rest <= (uint64_t)CM_SUM_MOST;
}

static unsigned char *
put_sum(unsigned char *to, bool counts, const struct cm_bin_sum *sum, int last, int each)
{
	to = put_number(to, (uint64_t)(sum->bin - last - 1));
	to = put_number(to, (uint64_t)sum->n);
	return put_number(to, (uint64_t)sum->sum - least_sum(counts, sum->bin * each, sum->n));
}

int
cm_coarse_next(struct cm_coarse_reader *reader, struct cm_coarse_bin *out)
{
	struct cm_coarse_bin *last = &reader->last;
	uint64_t bytes;

	if (reader->left.count == 0)
		return 0;
	last->from += last->bytes;
	if (!take_sum(reader->counts, &reader->left, reader->begun ? last->sum.bin : -1, CM_COARSE_BINS, CM_FINE_PER_COARSE, &last->sum) ||
	    !take_number(&reader->left, &bytes) || bytes > CM_FINE_PER_COARSE * NUMBERS_OF_BIN * NUMBER_BYTES)
		return CM_ESTORE;
	last->bytes = (size_t)bytes;
	reader->begun = true;
	*out = *last;
	return 1;
}

int
cm_fine_read(bool counts, int coarse, struct cm_blob fine, struct cm_bin_sum out[CM_FINE_PER_COARSE])
{
	int first = coarse * CM_FINE_PER_COARSE, last = first - 1, n;

	for (n = 0; fine.count > 0; n++) {
		if (n == CM_FINE_PER_COARSE || !take_sum(counts, &fine, last, first + CM_FINE_PER_COARSE, 1, &out[n]))
			return CM_ESTORE;
		last = out[n].bin;
	}
	return n;
}

/* The fine bins of a coarse one, which has to be their sum; how many. */
static int
read_whole(const struct cm_pack *pack, const struct cm_coarse_bin *coarse, struct cm_bin_sum out[CM_FINE_PER_COARSE])
{
	int64_t n = 0, sum = 0;
	int i, count;

	if (coarse->from > pack->fine.count || coarse->bytes > pack->fine.count - coarse->from)
		return CM_ESTORE;
	count = cm_fine_read(pack->counts, coarse->sum.bin, (struct cm_blob){ pack->fine.bytes + coarse->from, coarse->bytes }, out);
	for (i = 0; i < count; i++) {
		n = cm_sum_plus(n, out[i].n);
		sum = cm_sum_plus(sum, out[i].sum);
	}
	return count < 0 || (n == coarse->sum.n && (sum == coarse->sum.sum || coarse->sum.sum == CM_SUM_MOST)) ? count : CM_ESTORE;
}

int
cm_pack_each(const struct cm_pack *pack, int (*take)(void *arg, const struct cm_bin_sum *sum), void *arg)
{
	struct cm_coarse_reader reader = { .counts = pack->counts, .left = pack->coarse };
	struct cm_bin_sum fine[CM_FINE_PER_COARSE];
	struct cm_coarse_bin coarse = { 0 };
	int i, rc, count;

	while ((rc = cm_coarse_next(&reader, &coarse)) > 0) {
		if ((count = read_whole(pack, &coarse, fine)) < 0)
			return count;
		for (i = 0; i < count; i++)
			if ((rc = take(arg, &fine[i])) < 0)
				return rc;
	}
	return rc == 0 && coarse.from + coarse.bytes != pack->fine.count ? CM_ESTORE : rc;
}

void
cm_pack_room_done(struct cm_pack_room *room)
{
	free(room->coarse.bytes);
	free(room->fine.bytes);
	*room = (struct cm_pack_room){ 0 };
}

/* A pack that is being made. */
struct making {
	bool counts;
	struct cm_pack_room *room;
	int last;			/* the last coarse bin; -1: none yet */
};

/* Adds a coarse bin, whose fine bins are written or are to be copied. */
static int
put_coarse(struct making *making, const struct cm_bin_sum *sum, size_t fine_bytes)
{
	struct cm_pack_bytes *coarse = &making->room->coarse;
	unsigned char *to;

	if (!cm_array_reserve(&coarse->bytes, &coarse->room, coarse->count + NUMBERS_OF_BIN * NUMBER_BYTES, 1))
		return CM_ENOMEM;
	to = put_sum(coarse->bytes + coarse->count, making->counts, sum, making->last, CM_FINE_PER_COARSE);
	to = put_number(to, fine_bytes);
	coarse->count = (size_t)(to - coarse->bytes);
	making->last = sum->bin;
	return 0;
}

/* A coarse bin to which nothing is added. */
static int
put_as_it_was(struct making *making, const struct cm_pack *pack, const struct cm_coarse_bin *held)
{
	struct cm_pack_bytes *fine = &making->room->fine;

	if (held->from > pack->fine.count || held->bytes > pack->fine.count - held->from)
		return CM_ESTORE;
	if (!cm_array_reserve(&fine->bytes, &fine->room, fine->count + held->bytes, 1))
		return CM_ENOMEM;
	if (held->bytes > 0)
		memcpy(fine->bytes + fine->count, pack->fine.bytes + held->from, held->bytes);
	fine->count += held->bytes;
	return put_coarse(making, &held->sum, held->bytes);
}

/* Adds one sum to another of the same bin; 1 where that leaves something, 0 nothing, or CM_ESTORE. */
static int
add_sum(struct cm_bin_sum *to, const struct cm_bin_sum *more)
{
	bool full = to->sum >= CM_SUM_MOST || more->sum >= CM_SUM_MOST;

	if (to->n > CM_SUM_MOST - more->n)
		return CM_ESTORE;
	to->n += more->n;
	to->sum = cm_sum_plus(to->sum, more->sum);
	if (to->n < 0 || to->sum < 0 || (to->n == 0 && to->sum != 0 && !full))
		return CM_ESTORE;
	return to->n > 0;
}

/* The fine bins of a coarse one with what is added to them; how many are left. */
static int
merge(struct cm_bin_sum *held, int held_count, const struct cm_bin_sum *sums, size_t count, struct cm_bin_sum *out)
{
	int at = 0, n = 0, rc;

	while (at < held_count || count > 0) {
		struct cm_bin_sum next = { 0 };

		if (count == 0 || (at < held_count && held[at].bin < sums->bin)) {
			out[n++] = held[at++];
			continue;
		}
		next.bin = sums->bin;
		if (at < held_count && held[at].bin == next.bin)
			next = held[at++];
		if ((rc = add_sum(&next, sums)) < 0)
			return rc;
		if (rc > 0)
			out[n++] = next;
		sums++;
		count--;
	}
	return n;
}

/* Writes fine bins and the coarse one that is their sum. */
static int
put_fine(struct making *making, int coarse, const struct cm_bin_sum *sums, int count)
{
	struct cm_pack_bytes *fine = &making->room->fine;
	struct cm_bin_sum sum = { .bin = coarse };
	int i, last = coarse * CM_FINE_PER_COARSE - 1;
	unsigned char *to;
	size_t bytes;

	if (count == 0)
		return 0;
	if (!cm_array_reserve(&fine->bytes, &fine->room, fine->count + (size_t)count * NUMBERS_OF_BIN * NUMBER_BYTES, 1))
		return CM_ENOMEM;
	for (i = 0, to = fine->bytes + fine->count; i < count; last = sums[i++].bin) {
		to = put_sum(to, making->counts, &sums[i], last, 1);
		sum.n = cm_sum_plus(sum.n, sums[i].n);
		sum.sum = cm_sum_plus(sum.sum, sums[i].sum);
	}
	bytes = (size_t)(to - fine->bytes) - fine->count;
	fine->count += bytes;
	return put_coarse(making, &sum, bytes);
}

/* How many of some sums are of the coarse bin of the first. */
static size_t
of_coarse(const struct cm_bin_sum *sums, size_t count)
{
	size_t n = 1;

	while (n < count && sums[n].bin / CM_FINE_PER_COARSE == sums->bin / CM_FINE_PER_COARSE)
		n++;
	return n;
}

/* A coarse bin with what is added to it; held: NULL where it is new. */
static int
put_merged(struct making *making, const struct cm_pack *pack, const struct cm_coarse_bin *held, const struct cm_bin_sum *sums,
    size_t count)
{
	struct cm_bin_sum was[CM_FINE_PER_COARSE], now[2 * CM_FINE_PER_COARSE];
	int was_count = 0, now_count;

	if (held != NULL && (was_count = read_whole(pack, held, was)) < 0)
		return was_count;
	if ((now_count = merge(was, was_count, sums, count, now)) < 0)
		return now_count;
	return put_fine(making, sums->bin / CM_FINE_PER_COARSE, now, now_count);
}

int
cm_pack_add(const struct cm_pack *pack, const struct cm_bin_sum *sums, size_t count, struct cm_pack_room *out)
{
	struct cm_coarse_reader reader = { .counts = pack->counts, .left = pack->coarse };
	struct making making = { .counts = pack->counts, .room = out, .last = -1 };
	struct cm_coarse_bin held = { 0 };
	int rc, more;
	size_t n;

	out->coarse.count = out->fine.count = 0;
	for (more = cm_coarse_next(&reader, &held); more > 0 || (more == 0 && count > 0);) {
		int coarse = count > 0 ? sums->bin / CM_FINE_PER_COARSE : CM_COARSE_BINS;
		bool is_held = more > 0 && held.sum.bin <= coarse;

		if (is_held && held.sum.bin < coarse) {
			rc = put_as_it_was(&making, pack, &held);
		} else {
			n = of_coarse(sums, count);
			rc = put_merged(&making, pack, is_held ? &held : NULL, sums, n);
			sums += n;
			count -= n;
		}
		if (rc < 0)
			return rc;
		if (is_held)
			more = cm_coarse_next(&reader, &held);
	}
	return more < 0 ? more : held.from + held.bytes != pack->fine.count ? CM_ESTORE : 0;
}
