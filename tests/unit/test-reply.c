/* test-reply - lib/text/reply.c and lib/text/ehlo.c: what servers say. */
#include "unit.h"

#include "text/ehlo.h"
#include "text/reply.h"

/* Feed lines, which LF ends, up to the first that is not wanted; what the last
 * call returned. */
static int
feed(struct reply *r, const char *lines)
{
	int got = 0;

	reply_begin(r);
	while (*lines != '\0' && got == 0) {
		size_t n = strcspn(lines, "\n");
		char *line = exactly(lines, n);

		errno = 0;
		got = reply_line(r, line, n);
		CHECK(got != -1 || errno == EPROTO, "errno %d", errno);
		free(line);
		lines += n + (lines[n] == '\n');
	}
	return got;
}

static const struct {
	const char *lines;
	int got, code;
	const char *text, *dsn;
} replies[] = {
	{ "250 ok", 1, 250, "250 ok", "2.0.0" },
	{ "250", 1, 250, "250", "2.0.0" },
	{ "250 ", 1, 250, "250", "2.0.0" },
	{ "220 mail.example ESMTP", 1, 220, "220 mail.example ESMTP", "2.0.0" },
	{ "250 2.1.5 fine", 1, 250, "250 2.1.5 fine", "2.1.5" },
	{ "550 5.1.1 no such user", 1, 550, "550 5.1.1 no such user", "5.1.1" },
	{ "450 4.2.0", 1, 450, "450 4.2.0", "4.2.0" },
	{ "450 busy", 1, 450, "450 busy", "4.0.0" },
	{ "550 no", 1, 550, "550 no", "5.0.0" },
	{ "354 go", 1, 354, "354 go", "5.5.0" },
	{ "550-5.1.1 The account\n550-5.1.1 that you\n550 5.1.1 tried", 1, 550,
	  "550 5.1.1 The account that you tried", "5.1.1" },
	{ "550-no\n550-\n550 at all", 1, 550, "550 no at all", "5.0.0" },
	{ "250-a\n250-b", 0, 250, "250 a b", "2.0.0" },
	/* The code that is not of its class is a word like others. */
	{ "550 4.1.1 x", 1, 550, "550 4.1.1 x", "5.0.0" },
	{ "550 5.1 x", 1, 550, "550 5.1 x", "5.0.0" },
	{ "550 5.1.1x", 1, 550, "550 5.1.1x", "5.0.0" },
	{ "550 5.1234.1 x", 1, 550, "550 5.1234.1 x", "5.0.0" },
	{ "550 5.123.123 x", 1, 550, "550 5.123.123 x", "5.123.123" },
	{ "550 5..1 x", 1, 550, "550 5..1 x", "5.0.0" },
	{ "550 5.1. x", 1, 550, "550 5.1. x", "5.0.0" },
	{ "550-5.1.1 a\n550 5.7.1 b", 1, 550, "550 5.1.1 a 5.7.1 b", "5.7.1" },
	/* The last line's code counts. */
	{ "250-2.0.0 a\n550 b", 1, 550, "250 2.0.0 a 550 b", "5.0.0" },
	{ "550-5.0.1 a\n250 2.0.0 b", 1, 250, "550 5.0.1 a 250 2.0.0 b",
	  "2.0.0" },
	{ "250 a\tb\x80\x1b[31m\x7f", 1, 250, "250 a?b??[31m?", "2.0.0" },
	{ "250   spaced", 1, 250, "250 spaced", "2.0.0" },
	{ "", 0, 0, "", "2.0.0" },
	{ "\n", -1, 0, NULL, NULL },
	{ "25", -1, 0, NULL, NULL },
	{ "2500 ok", -1, 0, NULL, NULL },
	{ "250_ok", -1, 0, NULL, NULL },
	{ "150 ok", -1, 0, NULL, NULL },
	{ "650 ok", -1, 0, NULL, NULL },
	{ "2x0 ok", -1, 0, NULL, NULL },
	{ " 250 ok", -1, 0, NULL, NULL },
	{ "ok", -1, 0, NULL, NULL },
	{ "250-a\ngarbage", -1, 0, NULL, NULL },
	{ "250-a\n\n", -1, 0, NULL, NULL },
	{ "HTTP/1.1 400 Bad Request", -1, 0, NULL, NULL },
};

