/* test-imapsearch - the keys of SEARCH, what RETURN says, the orders of SORT. */
#include "unit.h"

#include "text/imapsearch.h"

static const char *const op_name[] = {
	[SEARCH_AND] = "and", [SEARCH_OR] = "or", [SEARCH_NOT] = "not",
	[SEARCH_FUZZY] = "fuzzy", [SEARCH_SET] = "set", [SEARCH_UID] = "uid",
	[SEARCH_FLAG] = "flag", [SEARCH_RECENT] = "recent",
	[SEARCH_HEADER] = "header", [SEARCH_BODY] = "body",
	[SEARCH_TEXT] = "text", [SEARCH_BEFORE] = "before",
	[SEARCH_ON] = "on", [SEARCH_SINCE] = "since",
	[SEARCH_SENTBEFORE] = "sentbefore", [SEARCH_SENTON] = "senton",
	[SEARCH_SENTSINCE] = "sentsince", [SEARCH_SAVEDBEFORE] = "savedbefore",
	[SEARCH_SAVEDON] = "savedon", [SEARCH_SAVEDSINCE] = "savedsince",
	[SEARCH_SAVEDATESUPPORTED] = "savedates", [SEARCH_LARGER] = "larger",
	[SEARCH_SMALLER] = "smaller", [SEARCH_OLDER] = "older",
	[SEARCH_YOUNGER] = "younger", [SEARCH_MODSEQ] = "modseq",
	[SEARCH_EMAILID] = "emailid", [SEARCH_THREADID] = "threadid",
};

static void
print_key(const struct search *s, uint32_t i, struct buf *b)
{
	const struct search_key *k = s->key + i;
	struct seqset set = k->set;
	uint32_t c;

	buf_addf(b, "%s", op_name[k->op]);
	if (k->name.s != NULL)
		buf_addf(b, " %.*s", (int)k->name.n, k->name.s);
	if (k->text.s != NULL)
		buf_addf(b, " '%.*s'", (int)k->text.n, k->text.s);
	if (k->number > 0)
		buf_addf(b, " %llu", (unsigned long long)k->number);
	if (k->day != 0)
		buf_addf(b, " %lld", (long long)k->day);
	if (set.saved)
		buf_adds(b, " $");
	if (set.n > 0) {
		buf_adds(b, " ");
		seqset_settle(&set, 100);
		seqset_text(&set, b);
	}
	if (k->op > SEARCH_FUZZY) {
		assert_int_equal(k->after, i + 1);
		return;
	}
	buf_adds(b, "(");
	for (c = i + 1; c < k->after; c = s->key[c].after) {
		buf_adds(b, c > i + 1 ? ", " : "");
		print_key(s, c, b);
	}
	buf_adds(b, ")");
}

/* What stands between the AND of all. */
static const struct {
	const char *in, *out;
} searches[] = {
	{ "ALL", "and()" },
	{ "UNSEEN", "not(flag '\\Seen')" },
	{ "seen answered DELETED DRAFT FLAGGED", "flag '\\Seen', "
	    "flag '\\Answered', flag '\\Deleted', flag '\\Draft', "
	    "flag '\\Flagged'" },
	{ "UNANSWERED UNDELETED UNDRAFT UNFLAGGED", "not(flag '\\Answered'), "
	    "not(flag '\\Deleted'), not(flag '\\Draft'), "
	    "not(flag '\\Flagged')" },
	{ "NEW", "and(recent, not(flag '\\Seen'))" },
	{ "OLD RECENT", "not(recent), recent" },
	{ "KEYWORD $Junk UNKEYWORD x", "flag '$Junk', not(flag 'x')" },
	{ "FROM a TO \"b c\" CC {1}\r\nd BCC e SUBJECT f", "header From 'a', "
	    "header To 'b c', header Cc 'd', header Bcc 'e', "
	    "header Subject 'f'" },
	{ "HEADER Message-ID <a@b>", "header Message-ID '<a@b>'" },
	{ "HEADER X \"\"", "header X ''" },
	{ "BODY x TEXT y", "body 'x', text 'y'" },
	{ "1:5,9", "set 1:5,9" },
	{ "*", "set 100" },
	{ "$", "set $" },
	{ "UID 9:* UID 1:3", "uid 9:100, uid 1:3" },
	{ "UID $", "uid $" },
	{ "BEFORE 2-Jan-1970 ON \"3-Jan-1970\" SINCE 1-Jan-1971",
	    "before 1, on 2, since 365" },
	{ "SENTBEFORE 2-Jan-1970 SENTON 3-Jan-1970 SENTSINCE 4-Jan-1970",
	    "sentbefore 1, senton 2, sentsince 3" },
	{ "SAVEDBEFORE 2-Jan-1970 SAVEDON 3-Jan-1970 SAVEDSINCE 4-Jan-1970 "
	    "SAVEDATESUPPORTED",
	    "savedbefore 1, savedon 2, savedsince 3, savedates" },
	{ "LARGER 5 SMALLER 6 OLDER 7 YOUNGER 8",
	    "larger 5, smaller 6, older 7, younger 8" },
	{ "MODSEQ 5", "modseq 5" },
	{ "MODSEQ \"/flags/\\\\Seen\" all 5", "modseq 5" },
	{ "EMAILID (M1) THREADID T2", "emailid 'M1', threadid 'T2'" },
	{ "NOT SEEN", "not(flag '\\Seen')" },
	{ "NOT NOT UNSEEN", "not(not(not(flag '\\Seen')))" },
	{ "OR SEEN FROM a", "or(flag '\\Seen', header From 'a')" },
	{ "OR OR 1 2 NOT 3 4", "or(or(set 1, set 2), not(set 3)), set 4" },
	{ "OR NEW OLD", "or(and(recent, not(flag '\\Seen')), not(recent))" },
	{ "(1)", "and(set 1)" },
	{ "(1 (2 3)) 4", "and(set 1, and(set 2, set 3)), set 4" },
	{ "OR (1 2) (3 SEEN)", "or(and(set 1, set 2), "
	    "and(set 3, flag '\\Seen'))" },
	{ "NOT (1 2)", "not(and(set 1, set 2))" },
	{ "FUZZY BODY x", "fuzzy(body 'x')" },
};

