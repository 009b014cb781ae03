/* test-existence - lib/mail/existence.c */
#include "unit.h"

#include "mail/existence.h"

static const char *const words[] = {
	[IS_HERE] = "here", [IS_NOBODY] = "nobody",
	[IS_ELSEWHERE] = "elsewhere", [IS_BARRED] = "barred",
	[IS_UNSURE] = "unsure",
};

static void
test_words(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(words); i++) {
		enum existence e = (enum existence)(LENGTH(words) - 1 - i);
		char *s = exactly(words[i], strlen(words[i]));

		assert_string_equal(existence_name((enum existence)i),
		    words[i]);
		assert_int_equal(existence_parse(s, strlen(words[i]), &e), 0);
		assert_int_equal(e, i);
		free(s);
	}
}

static void
test_no_words(void **state)
{
	static const struct {
		const char *s;
		size_t n;
	} bad[] = {
		{ OCTETS("") }, { OCTETS("her") }, { OCTETS("heree") },
		{ OCTETS("Here") }, { OCTETS("here ") }, { OCTETS("here\0") },
		{ OCTETS(" here") }, { OCTETS("0") },
	};
	enum existence e = IS_ELSEWHERE;
	size_t i;

	for (i = 0; i < LENGTH(bad); i++) {
		char *s = exactly(bad[i].s, bad[i].n);

		CHECK_FAILS(existence_parse(s, bad[i].n, &e), EINVAL);
		assert_int_equal(e, IS_ELSEWHERE);
		free(s);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_no_words),
	};

	return cmocka_run_group_tests_name("existence", tests, NULL, NULL);
}
