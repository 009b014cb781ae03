/*
 * dice - numbers that differ from time to time and from host to host: for order and
 * delays, not for secrets.
 */
#ifndef SYS_DICE_H
#define SYS_DICE_H

#include <stdint.h>

/* What to begin with, never 0; or 0 with errno: the kernel gives nothing. */
uint32_t dice_seed(void);

/* The next number, which *state becomes too. source: xorshift32, Marsaglia 2003 */
uint32_t dice_roll(uint32_t *state);

#endif
