/* test-utf8 - lib/text/utf8.c */
#include "unit.h"

#include "text/utf8.h"

static const struct {
	const char *s;
	size_t n;
	int valid;
} cases[] = {
	{ OCTETS(""), 1 },
	{ OCTETS("plain \x01\x7f\0"), 1 },
	{ OCTETS("\x80"), 0 },
	{ OCTETS("\xc1\xbf"), 0 },			/* too long a form */
	{ OCTETS("\xc2\x80 \xdf\xbf"), 1 },
	{ OCTETS("\xc3"), 0 },
	{ OCTETS("\xc3("), 0 },
	{ OCTETS("\xe0\x9f\xbf"), 0 },
	{ OCTETS("\xe0\xa0\x80 \xef\xbf\xbf"), 1 },
	{ OCTETS("\xed\x9f\xbf"), 1 },
	{ OCTETS("\xed\xa0\x80"), 0 },			/* a surrogate */
	{ OCTETS("\xe2\x82"), 0 },
	{ OCTETS("\xe2\x82\xc3"), 0 },
	{ OCTETS("\xf0\x8f\xbf\xbf"), 0 },
	{ OCTETS("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"), 1 },
	{ OCTETS("\xf4\x90\x80\x80"), 0 },
	{ OCTETS("\xf5\x80\x80\x80"), 0 },
	{ OCTETS("\xff"), 0 },
};

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *s = exactly(cases[i].s, cases[i].n);

		CHECK(utf8_is_valid(s, cases[i].n) == cases[i].valid, "%s",
		    shown(cases[i].s, cases[i].n));
		free(s);
	}
}

/* Every character that there is, there and back. */
static void
test_characters(void **state)
{
	char out[UTF8_OCTETS];
	const char *p;
	uint32_t c;
	size_t n;

	for (c = 0; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		n = utf8_put(out, c);
		p = out;
		CHECK(utf8_is_valid(out, n) && utf8_get(&p) == c &&
		    p == out + n, "U+%x", c);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_characters),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
