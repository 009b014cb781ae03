/* dice - see dice.h */
#include "sys/dice.h"

#include <sys/random.h>

uint32_t
dice_seed(void)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return 0;
	return seed | 1;	/* xorshift needs one bit */
}

uint32_t
dice_roll(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}
