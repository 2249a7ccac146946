/* bins: the histogram's bins, and selection among the values of one; see bins.h. */
#include "config.h"

#include "bins.h"

int
cm_bin_of(int64_t value_us)
{
	int shift = 0;

	while ((value_us >> shift) >= 2 * CM_BINS_TO_DOUBLE)
		shift++;
	return (int)(value_us >> shift) + CM_BINS_TO_DOUBLE * shift;
}

int64_t
cm_bin_floor_us(int bin)
{
	int shift = bin < 2 * CM_BINS_TO_DOUBLE ? 0 : bin / CM_BINS_TO_DOUBLE - 1;

	return (int64_t)(bin - CM_BINS_TO_DOUBLE * shift) << shift;
}

enum {
	SLOT_S = 300, SLOT_ZERO = 1 << 30,	/* slots of time, and the number of that in 1970 */
	BIN_BITS = 15, BUCKET_BITS = 31, PARENT_BITS = 10, WIDTH_BITS = 2,
	BUCKET_AT = BIN_BITS, PARENT_AT = BUCKET_AT + BUCKET_BITS, WIDTH_AT = PARENT_AT + PARENT_BITS, KIND_AT = WIDTH_AT + WIDTH_BITS,
};

static const int widths_s[] = { 300, 3600, 86400 };

static int64_t
bits(int64_t packed, int from, int count)
{
	return packed >> from & ((INT64_C(1) << count) - 1);
}

int64_t
cm_slot_pack(const struct cm_slot *slot)
{
	int64_t width = slot->resolution_s == widths_s[0] ? 0 : slot->resolution_s == widths_s[1] ? 1 : 2;

	return (int64_t)slot->kind << KIND_AT | width << WIDTH_AT | (int64_t)(slot->parent + 1) << PARENT_AT |
	    (slot->bucket_s / SLOT_S + SLOT_ZERO) << BUCKET_AT | slot->bin;
}

struct cm_slot
cm_slot_unpack(int64_t packed)
{
	return (struct cm_slot){
		.kind = (int)(packed >> KIND_AT), .resolution_s = widths_s[bits(packed, WIDTH_AT, WIDTH_BITS) % 3],
		.parent = (int)bits(packed, PARENT_AT, PARENT_BITS) - 1,
		.bucket_s = (bits(packed, BUCKET_AT, BUCKET_BITS) - SLOT_ZERO) * SLOT_S, .bin = (int)bits(packed, 0, BIN_BITS),
	};
}

int64_t
cm_selection_value(int64_t *values, size_t count, size_t rank)
{
	size_t low = 0, high = count - 1, wanted = rank - 1;

	while (low < high) {
		int64_t pivot = values[low + (high - low) / 2];
		size_t i = low, j = high;

		for (;;) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			int64_t swapped = values[i];

			values[i++] = values[j];
			values[j--] = swapped;
		}
		if (wanted <= j)
			high = j;
		else
			low = j + 1;
	}
	return values[wanted];
}
