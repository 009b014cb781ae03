/* num - read numbers that others wrote, and write many fast. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * num_u64 - n octets that are all decimal digits, as a number.
 * returns  0, or -1 with errno EINVAL (none, or another octet) or ERANGE; *out
 *          is then unchanged
 */
int num_u64(const char *s, size_t n, uint64_t *out);

/* The decimal digits of v to out, no NUL; how many they are, 1 to NUM_DIGITS. */
#define NUM_DIGITS	20
size_t num_put(char out[NUM_DIGITS], uint64_t v);

/* num_hex32 - n octets (1 to 8), all lower-case hex digits. As num_u64. */
int num_hex32(const char *s, size_t n, uint32_t *out);

#endif
