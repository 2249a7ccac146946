/*
 * A pack holds what was added to it, whatever the order; gives nothing that is damaged for true; and never holds less than nothing.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "pack.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

#include "cm_test.h"
#include "cm_random.h"

static struct cm_pack
pack_of(const struct cm_pack_room *room, bool counts)
{
	return (struct cm_pack){ .counts = counts, .coarse = { room->coarse.bytes, room->coarse.count },
		.fine = { room->fine.bytes, room->fine.count } };
}

/* A pack beside what it must hold, a place for each bin. */
struct model {
	struct cm_bin_sum bins[CM_FINE_BINS];
	int seen;
	int last;
};

static int
compare(void *arg, const struct cm_bin_sum *sum)
{
	struct model *model = arg;

	assert_true(sum->bin > model->last && sum->bin < CM_FINE_BINS);
	assert_int_equal(sum->n, model->bins[sum->bin].n);
	assert_int_equal(sum->sum, model->bins[sum->bin].sum);
	model->last = sum->bin;
	model->seen++;
	return 0;
}

static void
assert_holds(const struct cm_pack *pack, struct model *model)
{
	int i, held = 0;

	model->seen = 0;
	model->last = -1;
	assert_int_equal(cm_pack_each(pack, compare, model), 0);
	for (i = 0; i < CM_FINE_BINS; i++)
		held += model->bins[i].n > 0;
	assert_int_equal(model->seen, held);
}

/* Makes some changes, ascending, of a model; how many. */
static size_t
change(struct model *model, bool counts, struct cm_bin_sum *sums, int some)
{
	size_t n = 0;
	int bin = (int)random_below(40), i;

	/* No value is as long as those of the last bins. */
	for (i = 0; i < some && bin < CM_FINE_BINS * 3 / 4; i++, bin += 1 + (int)random_below(i % 3 == 0 ? 900 : 3)) {
		struct cm_bin_sum *held = &model->bins[bin];
		int64_t width = cm_bin_floor_us(bin + 1) - cm_bin_floor_us(bin), more = 1 + random_below(3), sum = 0, k;

		/* Sums of a histogram's bin are those of values that lie in it. */
		for (k = 0; k < more; k++)
			sum += counts ? random_below(1000) : cm_bin_floor_us(bin) + random_below(width);
		sums[n] = (struct cm_bin_sum){ bin, more, sum };
		if (held->n > 0 && random_below(3) == 0)
			sums[n] = (struct cm_bin_sum){ bin, -held->n, -held->sum };
		held->n += sums[n].n;
		held->sum += sums[n++].sum;
	}
	return n;
}

static void
test_holds_what_was_added(void **state)
{
	struct model *model = calloc(1, sizeof *model);
	struct cm_pack_room rooms[2] = { 0 };
	struct cm_bin_sum sums[400];
	struct cm_pack pack;
	int turn, counts;
	size_t n;

	(void)state;
	for (counts = 0; counts < 2; counts++) {
		memset(model, 0, sizeof *model);
		rooms[0].coarse.count = rooms[0].fine.count = 0;
		for (turn = 0; turn < 200; turn++) {
			n = change(model, counts, sums, turn % 5 == 0 ? 400 : 7);
			pack = pack_of(&rooms[turn % 2], counts);
			assert_int_equal(cm_pack_add(&pack, sums, n, &rooms[(turn + 1) % 2]), 0);
			pack = pack_of(&rooms[(turn + 1) % 2], counts);
			assert_holds(&pack, model);
		}
	}
	free(model);
	cm_pack_room_done(&rooms[0]);
	cm_pack_room_done(&rooms[1]);
}

