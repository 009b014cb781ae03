/* test-autoreply - lib/text/autoreply.c */
#include "unit.h"

#include "text/autoreply.h"

#define TO	"To: Bob <Bob@Example.org>\n"

/* The sender and the header; a word of the reason, or NULL: it is answered. */
static const struct {
	const char *sender, *header, *why;
} messages[] = {
	{ "alice@a.net", TO, NULL },
	{ "alice@a.net", "Subject: x\nCc: x@y.z,\n bob@example.org\n", NULL },
	{ "alice@a.net", "To: b@other.org\n", NULL },
	{ "alice@a.net", TO "Auto-Submitted: no\n", NULL },
	{ "alice@a.net", TO "Auto-Submitted: No (really); x=y\n", NULL },
	{ "alice@a.net", TO "Precedence: first-class\n", NULL },
	{ "alice@a.net", TO "\nList-Id: in the body\n", NULL },
	{ "alice@a.net", TO "Listing: x\n", NULL },
	{ "request@a.net", TO, NULL },
	{ "", TO, "sender" },
	{ "MAILER-DAEMON@a.net", TO, "program" },
	{ "mailer-daemon", TO, "program" },
	{ "owner-list@a.net", TO, "program" },
	{ "list-owner@a.net", TO, "program" },
	{ "list-Request@a.net", TO, "program" },
	{ "list-bounces+bob=example.org@a.net", TO, "program" },
	{ "no-reply@a.net", TO, "program" },
	{ "BOB@example.org", TO, "own" },
	{ "alice@a.net", TO "List-Id: <x>\n", "list" },
	{ "alice@a.net", "LIST-POST: NO\n" TO, "list" },
	{ "alice@a.net", TO "Precedence: bulk\n", "bulk" },
	{ "alice@a.net", TO "precedence:\n LIST\n", "bulk" },
	{ "alice@a.net", TO "Precedence: Junk\n", "bulk" },
	{ "alice@a.net", TO "Auto-Submitted: auto-replied\n", "program" },
	{ "alice@a.net", TO "Auto-Submitted: auto-generated; x\n", "program" },
	{ "alice@a.net", TO "Auto-Submitted:\n", "program" },
	{ "alice@a.net", TO "Auto-Submitted: nothing\n", "program" },
	{ "alice@a.net", "", "not in" },
	{ "alice@a.net", "To: bob@example.net\n", "not in" },
	{ "alice@a.net", "Bcc: bob@example.org\n", "not in" },
	{ "alice@a.net", "To: undisclosed-recipients:;\n", "not in" },
	{ "alice@a.net", "To: \"bob@example.org\" <x@y.z>\n", "not in" },
	{ "alice@a.net", "\n" TO, "not in" },
};

static void
test_why_not(void **state)
{
	static const char *const own[] = { "bob@example.org", "b@other.org",
	    NULL };
	size_t i;

	for (i = 0; i < LENGTH(messages); i++) {
		size_t n = strlen(messages[i].header);
		char *in = exactly(messages[i].header, n);
		const char *why = autoreply_why_not(in, n, messages[i].sender,
		    own), *want = messages[i].why;

		CHECK((why == NULL) == (want == NULL) &&
		    (why == NULL || strstr(why, want) != NULL), "%s: %s: %s",
		    messages[i].sender, shown(in, n), why != NULL ? why : "-");
		free(in);
	}
}

static int
remember(struct buf *out, const char *memory)
{
	size_t n = strlen(memory);
	char *in = exactly(memory, n);
	int r = autoreply_remember(in, n, "alice@a.net", 1000, 100, out);

	free(in);
	return r;
}

static void
test_remember(void **state)
{
	static const struct {
		const char *before, *after;	/* NULL: no answer */
	} cases[] = {
		{ "", "1000 alice@a.net\n" },
		{ "901 Alice@A.net\n", NULL },
		{ "900 alice@a.net\n", "1000 alice@a.net\n" },
		{ "950 carol@a.net\n900 dave@a.net\n",
		  "950 carol@a.net\n1000 alice@a.net\n" },
		{ "1001 alice@a.net\n", "1000 alice@a.net\n" },
		{ "nonsense\n\n990\n990 \nx y\n990 alice@a.net",
		  "1000 alice@a.net\n" },
		{ "960 carol@a.net\n970 alice@a.net\n", NULL },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct buf out = BUF_MAX(AUTOREPLY_MEMORY);
		int r = remember(&out, cases[i].before);

		CHECK(r == (cases[i].after != NULL) && (r == 0 ||
		    holds(&out, cases[i].after)), "%s: %d %s",
		    cases[i].before, r, shown(out.s, out.len));
		buf_free(&out);
	}
}

/* A memory that is full forgets the first. */
static void
test_full(void **state)
{
	struct buf memory = BUF_MAX(AUTOREPLY_MEMORY), out = memory;
	size_t i, lines = 0;

	for (i = 0; i < AUTOREPLY_SEEN + 5; i++)
		assert_int_equal(buf_addf(&memory, "990 u%zu@a.net\n", i), 0);
	assert_int_equal(autoreply_remember(memory.s, memory.len,
	    "alice@a.net", 1000, 100, &out), 1);
	for (i = 0; i < out.len; i++)
		lines += out.s[i] == '\n';
	assert_int_equal(lines, AUTOREPLY_SEEN);
	assert_memory_equal(out.s, "990 u6@a.net\n", 13);
	buf_free(&memory);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_why_not),
		cmocka_unit_test(test_remember),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