static const char *const wrong[] = {
	"", " ", "X", "ALL ", " ALL", "ALL  ALL", "(", "()", "(ALL", "ALL)",
	"(ALL )", "( ALL)", "NOT", "NOT ", "OR", "OR ALL", "OR ALL ", "OR (ALL)",
	"FROM", "FROM ", "FROM (", "HEADER x", "HEADER x ", "0", "1,", "UID x",
	"UID", "BEFORE x", "BEFORE 32-Jan-2000", "LARGER x", "LARGER -1",
	"KEYWORD", "KEYWORD \\*", "MODSEQ", "MODSEQ \"x\" 5", "MODSEQ x",
	"EMAILID", "EMAILID (x", "FROM \"a", "FROM {5}\r\na", "1 2x", "SEENX",
};

static void
test_searches(void **state)
{
	struct search s = { .n = 0 };
	size_t i;

	for (i = 0; i < LENGTH(searches); i++) {
		size_t n = strlen(searches[i].in);
		char *text = exactly(searches[i].in, n);
		struct imap_in in = { text, text + n };
		struct buf out = BUF_MAX(1000), want = BUF_MAX(1000);

		CHECK(search_parse(&s, &in) == 0, "%s", searches[i].in);
		print_key(&s, 0, &out);
		buf_addf(&want, "and(%s)", searches[i].out);
		buf_0(&want);
		CHECK(s.key[0].after == s.n && holds(&out, want.s), "%s: %.*s",
		    searches[i].in, (int)out.len, out.s);
		search_free(&s);
		buf_free(&out);
		buf_free(&want);
		free(text);
	}
}

static void
test_wrong(void **state)
{
	struct search s = { .n = 0 };
	size_t i;

	for (i = 0; i < LENGTH(wrong); i++) {
		size_t n = strlen(wrong[i]);
		char *text = exactly(wrong[i], n);
		struct imap_in in = { text, text + n };
		int r = search_parse(&s, &in);

		CHECK(r == -1 && errno == EINVAL && s.n == 0, "\"%s\": %d, %d",
		    wrong[i], r, errno);
		free(text);
	}
}

/* As many times the text, then ALL, then as many times the end. */
static int
many_keys(const char *each, size_t times, const char *end)
{
	struct buf b = BUF_MAX(1000000);
	struct search s = { .n = 0 };
	struct imap_in in;
	size_t i;
	int r;

	for (i = 0; i < times; i++)
		buf_adds(&b, each);
	buf_adds(&b, "ALL");
	for (i = 0; i < times; i++)
		buf_adds(&b, end);
	in = (struct imap_in){ b.s, b.s + b.len };
	errno = 0;
	r = search_parse(&s, &in);
	search_free(&s);
	buf_free(&b);
	return r;
}

