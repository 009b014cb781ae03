/* uidl - see uidl.h */
#include "text/uidl.h"

#include <stdint.h>
#include <string.h>

#define HASH_DIGITS	32

/* FNV-1a of 128 bits: its basis, and its prime, which is 2^88 + 0x13b. */
static unsigned __int128
hash_of(const char *s, size_t n)
{
	unsigned __int128 h = (unsigned __int128)0x6c62272e07bb0142u << 64 |
	    0x62b821756295c58du;

	while (n-- > 0) {
		h ^= (unsigned char)*s++;
		h = (h << 88) + h * 0x13b;
	}
	return h;
}

static size_t
put_hash(const char *s, size_t n, char *out)
{
	unsigned __int128 h = hash_of(s, n);
	size_t i;

	for (i = HASH_DIGITS; i-- > 0; h >>= 4)
		out[i] = "0123456789abcdef"[h & 15];
	return HASH_DIGITS;
}

size_t
uidl_make(const char *name, size_t n, char out[UIDL_OCTETS])
{
	size_t i;
	int good = 1;

	for (i = 0; i < n && name[i] != ',' && name[i] != ':'; i++)
		good &= name[i] > 32 && name[i] < 127;
	if (!good || i == 0 || i > UIDL_OCTETS)
		return put_hash(name, i, out);
	memcpy(out, name, i);
	return i;
}