static void
test_replies(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(replies); i++) {
		struct reply r;
		int got = feed(&r, replies[i].lines);

		CHECK(got == replies[i].got, "%s: %d", replies[i].lines, got);
		if (got == -1)
			continue;
		CHECK(r.code == replies[i].code, "%s: %d", replies[i].lines,
		    r.code);
		CHECK(strcmp(r.text, replies[i].text) == 0, "%s: %s",
		    replies[i].lines, r.text);
		CHECK(strcmp(reply_dsn(&r), replies[i].dsn) == 0, "%s: %s",
		    replies[i].lines, reply_dsn(&r));
	}
}

static void
test_octets(void **state)
{
	struct reply r;

	reply_begin(&r);
	assert_int_equal(reply_line(&r, OCTETS("250 a\0b")), 1);
	assert_string_equal(r.text, "250 a?b");
}

/* Long lines and many lines: what is kept is bounded, what is read too. */
static void
test_bounds(void **state)
{
	struct reply r;
	char line[1010];
	unsigned i;

	snprintf(line, sizeof(line), "250 %s", many('x', 1000));
	reply_begin(&r);
	assert_int_equal(reply_line(&r, line, strlen(line)), 1);
	assert_int_equal(strlen(r.text), REPLY_TEXT - 1);
	reply_begin(&r);
	line[3] = '-';
	for (i = 0; i < REPLY_LINES; i++)
		assert_int_equal(reply_line(&r, line, strlen(line)), 0);
	assert_int_equal(strlen(r.text), REPLY_TEXT - 1);
	CHECK_FAILS(reply_line(&r, "250 ok", 6), EPROTO);
}

static const struct {
	const char *lines;		/* LF ends each */
	struct ehlo want;
} offers[] = {
	{ "", { .size = 0 } },
	{ "PIPELINING\n", { .pipelining = 1 } },
	{ "pipelining\n", { .pipelining = 1 } },
	{ "PIPELININGX\n", { .pipelining = 0 } },
	{ "STARTTLS\n8BITMIME\nSMTPUTF8\n", { .starttls = 1,
	  .eightbit = 1 } },
	{ "DSN\n", { .dsn = 1 } },
	{ "dsn 1\nDSNX\n", { .dsn = 1 } },
	{ "XDSN\n", { .dsn = 0 } },
	{ "SIZE\n", { .size = 1 } },
	{ "SIZE 0\n", { .size = 1 } },
	{ "SIZE 52428800\n", { .size = 1, .size_max = 52428800 } },
	{ "SIZE 10 20\n", { .size = 1, .size_max = 10 } },
	{ "SIZE -1\n", { .size = 1 } },
	{ "SIZE 99999999999999999999999\n", { .size = 1 } },
	{ "AUTH PLAIN LOGIN\n", { .auth_plain = 1, .auth_login = 1 } },
	{ "AUTH LOGIN\n", { .auth_login = 1 } },
	{ "AUTH=LOGIN PLAIN\n", { .auth_login = 1, .auth_plain = 1 } },
	{ "AUTH=\n", { .size = 0 } },
	{ "auth xplain plainx CRAM-MD5\n", { .size = 0 } },
	{ "LIMITS RCPTMAX=20 MAILMAX=5\n", { .rcpt_max = 20 } },
	{ "LIMITS MAILMAX=5 rcptmax=7\n", { .rcpt_max = 7 } },
	{ "LIMITS RCPTMAX=0\n", { .rcpt_max = 0 } },
	{ "LIMITS RCPTMAX=\nLIMITS RCPTMAX=1x\n", { .rcpt_max = 0 } },
	{ "LIMITS RCPTMAX=10000000000\n", { .rcpt_max = 0 } },
	{ "  PIPELINING  \n", { .pipelining = 1 } },
	{ "\n \nXCLIENT NAME ADDR\nHELP\n", { .size = 0 } },
};

static void
test_ehlo(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(offers); i++) {
		const char *at = offers[i].lines;
		struct ehlo e;

		memset(&e, 0, sizeof(e));
		while (*at != '\0') {
			size_t n = strcspn(at, "\n");
			char *line = exactly(at, n);

			ehlo_line(&e, line, n);
			free(line);
			at += n + 1;
		}
		CHECK(memcmp(&e, &offers[i].want, sizeof(e)) == 0, "%s",
		    offers[i].lines);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_ehlo),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
