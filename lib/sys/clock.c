/* clock - see clock.h */
#include "sys/clock.h"

#include <limits.h>
#include <time.h>

static uint64_t
clock_us(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t
clock_wall_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

int64_t
clock_mono_ms(void)
{
	return (int64_t)(clock_us(CLOCK_MONOTONIC) / 1000);
}

uint64_t
clock_boot_us(void)
{
#ifdef CLOCK_BOOTTIME
	return clock_us(CLOCK_REALTIME) - clock_us(CLOCK_BOOTTIME);
#else
	return clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC);
#endif
}

int
clock_left_ms(int64_t deadline_ms)
{
	int64_t left;

	if (deadline_ms == -1)
		return -1;
	left = deadline_ms - clock_mono_ms();
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}
