/* test-compose - a header made whole. */
#include "unit.h"

#include "qinject/sendmail.h"

#define ADDED	"Date: D\nFrom: Al <al@x>\nMessage-ID: <I>\n"
#define WHOLE	"Date: d\nFrom: f@g\nMessage-ID: <i>\n"

/* What goes in; the header that comes out, or NULL; the recipients. */
static const struct {
	const char *in, *out, *rcpts;
} cases[] = {
	{ "", ADDED, "" },
	{ WHOLE, WHOLE, "" },
	{ WHOLE "To: a@b\n", WHOLE "To: a@b\n", "a@b " },
	{ "To: a@b", ADDED "To: a@b\n", "a@b " },
	{ "DATE : x\nfrom: a\nMESSAGE-id: y\n",
	  "DATE : x\nfrom: a@x\nMESSAGE-id: y\n", "" },
	{ "From: a@b\n", "Date: D\nMessage-ID: <I>\nFrom: a@b\n", "" },
	{ "From root Tue Nov 24\n" WHOLE, WHOLE, "" },
	{ "From root", ADDED, "" },

	/* nobody sees who got a copy in secret */
	{ WHOLE "Bcc: a@b\nTo: c@d\n", WHOLE "To: c@d\n", "a@b c@d " },
	{ WHOLE "bcc : a@b,\n c\nX: y\n", WHOLE "X: y\n", "a@b c@x " },
	{ WHOLE "Resent-Bcc: a@b\n", "Resent-Date: D\nResent-From: Al <al@x>\n"
	  "Resent-Message-ID: <I>\n" WHOLE, "a@b " },
	{ "Return-Path: <a@b>\n" WHOLE, WHOLE, "" },
	{ WHOLE "Bccx: a@b\n", WHOLE "Bccx: a@b\n", "" },

	/* recipients */
	{ WHOLE "To: G: a, b@c;, \"d, e\" <d@e>\nCc: (x) f\n",
	  WHOLE "To: G: a@x, b@c;, \"d, e\" <d@e>\nCc: (x) f@x\n",
	  "a@x b@c d@e f@x " },
	{ WHOLE "To: undisclosed-recipients:;\n",
	  WHOLE "To: undisclosed-recipients:;\n", "" },
	{ WHOLE "To: =?utf-8?q?a?=\n\t<a@b>\n",
	  WHOLE "To: =?utf-8?q?a?=\n\t<a@b>\n", "a@b " },
	{ WHOLE "To: a@b\nTo: c@d\n", WHOLE "To: a@b\nTo: c@d\n", "a@b c@d " },
	{ WHOLE "To: <>\n", WHOLE "To: <>\n", "" },
	{ WHOLE "To:\n", WHOLE "To:\n", "" },
	{ WHOLE "Reply-To: a, b\nSender: c\n",
	  WHOLE "Reply-To: a@x, b@x\nSender: c@x\n", "" },
	{ WHOLE "X-To: a\n", WHOLE "X-To: a\n", "" },
	{ WHOLE "To: a b\n", NULL, "" },
	{ WHOLE "Cc: a@b, c@@d\n", NULL, "a@b " },

	/* sent once more */
	{ WHOLE "Resent-To: a\nResent-Date: d\nTo: b@c\n",
	  "Resent-From: Al <al@x>\nResent-Message-ID: <I>\n" WHOLE
	  "Resent-To: a@x\nResent-Date: d\nTo: b@c\n", "a@x " },
};

static int
take(void *arg, const char *address)
{
	return buf_addf(arg, "%s ", address);
}

static struct composer
composer(void)
{
	return (struct composer){ .domain = "x", .sender = "al@x",
	    .full_name = "Al", .date = "D", .message_id = "I" };
}

