/* test-words - the languages of reports: the same sentences in all of them. */
#include "unit.h"

#include "qrunner/words.h"
#include "text/utf8.h"

#define STRINGS	(sizeof(struct words) / sizeof(const char *))

/* The i-th string of the language: a struct of nothing else. */
static const char *
string(const struct words *w, size_t i)
{
	const char *s;

	memcpy(&s, (const char *)w + i * sizeof(s), sizeof(s));
	return s;
}

/* Which of $1 to $9 it has, as bits. */
static unsigned
places(const char *s)
{
	unsigned bits = 0;

	for (; *s != '\0'; s++)
		if (*s == '$' && s[1] >= '1' && s[1] <= '9')
			bits |= 1u << (s[1] - '0');
	return bits;
}

static void
test_languages(void **state)
{
	const struct words *all[] = { words_en(), words_es() };
	size_t k, i;

	for (k = 0; k < LENGTH(all); k++)
		for (i = 0; i < STRINGS; i++) {
			const char *s = string(all[k], i), *p;

			CHECK(s != NULL && *s != '\0', "%s: no string %zu",
			    all[k]->language, i);
			assert_true(utf8_is_valid(s, strlen(s)));
			for (p = s; *p != '\0'; p++)
				assert_in_range((unsigned char)*p, 32, 255);
			CHECK(places(s) == places(string(all[0], i)),
			    "%s: \"%s\" is not \"%s\"", all[k]->language, s,
			    string(all[0], i));
		}
}

/* These stand in a header, and before the MIME parts. */
static void
test_ascii(void **state)
{
	const struct words *all[] = { words_en(), words_es() };
	size_t k;
	const char *p;

	for (k = 0; k < LENGTH(all); k++) {
		for (p = all[k]->from; *p != '\0'; p++)
			assert_true(*p == ' ' || (*p >= 'A' && *p <= 'z'));
		for (p = all[k]->mime; *p != '\0'; p++)
			assert_in_range(*p, 32, 126);
	}
}

static void
test_put(void **state)
{
	static const char *const args[] = { "one", "two" };
	static const struct { const char *text, *out; } cases[] = {
		{ "", "" },
		{ "a", "a" },
		{ "$1", "one" },
		{ "$2, $1, $2.", "two, one, two." },
		{ "$3 $0 $ $", "$3 $0 $ $" },
		{ "$12", "one2" },
	};
	char out[64], small[6];
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		words_put(out, sizeof(out), cases[i].text, args, 2);
		CHECK(strcmp(out, cases[i].out) == 0, "%s: %s", cases[i].text,
		    out);
	}
	words_put(small, sizeof(small), "$1 $2", args, 2);
	assert_string_equal(small, "one t");
	words_put(small, 1, "$1", args, 2);
	assert_string_equal(small, "");
	words_put(out, sizeof(out), "$1", NULL, 0);
	assert_string_equal(out, "$1");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_put),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
