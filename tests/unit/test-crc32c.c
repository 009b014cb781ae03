/* test-crc32c - lib/base/crc32c.c */
#include "unit.h"

#include "base/crc32c.h"

/* RFC 3720 B.4 lists the octets of each CRC, lowest first. */
static void
test_vectors(void **state)
{
	static const unsigned char read_pdu[48] = {
		[0] = 0x01, [1] = 0xc0, [16] = 0x14, [22] = 0x04, [27] = 0x14,
		[31] = 0x18, [32] = 0x28, [40] = 0x02,
	};
	unsigned char zero[32] = { 0 }, ones[32], up[32], down[32];
	int i;

	for (i = 0; i < 32; i++) {
		ones[i] = 0xff;
		up[i] = (unsigned char)i;
		down[i] = (unsigned char)(31 - i);
	}
	assert_int_equal(crc32c(0, zero, 32), 0x8a9136aa);
	assert_int_equal(crc32c(0, ones, 32), 0x62a8ab43);
	assert_int_equal(crc32c(0, up, 32), 0x46dd794e);
	assert_int_equal(crc32c(0, down, 32), 0x113fdb5c);
	assert_int_equal(crc32c(0, read_pdu, 48), 0xd9963a56);
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c(0, "", 0), 0);
}

/* The definition, bit by bit. */
static uint32_t
naive(uint32_t crc, const unsigned char *p, size_t n)
{
	int bit;

	crc = ~crc;
	for (; n > 0; n--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
	}
	return ~crc;
}

/* Every length and alignment, whatever way the processor has: a queue that was
 * written on one machine is read on another. */
static void
test_definition(void **state)
{
	unsigned char octets[300];
	size_t i, from;

	for (i = 0; i < sizeof(octets); i++)
		octets[i] = (unsigned char)dice(256);
	for (from = 0; from < 9; from++)
		for (i = 0; i < 290; i++) {
			uint32_t start = dice(UINT32_MAX);

			CHECK(crc32c(start, octets + from, i) ==
			    naive(start, octets + from, i),
			    "%zu octets from %zu", i, from);
		}
}

static void
test_pieces(void **state)
{
	unsigned char octets[100];
	uint32_t whole;
	size_t a, b;

	for (a = 0; a < sizeof(octets); a++)
		octets[a] = (unsigned char)dice(256);
	whole = crc32c(0, octets, sizeof(octets));
	for (a = 0; a <= sizeof(octets); a++)
		for (b = a; b <= sizeof(octets); b += 7) {
			uint32_t c = crc32c(0, octets, a);

			c = crc32c(c, octets + a, b - a);
			c = crc32c(c, octets + b, sizeof(octets) - b);
			CHECK(c == whole, "pieces at %zu and %zu", a, b);
		}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_definition),
		cmocka_unit_test(test_pieces),
	};

	return cmocka_run_group_tests_name("crc32c", tests, NULL, NULL);
}
