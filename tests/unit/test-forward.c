/* test-forward - lib/text/forward.c: ~/.forward and ~/.qmail, their kinds, lines
 * and names. tests/local/forward.t has a hundred files more. */
#include "unit.h"

#include "text/forward.h"

typedef int next_fn(struct forward_text *t, struct buf *target);

static const struct {
	next_fn *next;
	const char *text;
	int kinds[4];		/* 0 ends them; -1: wrong, on that line */
	const char *first;
	unsigned line;
} cases[] = {
	{ forward_next, "a@b.example", { FORWARD_ADDRESS }, "a@b.example", 1 },
	{ forward_next, "\\a, \"|b c\"\n/d/", { FORWARD_ADDRESS,
	    FORWARD_PROGRAM, FORWARD_FILE }, "\\a", 2 },
	{ forward_next, "#\n:include:/x\n", { FORWARD_INCLUDE }, "/x", 3 },
	{ forward_next, "\"|a \\\"b\\\"\"", { FORWARD_PROGRAM }, "|a \"b\"", 1 },
	{ forward_next, "|  a", { FORWARD_PROGRAM }, "|a", 1 },
	{ forward_next, "", { 0 }, NULL, 1 },
	{ forward_next, "a\n\nb c", { FORWARD_ADDRESS, -1 }, "a", 3 },
	{ forward_next, "\"|a", { -1 }, NULL, 1 },
	{ qmail_next, "|a, b \n", { FORWARD_PROGRAM }, "|a, b", 1 },
	{ qmail_next, "&a@b.example\n./c/\n/d", { FORWARD_ADDRESS, FORWARD_FILE,
	    FORWARD_FILE }, "a@b.example", 3 },
	{ qmail_next, "#\n\n#\n", { 0 }, NULL, 3 },
	{ qmail_next, "\na", { -1 }, NULL, 1 },
	{ qmail_next, "a\n+b", { FORWARD_ADDRESS, -1 }, "a", 2 },
};

static void
test_next(void **state)
{
	size_t i, j;

	for (i = 0; i < LENGTH(cases); i++) {
		size_t n = strlen(cases[i].text);
		char *s = exactly(cases[i].text, n);
		struct forward_text t = { .p = s, .end = s + n };
		struct buf b = BUF_MAX(FORWARD_TEXT);

		for (j = 0; j < LENGTH(cases[i].kinds); j++) {
			int kind = cases[i].next(&t, &b);

			CHECK(kind == cases[i].kinds[j], "%s: %d, %d",
			    cases[i].text, (int)j, kind);
			CHECK(j > 0 || kind < 1 || holds(&b, cases[i].first),
			    "%s: %s", cases[i].text, shown(b.s, b.len));
			CHECK((kind == -1) == (t.wrong != NULL), "%s",
			    cases[i].text);
			if (kind < 1)
				break;
		}
		CHECK(t.line == cases[i].line, "%s: line %u", cases[i].text,
		    t.line);
		buf_free(&b);
		free(s);
	}
}

static void
test_limit(void **state)
{
	struct forward_text t = { .p = "|abcdef", .end = t.p + 7 };
	struct buf b = BUF_MAX(3);

	CHECK_FAILS(forward_next(&t, &b), EMSGSIZE);
	buf_free(&b);
}

static void
test_names(void **state)
{
	static const struct {
		const char *ext, *names[5];
		size_t rest[5];
	} exts[] = {
		{ "", { ".qmail" }, { 0 } },
		{ "a", { ".qmail-a", ".qmail-default" }, { 1, 0 } },
		{ "A.b-C", { ".qmail-a:b-c", ".qmail-a:b-default",
		    ".qmail-default" }, { 5, 4, 0 } },
		{ "a-b-c", { ".qmail-a-b-c", ".qmail-a-b-default",
		    ".qmail-a-default", ".qmail-default" }, { 5, 4, 2, 0 } },
		{ "-", { ".qmail--", ".qmail-default" }, { 1, 0 } },
		{ "a-", { ".qmail-a-", ".qmail-default" }, { 2, 0 } },
	};
	struct buf b = BUF_MAX(200);
	unsigned i, j;
	size_t rest;

	for (i = 0; i < LENGTH(exts); i++) {
		for (j = 0; exts[i].names[j] != NULL; j++) {
			assert_int_equal(qmail_name(&b, exts[i].ext, j, &rest),
			    1);
			CHECK(strcmp(b.s, exts[i].names[j]) == 0 &&
			    rest == exts[i].rest[j], "%s %u: %s %zu",
			    exts[i].ext, j, b.s, rest);
		}
		assert_int_equal(qmail_name(&b, exts[i].ext, j, &rest), 0);
	}
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
