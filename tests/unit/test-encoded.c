/* test-encoded - lib/text/encoded.c */
#include "unit.h"

#include "text/base64.h"
#include "text/encoded.h"
#include "text/utf8.h"

static void
test_cases(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "", "" },
		{ "\xc3\xa9", "=?utf-8?B?w6k=?=" },
		{ "lleg\xc3\xb3", "=?utf-8?B?bGxlZ8Oz?=" },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct buf b = BUF_MAX(200);

		assert_int_equal(encoded_words(&b, cases[i].in,
		    strlen(cases[i].in), "\n "), 0);
		CHECK(holds(&b, cases[i].out), "%s: %s", cases[i].in,
		    shown(b.s, b.len));
		buf_free(&b);
	}
}

/* Many characters of two octets: words of whole ones, which give them all back. */
static void
test_long(void **state)
{
	static const char mark[] = "=?utf-8?B?";
	char in[202], word[64], back[202] = "";
	struct buf b = BUF_MAX(1000);
	size_t i, words = 0;
	char *p, *end;

	for (i = 0; i < 200; i += 2)
		memcpy(in + i, "\xc3\xa9", 3);
	assert_int_equal(encoded_words(&b, in, 200, "\n "), 0);
	assert_int_equal(buf_0(&b), 0);
	for (p = strtok(b.s, "\n"); p != NULL; p = strtok(NULL, "\n")) {
		ssize_t n;

		p += *p == ' ';
		assert_in_range(strlen(p), 1, 64);
		assert_memory_equal(p, mark, sizeof(mark) - 1);
		end = strstr(p, "?=");
		assert_true(end != NULL && end[2] == '\0');
		p += sizeof(mark) - 1;
		n = base64_decode(word, sizeof(word), p, (size_t)(end - p));
		assert_true(n > 0 && utf8_is_valid(word, (size_t)n));
		strncat(back, word, (size_t)n);
		words++;
	}
	assert_int_equal(words, 6);
	assert_string_equal(back, in);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("encoded", tests, NULL, NULL);
}
