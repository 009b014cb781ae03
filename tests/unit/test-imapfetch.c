/* test-imapfetch - what FETCH can ask for. */
#include "unit.h"

#include "text/imapfetch.h"

/* What is asked: the bits of the items in hex, then each section's name in the
 * answer, '!' before it if it sets \Seen. NULL: nothing that can be. */
static const struct {
	const char *in, *out;
} fetches[] = {
	{ "FLAGS", "10" },
	{ "(FLAGS)", "10" },
	{ "(flags uid RFC822.SIZE InternalDate)", "1430" },
	{ "ALL", "438" }, { "fast", "430" }, { "FULL", "439" },
	{ "(ENVELOPE BODY BODYSTRUCTURE)", "b" },
	{ "(EMAILID THREADID MODSEQ SAVEDATE)", "a44" },
	{ "PREVIEW", "80" }, { "PREVIEW (LAZY)", "180" },
	{ "(PREVIEW (LAZY) UID)", "1180" }, { "(PREVIEW UID)", "1080" },
	{ "BODY[]", "0 !BODY[]" },
	{ "BODY.PEEK[]", "0 BODY[]" },
	{ "body.peek[header]", "0 BODY[HEADER]" },
	{ "BODY[1]", "0 !BODY[1]" },
	{ "BODY[1.2.3]", "0 !BODY[1.2.3]" },
	{ "BODY[1.2.MIME]", "0 !BODY[1.2.MIME]" },
	{ "BODY[4294967295.TEXT]", "0 !BODY[4294967295.TEXT]" },
	{ "BODY[TEXT]<0.100>", "0 !BODY[TEXT]<0>" },
	{ "BODY[]<4294967296.9223372036854775807>",
	    "0 !BODY[]<4294967296>" },
	{ "BODY[HEADER.FIELDS (DATE \"From\" {2}\r\nTO)]",
	    "0 !BODY[HEADER.FIELDS (DATE From TO)]" },
	{ "BODY[2.HEADER.FIELDS.NOT (\"a b\")]<1.2>",
	    "0 !BODY[2.HEADER.FIELDS.NOT (\"a b\")]<1>" },
	{ "(UID BODY.PEEK[HEADER.FIELDS (A B)] BODY[1]<0.9> FLAGS)",
	    "1010 BODY[HEADER.FIELDS (A B)] !BODY[1]<0>" },
	{ "BINARY[1.2]", "0 !BINARY[1.2]" },
	{ "BINARY.PEEK[]<5.6>", "0 BINARY[]<5>" },
	{ "BINARY.SIZE[3]", "0 BINARY.SIZE[3]" },
	{ "RFC822", "0 !RFC822" }, { "RFC822.PEEK", "0 RFC822" },
	{ "RFC822.HEADER", "0 RFC822.HEADER" },
	{ "RFC822.TEXT", "0 !RFC822.TEXT" },
	{ "RFC822.TEXT.PEEK", "0 RFC822.TEXT" },

	{ "", NULL }, { "()", NULL }, { "(", NULL }, { "(FLAGS", NULL },
	{ "(FLAGS )", NULL }, { "( FLAGS)", NULL }, { "(ALL)", NULL },
	{ "FLAG", NULL }, { "FLAGSX", NULL }, { "(FLAGS  UID)", NULL },
	{ "((FLAGS))", NULL }, { "BODY.PEEK", NULL }, { "BODY[", NULL },
	{ "BODY[0]", NULL }, { "BODY[1", NULL }, { "BODY[1.]", NULL },
	{ "BODY[.1]", NULL }, { "BODY[1..2]", NULL }, { "BODY[MIME]", NULL },
	{ "BODY[4294967296]", NULL }, { "BODY[HEADER.1]", NULL },
	{ "BODY[1HEADER]", NULL }, { "BODY[HEADERS]", NULL },
	{ "BODY[HEADER.FIELDS]", NULL }, { "BODY[HEADER.FIELDS ()]", NULL },
	{ "BODY[HEADER.FIELDS (A]", NULL }, { "BODY[HEADER.FIELDS A]", NULL },
	{ "BODY[HEADER.FIELDS (A ]", NULL }, { "BODY[]<1>", NULL },
	{ "BODY[]<1.2", NULL }, { "BODY[]<.2>", NULL }, { "BODY[]<1.>", NULL },
	{ "BODY[]<9223372036854775808.1>", NULL }, { "BODY[]<-1.2>", NULL },
	{ "BINARY[HEADER]", NULL }, { "BINARY[1.TEXT]", NULL },
	{ "BINARY[1.]", NULL }, { "BINARY.SIZE[1]<0.1>", NULL },
	{ "BINARY", NULL }, { "PREVIEW (FUZZY)", NULL },
	{ "PREVIEW (LAZY", NULL }, { "RFC822[]", NULL },
};

