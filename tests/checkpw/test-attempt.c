/* test-attempt - checkpw/attempt.c */
#include "unit.h"

#include "checkpw/attempt.h"

static const struct {
	const char *in;
	size_t n;
	int tls;		/* -1: refused */
} records[] = {
	{ OCTETS("user bob\nsecret Zm9v\n"), 0 },
	{ OCTETS("secret Zm9v\nuser bob\n"), 0 },
	{ OCTETS("user b c\nsecret \n"), 0 },
	{ OCTETS("user b\xff\nsecret AA==\n"), 0 },
	{ OCTETS("user bob\nsecret Zm9v\ntls yes\n"), 1 },
	{ OCTETS("tls yes\nuser bob\nsecret Zm9v\n"), 1 },
	{ OCTETS(""), -1 },
	{ OCTETS("user bob\n"), -1 },
	{ OCTETS("secret Zm9v\n"), -1 },
	{ OCTETS("tls yes\n"), -1 },
	{ OCTETS("user bob\ntls yes\n"), -1 },
	{ OCTETS("user \nsecret Zm9v\n"), -1 },
	{ OCTETS("user bob\nsecret Zm9\n"), -1 },
	{ OCTETS("user bob\nuser eve\nsecret Zm9v\n"), -1 },
	{ OCTETS("user bob\nsecret Zm9v\nsecret Zm9v\n"), -1 },
	{ OCTETS("user bob\nsecret Zm9v\ntls yes\ntls yes\n"), -1 },
	{ OCTETS("user bob\nsecret Zm9v\ntls no\n"), -1 },
	{ OCTETS("user bob\nsecret Zm9v\ntls \n"), -1 },
	{ OCTETS("user bob\nsecret Zm9v\nclient a\n"), -1 },
	{ OCTETS("user bob\nsecret Zm9v"), -1 },
	{ OCTETS("user bob\nsecret Zm9v\n\n"), -1 },
	{ OCTETS("user b\0b\nsecret Zm9v\n"), -1 },
	{ OCTETS("user b\tb\nsecret Zm9v\n"), -1 },
	{ OCTETS("USER bob\nsecret Zm9v\n"), -1 },
};

static void
kinds(void **state)
{
	static struct attempt a;
	size_t i;

	for (i = 0; i < LENGTH(records); i++) {
		char *in = exactly(records[i].in, records[i].n);
		int r = attempt_parse(&a, in, records[i].n);

		CHECK((r == -1 ? -1 : a.tls) == records[i].tls, "%s: %d",
		    shown(in, records[i].n), r);
		free(in);
	}
}

static int
parse(struct attempt *a, size_t user_n, size_t letters_n, const char *pad)
{
	struct buf b = BUF_MAX(4096);
	int r;

	buf_addf(&b, "user %s\nsecret ", many('u', user_n));
	buf_addf(&b, "%s%s\n", many('A', letters_n), pad);
	r = attempt_parse(a, b.s, b.len);
	buf_free(&b);
	return r;
}

static void
values(void **state)
{
	static struct attempt a;

	assert_int_equal(attempt_parse(&a, OCTETS("user Bob B\nsecret AGEA\n")),
	    0);
	assert_string_equal(a.user, "Bob B");
	assert_int_equal(a.secret_n, 3);
	assert_memory_equal(a.secret, "\0a\0", 3);
	assert_int_equal(attempt_parse(&a, OCTETS("user x\nsecret \n")), 0);
	assert_int_equal(a.secret_n, 0);
	assert_memory_equal(a.secret, "\0\0\0", 3);	/* nothing is left */

	assert_int_equal(parse(&a, 511, 683, "="), 0);
	assert_int_equal(a.secret_n, 512);
	CHECK_FAILS(parse(&a, 512, 4, ""), EMSGSIZE);
	CHECK_FAILS(parse(&a, 5, 684, ""), EMSGSIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
