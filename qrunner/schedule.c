/* schedule - when to try again. Pure. */
#include "runner.h"

int64_t
schedule_wait_ms(const struct schedule *s, unsigned n)
{
	uint64_t wait = s->first_s * 1000, max = s->max_s * 1000;

	for (; n > 1 && wait < max; n--)
		wait = wait * s->factor_100 / 100;
	return (int64_t)(wait < max ? wait : max);
}