static void
test_limits(void **state)
{
	assert_int_equal(many_keys("NOT ", SEARCH_DEPTH - 1, ""), 0);
	assert_int_equal(many_keys("(", SEARCH_DEPTH - 1, ")"), 0);
	assert_int_equal(many_keys("OR ALL ", SEARCH_DEPTH - 1, ""), 0);
	CHECK_FAILS(many_keys("NOT ", SEARCH_DEPTH, ""), EMSGSIZE);
	CHECK_FAILS(many_keys("NOT ", 20000, ""), EMSGSIZE);
	CHECK_FAILS(many_keys("(", 20000, ")"), EMSGSIZE);
	CHECK_FAILS(many_keys("OR ALL ", 20000, ""), EMSGSIZE);
	assert_int_equal(many_keys("1:* ", SEARCH_KEYS - 2, ""), 0);
	CHECK_FAILS(many_keys("1:* ", SEARCH_KEYS - 1, ""), EMSGSIZE);
}

/* What stands before the keys: 0 or -1, the bits, the charset, what is left. */
static const struct {
	const char *in;
	int r;
	unsigned bits;
	const char *charset, *left;
} begins[] = {
	{ "ALL", 0, 0, NULL, "ALL" },
	{ "RETURN () ALL", 0, SEARCH_RETURN | SEARCH_RETURN_ALL, NULL, "ALL" },
	{ "return (MIN max COUNT ALL SAVE) CHARSET UTF-8 1", 0, 63, "UTF-8",
	    "1" },
	{ "RETURN (SAVE) 1", 0, 33, NULL, "1" },
	{ "CHARSET \"utf-8\" SEEN", 0, 0, "utf-8", "SEEN" },
	{ "CHARSETX SEEN", 0, 0, NULL, "CHARSETX SEEN" },
	{ "RETURN", 0, 0, NULL, "RETURN" },	/* then no such key */
	{ "RETURN (", -1, 0, NULL, NULL },
	{ "RETURN (MIN", -1, 0, NULL, NULL },
	{ "RETURN (MIN )", -1, 0, NULL, NULL },
	{ "RETURN (MIN)", -1, 0, NULL, NULL },
	{ "RETURN (X) ALL", -1, 0, NULL, NULL },
	{ "RETURN MIN ALL", -1, 0, NULL, NULL },
	{ "CHARSET ( ALL", -1, 0, NULL, NULL },
	{ "CHARSET x", -1, 0, NULL, NULL },
};

static void
test_begins(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(begins); i++) {
		size_t n = strlen(begins[i].in);
		char *text = exactly(begins[i].in, n);
		struct imap_in in = { text, text + n };
		struct imap_text charset = { NULL, 0 };
		unsigned bits;
		int r = search_return(&in, &bits);

		if (r == 0)
			r = search_charset(&in, &charset);
		CHECK(r == begins[i].r, "%s: %d", begins[i].in, r);
		if (r == 0) {
			CHECK(bits == begins[i].bits, "%s: %u", begins[i].in,
			    bits);
			CHECK((charset.s == NULL) == (begins[i].charset ==
			    NULL), "%s", begins[i].in);
			CHECK(charset.s == NULL || imap_is(&charset,
			    begins[i].charset), "%s", begins[i].in);
			n = strlen(begins[i].left);
			CHECK((size_t)(in.end - in.p) == n &&
			    memcmp(in.p, begins[i].left, n) == 0, "%s",
			    begins[i].in);
		}
		free(text);
	}
}

static void
test_sort(void **state)
{
	static const char *const no[] = { "", "()", "(", "DATE", "(DATE",
	    "(DATE )", "(REVERSE)", "(REVERSE REVERSE DATE)", "(X)" };
	char text[] = "(reverse DATE Subject REVERSE DISPLAYTO) UTF-8 ALL";
	struct imap_in in = { text, text + sizeof(text) - 1 };
	char long_text[200] = "(DATE";
	struct sort s;
	size_t i;

	assert_int_equal(sort_parse(&s, &in), 0);
	assert_int_equal(s.n, 3);
	assert_true(s.key[0].by == SORT_DATE && s.key[0].reverse);
	assert_true(s.key[1].by == SORT_SUBJECT && !s.key[1].reverse);
	assert_true(s.key[2].by == SORT_DISPLAYTO && s.key[2].reverse);
	assert_int_equal(in.end - in.p, 10);
	for (i = 0; i < LENGTH(no); i++) {
		char *t = exactly(no[i], strlen(no[i]));

		in = (struct imap_in){ t, t + strlen(no[i]) };
		CHECK(sort_parse(&s, &in) == -1, "%s", no[i]);
		free(t);
	}
	for (i = 0; i < SORT_KEYS; i++)
		strcat(long_text, " CC");
	strcat(long_text, ")");
	in = (struct imap_in){ long_text, long_text + strlen(long_text) };
	CHECK_FAILS(sort_parse(&s, &in), EMSGSIZE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_searches),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_begins),
		cmocka_unit_test(test_sort),
	};

	return cmocka_run_group_tests_name("imapsearch", tests, NULL, NULL);
}
