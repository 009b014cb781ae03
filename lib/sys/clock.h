/* clock - the time, in integers. */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include <stdint.h>

/* Microseconds since 1970, by the system's clock, which may jump. */
uint64_t clock_wall_us(void);

/* Milliseconds that only go forward; for deadlines. */
int64_t clock_mono_ms(void);

/* Microseconds since 1970 at which the system started, by today's clock. */
uint64_t clock_boot_us(void);

/* Milliseconds from now until deadline_ms (clock_mono_ms's scale), as poll(2)
 * takes them: 0 when it has passed, -1 for a deadline of -1 (none). */
int clock_left_ms(int64_t deadline_ms);

#endif