static void
print(const struct fetch *f, struct buf *out)
{
	size_t i;

	buf_addf(out, "%x", f->items);
	for (i = 0; i < f->bodies; i++) {
		buf_addf(out, " %s", f->body[i].seen ? "!" : "");
		assert_int_equal(fetch_name(f, f->body + i, out), 0);
	}
}

static void
test_fetches(void **state)
{
	struct fetch f;
	size_t i;

	for (i = 0; i < LENGTH(fetches); i++) {
		size_t n = strlen(fetches[i].in);
		char *s = exactly(fetches[i].in, n);
		struct imap_in in = { s, s + n };
		struct buf out = BUF_MAX(1000);
		int r = fetch_parse(&f, &in);

		errno = r == 0 && in.p < in.end ? EINVAL : errno;
		r = in.p < in.end ? -1 : r;	/* the caller looks for an end */
		CHECK((r == 0) == (fetches[i].out != NULL), "%s: %d",
		    fetches[i].in, r);
		CHECK(r == 0 || errno == EINVAL, "%s: errno %d", fetches[i].in,
		    errno);
		if (r == 0) {
			print(&f, &out);
			CHECK(holds(&out, fetches[i].out), "%s: %s",
			    fetches[i].in, shown(out.s, out.len));
		}
		buf_free(&out);
		free(s);
	}
}

/* One more than there is room for. */
static void
expect_size(const char *before, const char *each, size_t times,
    const char *after)
{
	struct buf b = BUF_MAX(100000);
	struct imap_in in;
	struct fetch f;

	buf_adds(&b, before);
	while (times-- > 0)
		buf_adds(&b, each);
	buf_adds(&b, after);
	in = (struct imap_in){ b.s, b.s + b.len };
	CHECK_FAILS(fetch_parse(&f, &in), EMSGSIZE);
	buf_free(&b);
}

static void
test_sizes(void **state)
{
	expect_size("(UID", " BODY[]", FETCH_BODIES + 1, ")");
	expect_size("BODY[HEADER.FIELDS (x", " x", FETCH_NAMES, ")]");
	expect_size("BODY[1", ".1", MIME_DEPTH, "]");
}

static void
test_fields(void **state)
{
	char s[] = "(BODY[HEADER.FIELDS (to \"\" From)] BODY[HEADER.FIELDS.NOT (to)])";
	struct imap_in in = { s, s + sizeof(s) - 1 };
	struct buf tight = BUF_MAX(20);
	struct fetch f;

	assert_int_equal(fetch_parse(&f, &in), 0);
	assert_int_equal(fetch_has_field(&f, f.body, OCTETS("TO")), 1);
	assert_int_equal(fetch_has_field(&f, f.body, OCTETS("from")), 1);
	assert_int_equal(fetch_has_field(&f, f.body, OCTETS("fro")), 0);
	assert_int_equal(fetch_has_field(&f, f.body + 1, OCTETS("To")), 0);
	assert_int_equal(fetch_has_field(&f, f.body + 1, OCTETS("x")), 1);
	CHECK_FAILS(fetch_name(&f, f.body, &tight), EMSGSIZE);
	assert_int_equal(tight.len, 0);
	buf_free(&tight);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetches),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests_name("imapfetch", tests, NULL, NULL);
}
