/*
 * naive-stuff - POP3's form of a message the long way: all of it at once, octet
 * by octet. The fuzz target and the unit test hold lib/text/stuff.c against it.
 */
#ifndef NAIVE_STUFF_H
#define NAIVE_STUFF_H

#include <stddef.h>
#include <stdint.h>

/* What is sent for the n octets, with the final dot; out has room for 2 * n + 5.
 * Octets; in *count those without the dots that are added and the final one. */
size_t naive_stuff(const char *in, size_t n, char *out, uint64_t *count);

/* How many of the n octets TOP with so many lines takes. */
size_t naive_top(const char *in, size_t n, uint64_t lines);

#endif