/* What was taken away leaves no trace: the same bytes as without it, and at last none. */
static void
test_takes_away_what_was_added(void **state)
{
	static const struct cm_bin_sum one[] = { { 5, 2, 11 }, { 900, 1, 900 }, { 1024, 1, 1025 } };
	static const struct cm_bin_sum more[] = { { 6, 1, 6 }, { 900, 1, 900 }, { 5000, 3, 900000 } };
	static const struct cm_bin_sum less[] = { { 6, -1, -6 }, { 900, -1, -900 }, { 5000, -3, -900000 } };
	static const struct cm_bin_sum none[] = { { 5, -2, -11 }, { 900, -1, -900 }, { 1024, -1, -1025 } };
	struct cm_pack_room first = { 0 }, second = { 0 }, third = { 0 };
	struct cm_pack pack = { 0 };

	(void)state;
	assert_int_equal(cm_pack_add(&pack, one, 3, &first), 0);
	pack = pack_of(&first, false);
	assert_int_equal(cm_pack_add(&pack, more, 3, &second), 0);
	pack = pack_of(&second, false);
	assert_int_equal(cm_pack_add(&pack, less, 3, &third), 0);
	assert_int_equal(third.coarse.count, first.coarse.count);
	assert_memory_equal(third.coarse.bytes, first.coarse.bytes, first.coarse.count);
	assert_int_equal(third.fine.count, first.fine.count);
	assert_memory_equal(third.fine.bytes, first.fine.bytes, first.fine.count);
	pack = pack_of(&third, false);
	assert_int_equal(cm_pack_add(&pack, none, 3, &second), 0);
	assert_int_equal(second.coarse.count + second.fine.count, 0);
	cm_pack_room_done(&first);
	cm_pack_room_done(&second);
	cm_pack_room_done(&third);
}

static void
test_never_holds_less_than_nothing(void **state)
{
	static const struct cm_bin_sum some[] = { { 700, 2, 1400 } };
	static const struct cm_bin_sum wrong[] = {
		{ 700, -3, -2100 }, { 700, -1, -1401 }, { 700, -2, -1399 }, { 701, -1, -701 }, { 20000, -1, -1 }, { 3, 0, 4 },
	};
	struct cm_pack_room held = { 0 }, out = { 0 };
	struct cm_pack pack = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(cm_pack_add(&pack, some, 1, &held), 0);
	pack = pack_of(&held, false);
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(cm_pack_add(&pack, &wrong[i], 1, &out), CM_ESTORE);
	cm_pack_room_done(&held);
	cm_pack_room_done(&out);
}

static int
keep_sum(void *arg, const struct cm_bin_sum *sum)
{
	*(struct cm_bin_sum *)arg = *sum;
	return 0;
}

static void
test_sums_stay_where_they_came_to(void **state)
{
	static const struct cm_bin_sum much = { 25000, 3, CM_SUM_MOST - 5 }, more = { 25000, 1, 1000 }, less = { 25000, -1, -1000 };
	static const struct cm_bin_sum rest = { 25000, -3, -7 };
	struct cm_pack_room rooms[2] = { 0 };
	struct cm_bin_sum sum = { 0 };
	struct cm_pack pack = { 0 };

	(void)state;
	assert_int_equal(cm_pack_add(&pack, &much, 1, &rooms[0]), 0);
	pack = pack_of(&rooms[0], false);
	assert_int_equal(cm_pack_add(&pack, &more, 1, &rooms[1]), 0);
	pack = pack_of(&rooms[1], false);
	assert_int_equal(cm_pack_each(&pack, keep_sum, &sum), 0);
	assert_true(sum.n == 4 && sum.sum == CM_SUM_MOST);
	assert_int_equal(cm_pack_add(&pack, &less, 1, &rooms[0]), 0);
	pack = pack_of(&rooms[0], false);
	assert_int_equal(cm_pack_each(&pack, keep_sum, &sum), 0);
	assert_true(sum.n == 3 && sum.sum == CM_SUM_MOST);
	assert_int_equal(cm_pack_add(&pack, &rest, 1, &rooms[1]), 0);
	assert_int_equal(rooms[1].coarse.count, 0);
	cm_pack_room_done(&rooms[0]);
	cm_pack_room_done(&rooms[1]);
}

static int
look(void *arg, const struct cm_bin_sum *sum)
{
	(void)arg;
	assert_true(sum->bin >= 0 && sum->bin < CM_FINE_BINS && sum->n > 0 && sum->sum >= 0 && sum->sum <= CM_SUM_MOST);
	return 0;
}

