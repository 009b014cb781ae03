/* test-frame - lib/net/frame.c */
#include "unit.h"

#include "net/frame.h"

static const struct {
	const char *head;
	int good;
	size_t n;
} cases[] = {
	{ "F\0\0\0\0", 1, 0 },
	{ "D\0\0\0\1", 1, 1 },
	{ "A\0\0\1\2", 1, 258 },
	{ ".\0\0\0\0", 1, 0 },
	{ "D\0\x01\x02\x03", 1, 66051 },
	{ "D\0\0\0\xff", 1, 255 },		/* no sign gets in */
	{ "D\0\0\xff\0", 1, 65280 },
	{ "D\0\x40\0\0", 1, FRAME_MAX },
	{ "D\0\x40\0\1", 0, 0 },
	{ "D\1\0\0\0", 0, 0 },
	{ "D\xff\xff\xff\xff", 0, 0 },
	{ "D\x80\0\0\0", 0, 0 },
	{ ".\0\0\0\1", 0, 0 },
	{ "f\0\0\0\0", 0, 0 },
	{ "\0\0\0\0\0", 0, 0 },
	{ "E\0\0\0\0", 0, 0 },
};

static void
test_get(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *head = exactly(cases[i].head, FRAME_HEAD), type = '?';
		size_t n = 99;
		int r;

		errno = 0;
		r = frame_get_head(head, &type, &n);
		CHECK(r == (cases[i].good ? 0 : -1) &&
		    errno == (cases[i].good ? 0 : EINVAL), "%s: %d",
		    shown(head, FRAME_HEAD), r);
		CHECK(type == (cases[i].good ? *head : '?') &&
		    n == (cases[i].good ? cases[i].n : 99), "%s: %c %zu",
		    shown(head, FRAME_HEAD), type, n);
		free(head);
	}
}

static void
test_put(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char head[FRAME_HEAD + 1] = "-----!";

		if (!cases[i].good)
			continue;
		frame_put_head(head, cases[i].head[0], cases[i].n);
		CHECK(memcmp(head, cases[i].head, FRAME_HEAD) == 0, "%s",
		    shown(head, FRAME_HEAD));
		assert_int_equal(head[FRAME_HEAD], '!');
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_put),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
