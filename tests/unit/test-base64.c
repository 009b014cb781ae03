/* test-base64 - lib/text/base64.c */
#include "unit.h"

#include <stdlib.h>

#include "text/base64.h"

static const struct {
	const char *in;
	size_t n;
	const char *out;
	ssize_t out_n;		/* -1: refused */
} codes[] = {
	{ OCTETS(""), OCTETS("") },
	{ OCTETS("Zg=="), OCTETS("f") },
	{ OCTETS("Zm8="), OCTETS("fo") },
	{ OCTETS("Zm9v"), OCTETS("foo") },
	{ OCTETS("Zm9vYg=="), OCTETS("foob") },
	{ OCTETS("Zm9vYmE="), OCTETS("fooba") },
	{ OCTETS("Zm9vYmFy"), OCTETS("foobar") },
	{ OCTETS("AP+/+w=="), OCTETS("\0\xff\xbf\xfb") },
	{ OCTETS("TWlVc3Vhcmlv"), OCTETS("MiUsuario") },
	{ OCTETS("Z"), NULL, -1 },
	{ OCTETS("Zg"), NULL, -1 },
	{ OCTETS("Zg="), NULL, -1 },
	{ OCTETS("Z==="), NULL, -1 },
	{ OCTETS("===="), NULL, -1 },
	{ OCTETS("=Zg="), NULL, -1 },
	{ OCTETS("Zg==Zg=="), NULL, -1 },
	{ OCTETS("Zh=="), NULL, -1 },		/* bits behind the last octet */
	{ OCTETS("Zm9="), NULL, -1 },
	{ OCTETS("Zm9v\n"), NULL, -1 },
	{ OCTETS("Zm 9"), NULL, -1 },
	{ OCTETS("Zm-_"), NULL, -1 },
	{ OCTETS("Zm\xe4v"), NULL, -1 },
	{ OCTETS("Zm\0v"), NULL, -1 },
};

static void
test_decode(void **state)
{
	char out[16];
	size_t i;

	for (i = 0; i < LENGTH(codes); i++) {
		char *in = exactly(codes[i].in, codes[i].n);
		ssize_t n = base64_decode(out, sizeof(out), in, codes[i].n);

		CHECK(n == codes[i].out_n && (n == -1 ||
		    memcmp(out, codes[i].out, (size_t)n) == 0), "%s: %zd",
		    shown(in, codes[i].n), n);
		free(in);
	}
	assert_int_equal(base64_decode(out, 3, OCTETS("Zm9v")), 3);
	CHECK_FAILS(base64_decode(out, 2, OCTETS("Zm9v")), EMSGSIZE);
	CHECK_FAILS(base64_decode(out, 0, OCTETS("Zg==")), EMSGSIZE);
	CHECK_FAILS(base64_decode(out, 3, OCTETS("Zg=")), EINVAL);
}

static void
test_encode(void **state)
{
	char letters[32], octets[8];
	size_t i;

	for (i = 0; i < LENGTH(codes); i++) {
		if (codes[i].out_n == -1)
			continue;
		assert_int_equal(base64_encode(letters, codes[i].out,
		    (size_t)codes[i].out_n), codes[i].n);
		assert_int_equal(strlen(letters), codes[i].n);
		CHECK(memcmp(letters, codes[i].in, codes[i].n) == 0, "%s",
		    letters);
	}
	for (i = 0; i < 256; i++) {
		char in[3] = { (char)i, (char)(i * 7), (char)~i };

		assert_int_equal(base64_encode(letters, in, 3), 4);
		assert_int_equal(base64_decode(octets, 3, letters, 4), 3);
		assert_memory_equal(in, octets, 3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_encode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