static void
test_cases(void **state)
{
	size_t k;

	for (k = 0; k < LENGTH(cases); k++) {
		struct composer c = composer();
		struct buf out = BUF_MAX(4096), rcpts = BUF_MAX(4096);
		size_t n = strlen(cases[k].in);
		char *in = exactly(cases[k].in, n);
		int r;

		c.rcpt = take;
		c.arg = &rcpts;
		r = compose_header(&c, in, n, &out);
		CHECK((r == -1) == (cases[k].out == NULL), "%s: %d %s",
		    shown(in, n), r, c.wrong);
		CHECK((r == -1) == (c.wrong[0] != '\0'), "%s: %s", shown(in, n),
		    c.wrong);
		CHECK(r == -1 || holds(&out, cases[k].out), "%s: %s", shown(in,
		    n), shown(out.s, out.len));
		CHECK(holds(&rcpts, cases[k].rcpts), "%s: %s", shown(in, n),
		    shown(rcpts.s, rcpts.len));
		/* Without -t nobody reads the recipients. */
		c.rcpt = NULL;
		out.len = 0;
		assert_int_equal(compose_header(&c, in, n, &out), 0);
		buf_free(&out);
		buf_free(&rcpts);
		free(in);
	}
}

/* A list that cannot be read stays as it is; nothing is put in the middle. */
static void
test_wrong_list(void **state)
{
	static const char in[] = WHOLE "To: a, b c, d\n";
	struct composer c = composer();
	struct buf out = BUF_MAX(4096);

	assert_int_equal(compose_header(&c, in, sizeof(in) - 1, &out), 0);
	assert_true(holds(&out, in));
	buf_free(&out);
}

static void
test_from(void **state)
{
	static const struct {
		const char *name, *from;
	} names[] = {
		{ "", "From: al@x\n" },
		{ "Al", "From: Al <al@x>\n" },
		{ "Al B", "From: Al B <al@x>\n" },
		{ "Al B.", "From: \"Al B.\" <al@x>\n" },
		{ "Al \"B\" \\", "From: \"Al \\\"B\\\" \\\\\" <al@x>\n" },
		{ "a,b", "From: \"a,b\" <al@x>\n" },
		{ "a <b@c>", "From: \"a <b@c>\" <al@x>\n" },
		{ " a", "From: \" a\" <al@x>\n" },
		{ "a\nB: c", "From: \"a B: c\" <al@x>\n" },
		{ "J\xc3\xb6rg", "From: =?utf-8?B?SsO2cmc=?= <al@x>\n" },
		{ "J\xf6rg", "From: \"J?rg\" <al@x>\n" },
	};
	size_t k;

	for (k = 0; k < LENGTH(names); k++) {
		struct composer c = composer();
		struct buf out = BUF_MAX(4096);

		c.full_name = names[k].name;
		assert_int_equal(compose_header(&c, "Date: d\nMessage-ID: i\n",
		    22, &out), 0);
		CHECK(out.len > 22 && strncmp(out.s, names[k].from, out.len -
		    22) == 0 && strlen(names[k].from) == out.len - 22,
		    "%s: %s", shown(names[k].name, strlen(names[k].name)),
		    shown(out.s, out.len));
		buf_free(&out);
	}
}

/* Long names are cut, never within a character; words have 75 octets at most. */
static void
test_long_name(void **state)
{
	struct buf name = BUF_MAX(4096), out = BUF_MAX(4096);
	size_t i, word;
	char *p;

	for (i = 0; i < 300; i++)
		assert_int_equal(buf_adds(&name, i % 3 ? "\xe2\x82\xac" : "a"),
		    0);
	assert_int_equal(buf_0(&name), 0);
	assert_int_equal(compose_phrase(name.s, &out), 0);
	assert_int_equal(buf_0(&out), 0);
	assert_true(out.len < 500);
	for (p = strtok(out.s, " "); p != NULL; p = strtok(NULL, " ")) {
		word = strlen(p);
		CHECK(word <= 75 && strncmp(p, "=?utf-8?B?", 10) == 0,
		    "%s", p);
	}
	buf_free(&name);
	buf_free(&out);
}

static void
test_small_buffer(void **state)
{
	static const char in[] = "To: a\n";
	struct composer c = composer();
	size_t max;

	for (max = 0; max < sizeof(ADDED "To: a@x\n") - 1; max++) {
		struct buf out = BUF_MAX(max);

		CHECK_FAILS(compose_header(&c, in, sizeof(in) - 1, &out),
		    EMSGSIZE);
		buf_free(&out);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_wrong_list),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_small_buffer),
	};

	return cmocka_run_group_tests_name("compose", tests, NULL, NULL);
}
