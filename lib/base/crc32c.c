/* crc32c - see crc32c.h. Eight octets a step by tables that are made at the first
 * call. Not the processor's own instruction: to ask whether it is there (CPUID)
 * takes 60 us in a virtual machine, a third of a small program's whole start. */
#include "base/crc32c.h"

#define POLY	0x82F63B78u	/* reflected */

/* table[k][v]: the CRC of octet v with k zero octets behind it. */
static uint32_t table[8][256];

static void
make_table(void)
{
	unsigned v, k;

	for (v = 0; v < 256; v++) {
		uint32_t c = v;

		for (k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? POLY : 0);
		table[0][v] = c;
	}
	for (k = 1; k < 8; k++)
		for (v = 0; v < 256; v++)
			table[k][v] = table[k - 1][v] >> 8 ^
			    table[0][table[k - 1][v] & 255];
}

static uint32_t
low_first(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

uint32_t
crc32c(uint32_t crc, const void *data, size_t n)
{
	const unsigned char *p = data;

	if (table[0][1] == 0)
		make_table();
	crc = ~crc;
	for (; n >= 8; p += 8, n -= 8) {
		uint32_t a = crc ^ low_first(p), b = low_first(p + 4);

		crc = table[7][a & 255] ^ table[6][a >> 8 & 255] ^
		    table[5][a >> 16 & 255] ^ table[4][a >> 24] ^
		    table[3][b & 255] ^ table[2][b >> 8 & 255] ^
		    table[1][b >> 16 & 255] ^ table[0][b >> 24];
	}
	while (n-- > 0)
		crc = crc >> 8 ^ table[0][(crc ^ *p++) & 255];
	return ~crc;
}
