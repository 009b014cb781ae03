/* schedule - when to try again. Pure. */
#include "runner.h"

int64_t
schedule_wait_ms(const struct schedule *s, unsigned n, uint32_t dice)
{
	uint64_t wait = s->first_s * 1000, max = s->max_s * 1000, span, most;

	for (; n > 1 && wait < max; n--)
		wait = wait * s->factor_100 / 100;
	if (wait > max)
		wait = max;
	span = wait * s->jitter / 100;
	most = max - wait < span ? max : wait + span;
	return (int64_t)(wait - span + dice % (most - wait + span + 1));
}
