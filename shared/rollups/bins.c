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
