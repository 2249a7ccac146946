/* ratio: a sum over a count, as a decimal; see ratio.h. */
#include "config.h"

#include "ratio.h"

#include <math.h>

typedef unsigned __int128 wide;

/* |dividend| / divisor * 10^places, half up, digit by digit as on paper: what is left of the dividend is less than the divisor, so
 * nothing overflows while that is below 2^124. */
static bool
divide(wide dividend, wide divisor, bool negative, int places, int64_t *out)
{
	wide whole, rest;

	if (divisor == 0)
		return false;
	whole = dividend / divisor;
	rest = dividend % divisor;
	for (; places > 0 && whole <= INT64_MAX; places--) {
		whole = 10 * whole + 10 * rest / divisor;
		rest = 10 * rest % divisor;
	}
	whole += rest >= divisor - rest;
	if (whole > INT64_MAX)
		return false;
	*out = negative ? -(int64_t)whole : (int64_t)whole;
	return true;
}

static uint64_t
absolute(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

bool
cm_ratio_round(struct cm_ratio ratio, int places, int64_t *out)
{
	return divide(absolute(ratio.sum), absolute(ratio.count), ratio.sum < 0, places, out);
}

/* (a/b - c/d) / (c/d) = (ad - cb) / cb */
bool
cm_ratio_change_pct(struct cm_ratio now, struct cm_ratio before, int places, int64_t *out)
{
	__int128 less = (__int128)before.sum * now.count, change = (__int128)now.sum * before.count - less;
	bool negative = (change < 0) != (less < 0);
	int64_t ratio;

	if (now.count == 0 || before.count == 0 ||
	    !divide((wide)(change < 0 ? -change : change), (wide)(less < 0 ? -less : less), negative, places + 2, &ratio))
		return false;
	*out = ratio;
	return true;
}

double
cm_ratio_double(struct cm_ratio ratio)
{
	return ratio.count == 0 ? NAN : (double)ratio.sum / (double)ratio.count;
}
