/* load - what the load programs share. Both die where they cannot do it. */
#ifndef LOAD_H
#define LOAD_H

#include <stddef.h>
#include <stdint.h>

/* The word p as a number from 1 to max; anything else is wrong usage. */
uint64_t load_number(const char *p, uint64_t max);

/* n octets of lines for a message's body, which ends as they end. For the caller
 * to free. */
char *load_padding(size_t n);

#endif