/* Reads and changes a pack of which one byte was changed, or that was cut off; copies of its own size show a sanitizer who reads beyond. */
static void
read_damaged(const struct cm_pack *pack, size_t coarse, size_t fine, size_t at, unsigned char by)
{
	static const struct cm_bin_sum some[] = { { 40, 1, 40 }, { 3000, -1, -30000 } };
	unsigned char *bytes = malloc(coarse + 1), *more = malloc(fine + 1);
	struct cm_pack damaged = { .counts = pack->counts, .coarse = { bytes, coarse }, .fine = { more, fine } };
	struct cm_pack_room out = { 0 };
	int rc;

	memcpy(bytes, pack->coarse.bytes, coarse);
	memcpy(more, pack->fine.bytes, fine);
	if (at < coarse)
		bytes[at] ^= by;
	else if (at - coarse < fine)
		more[at - coarse] ^= by;
	bytes = realloc(bytes, coarse > 0 ? coarse : 1);
	more = realloc(more, fine > 0 ? fine : 1);
	damaged.coarse.bytes = bytes;
	damaged.fine.bytes = more;
	rc = cm_pack_each(&damaged, look, NULL);
	assert_true(rc == 0 || rc == CM_ESTORE);
	rc = cm_pack_add(&damaged, some, 2, &out);
	assert_true(rc == 0 || rc == CM_ESTORE);
	free(bytes);
	free(more);
	cm_pack_room_done(&out);
}

static void
test_damaged(void **state)
{
	struct model *model = calloc(1, sizeof *model);
	struct cm_pack_room room = { 0 };
	struct cm_bin_sum sums[60];
	struct cm_pack pack = { 0 };
	size_t at, bytes;
	unsigned by;

	(void)state;
	assert_int_equal(cm_pack_add(&pack, sums, change(model, false, sums, 60), &room), 0);
	pack = pack_of(&room, false);
	bytes = pack.coarse.count + pack.fine.count;
	for (at = 0; at < bytes; at++)
		for (by = 1; by < 256; by += by < 4 ? 1 : by)
			read_damaged(&pack, pack.coarse.count, pack.fine.count, at, (unsigned char)by);
	for (at = 0; at < pack.coarse.count; at++)
		read_damaged(&pack, at, pack.fine.count, SIZE_MAX, 0);
	for (at = 0; at < pack.fine.count; at++)
		read_damaged(&pack, pack.coarse.count, at, SIZE_MAX, 0);
	free(model);
	cm_pack_room_done(&room);
}

/* Numbers keep all that they are made of, and sort by it in its order. */
static void
test_numbers(void **state)
{
	static const struct cm_pack_key keys[] = {
		{ 1, CM_PACK_COUNTS, 300, 0 }, { 1, CM_PACK_COUNTS, 300, 300 }, { 1, CM_PACK_COUNTS, 3600, 3600 },
		{ 1, CM_PACK_COUNTS, 86400, 86400 }, { 1, CM_PACK_KINDS, 300, 1770373800 }, { 1, CM_PACK_KINDS + 31, 86400, 1770336000 },
		{ 2, CM_PACK_COUNTS, 300, 322122546900 }, { (INT64_C(1) << 25) - 1, CM_PACK_KINDS, 300, 300 },
	};
	static const struct cm_pack_key none[] = {
		{ 1, CM_PACK_COUNTS, 300, -300 }, { 1, CM_PACK_COUNTS, 300, 322122547200 }, { INT64_C(1) << 25, CM_PACK_COUNTS, 300, 0 },
	};
	int64_t before = -1;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof keys / sizeof *keys; i++) {
		int64_t id = cm_pack_id(&keys[i]);
		struct cm_pack_key key = cm_pack_key_of(id);

		assert_true(id > before);
		assert_true(key.series_id == keys[i].series_id && key.what == keys[i].what && key.resolution_s == keys[i].resolution_s &&
		    key.bucket_s == keys[i].bucket_s);
		assert_int_equal(id - (keys[i].series_id << CM_PACK_SERIES_AT), cm_pack_slot(key.what, key.resolution_s, key.bucket_s));
		before = id;
	}
	for (i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_equal(cm_pack_id(&none[i]), -1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holds_what_was_added),
		cmocka_unit_test(test_takes_away_what_was_added),
		cmocka_unit_test(test_never_holds_less_than_nothing),
		cmocka_unit_test(test_sums_stay_where_they_came_to),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
