/* test-wishes - qrunner/wishes.c: whom the sender wants to hear of. */
#include "unit.h"

#include "qrunner/wishes.h"
#include "text/path.h"

static struct wishes
wishes_of(const char *facts)
{
	struct wishes w;

	assert_int_equal(wishes_read(&w, facts, strlen(facts)), 0);
	return w;
}

static void
test_read(void **state)
{
	struct wishes w = wishes_of("time 1.000000\nsender a@b\nret full\n"
	    "envid QQ\nnotify never\nrcpt c@d\nnotify success,delay\n"
	    "client 1.2.3.4\norcpt rfc822;c@d\nrcpt e@f\nrcpt g@h\n"
	    "notify never\nrcpt i@j\nnotify x\n");

	assert_int_equal(w.n, 4);
	assert_string_equal(w.ret, "full");
	assert_memory_equal(w.envid, "QQ", w.envid_n);
	assert_memory_equal(w.of[0].rcpt, "c@d", w.of[0].rcpt_n);
	assert_memory_equal(w.of[0].orcpt, "rfc822;c@d", w.of[0].orcpt_n);
	assert_int_equal(w.of[0].notify, NOTIFY_SUCCESS | NOTIFY_DELAY);
	assert_int_equal(w.of[1].notify, 0);
	assert_null(w.of[1].orcpt);
	assert_int_equal(w.of[2].notify, NOTIFY_NEVER);
	assert_int_equal(w.of[3].notify, 0);
	assert_true(w.any && w.success);
	wishes_free(&w);

	w = wishes_of("sender a@b\nrcpt c@d\nrcpt e@f\n");
	assert_true(w.n == 2 && !w.any && !w.success && w.ret == NULL);
	wishes_free(&w);
	w = wishes_of("rcpt c@d\nnotify failure\n");
	assert_true(w.any && !w.success);
	wishes_free(&w);
}

/* A final address behind the lines (digits, from 1) of four: each with a notify, "-"
 * for none. Letters say what the sender wants to hear: s, f, d; and behind it what
 * the next host is told. */
static const struct {
	const char *notify[4], *lines, *wants, *told;
} cases[] = {
	{ { "-", "-", "-", "-" }, "1", "fd", "" },
	{ { "-", "-", "-", "-" }, "", "fd", "" },
	{ { "never", "-", "-", "-" }, "1", "", "never" },
	{ { "never", "-", "-", "-" }, "12", "fd", "" },
	{ { "never", "never", "-", "-" }, "12", "", "never" },
	{ { "never", "-", "-", "-" }, "", "fd", "" },
	{ { "success", "-", "-", "-" }, "1", "s", "success" },
	{ { "success", "-", "-", "-" }, "2", "fd", "" },
	{ { "success", "-", "-", "-" }, "12", "sfd",
	  "success,failure,delay" },
	{ { "failure", "-", "-", "-" }, "1", "f", "failure" },
	{ { "delay", "failure", "-", "-" }, "12", "fd", "failure,delay" },
	{ { "delay", "never", "-", "-" }, "12", "d", "delay" },
	{ { "success,failure,delay", "-", "-", "-" }, "1", "sfd",
	  "success,failure,delay" },
	{ { "success", "never", "never", "never" }, "", "s", "" },
};

static void
test_cases(void **state)
{
	static const struct { char c; int event; } events[] = {
		{ 's', NOTIFY_SUCCESS }, { 'f', NOTIFY_FAILURE },
		{ 'd', NOTIFY_DELAY },
	};
	size_t i, k;

	for (i = 0; i < LENGTH(cases); i++) {
		struct buf b = BUF_MAX(1000);
		struct lead *first = NULL;
		struct wishes w;
		char told[NOTIFY_OCTETS];
		const char *p;

		for (k = 0; k < 4; k++) {
			buf_adds(&b, "rcpt x@y\n");
			if (cases[i].notify[k][0] != '-')
				buf_addf(&b, "notify %s\n",
				    cases[i].notify[k]);
		}
		assert_int_equal(wishes_read(&w, b.s, b.len), 0);
		for (p = cases[i].lines; *p != '\0'; p++)
			assert_non_null(wishes_lead(&w, &first,
			    (size_t)(*p - '1')));
		for (k = 0; k < LENGTH(events); k++)
			CHECK(wishes_want(&w, first, events[k].event) ==
			    (strchr(cases[i].wants, events[k].c) != NULL),
			    "case %zu: %c", i, events[k].c);
		notify_text(told, wishes_notify(&w, first));
		CHECK(strcmp(told, cases[i].told) == 0, "case %zu: %s", i,
		    told);
		leads_free(first);
		wishes_free(&w);
		buf_free(&b);
	}
}

/* An alias with several members: one report that says so, none of theirs. */
static void
test_expanded(void **state)
{
	struct wishes w = wishes_of("rcpt list@x\nnotify success,failure\n"
	    "rcpt bob@x\nnotify success\n");
	struct lead *bob = NULL, *carol = NULL;

	assert_non_null(wishes_lead(&w, &bob, 0));
	assert_false(wish_is_expanded(w.of));
	assert_true(wishes_want(&w, bob, NOTIFY_SUCCESS));
	assert_non_null(wishes_lead(&w, &carol, 0));
	assert_true(wish_is_expanded(w.of));
	assert_false(wishes_want(&w, bob, NOTIFY_SUCCESS));
	assert_true(wishes_want(&w, bob, NOTIFY_FAILURE));
	assert_int_equal(wishes_notify(&w, carol), NOTIFY_FAILURE);
	w.of[0].expanded = 1;
	assert_false(wish_is_expanded(w.of));
	w.of[0].members = 1;		/* another table, a later try */
	assert_false(wishes_want(&w, bob, NOTIFY_SUCCESS));
	assert_non_null(wishes_lead(&w, &bob, 1));
	assert_true(wishes_want(&w, bob, NOTIFY_SUCCESS));
	leads_free(bob);
	leads_free(carol);
	wishes_free(&w);
}

static void
test_leads(void **state)
{
	static const size_t order[] = { 1, 0, 3, 2, 1, 3, 0 };
	struct wishes w = wishes_of("rcpt a@b\nrcpt c@d\norcpt x;1\nrcpt e@f\n"
	    "rcpt g@h\norcpt x;2\n");
	struct lead *first = NULL, *l;
	char orcpt[ORCPT_OCTETS + 1];
	size_t i;

	for (i = 0; i < LENGTH(order); i++) {
		l = wishes_lead(&w, &first, order[i]);
		assert_non_null(l);
		assert_int_equal(l->rcpt, order[i]);
		assert_int_equal(l->noted, i >= 4);
		l->noted = 1;
	}
	for (i = 0; i < 4; i++)
		assert_int_equal(w.of[i].members, 1);
	errno = 0;
	assert_null(wishes_lead(&w, &first, 4));
	assert_int_equal(errno, ERANGE);
	wishes_orcpt(&w, first, orcpt);
	assert_string_equal(orcpt, "x;1");
	wishes_orcpt(&w, NULL, orcpt);
	assert_string_equal(orcpt, "");
	leads_free(first);
	wishes_free(&w);
}

/* What the next host is told of an address behind all the lines. */
static const struct {
	const char *facts, *orcpt;
} orcpts[] = {
	{ "rcpt a@b\n", "" },
	{ "rcpt a@b\nnotify never\n", "" },
	{ "rcpt a@b\nnotify delay\n", "rfc822;a@b" },
	{ "rcpt a@b\nnotify success,failure\nrcpt c@d\nnotify failure\n",
	  "rfc822;a@b" },
	{ "rcpt a@b\nrcpt c@d\nnotify failure\n", "rfc822;c@d" },
	{ "rcpt a@b\nnotify failure\nrcpt c@d\norcpt X;Y\n", "X;Y" },
	{ "rcpt a@b\nnotify never\norcpt X;+2BY\n", "X;+2BY" },
	{ "rcpt a+b=c@d\nnotify failure\n", "rfc822;a+2Bb+3Dc@d" },
	{ "rcpt a b@c\nnotify failure\n", "rfc822;\"a+20b\"@c" },
	{ "rcpt \xc3\xa4@b\nnotify failure\n", "" },
	{ "rcpt bob\nnotify failure\n", "" },
};

static void
test_orcpt(void **state)
{
	size_t i, k;

	for (i = 0; i < LENGTH(orcpts); i++) {
		struct wishes w = wishes_of(orcpts[i].facts);
		char orcpt[ORCPT_OCTETS + 1];
		struct lead *first = NULL;

		for (k = 0; k < w.n; k++)
			assert_non_null(wishes_lead(&w, &first, k));
		wishes_orcpt(&w, first, orcpt);
		CHECK(strcmp(orcpt, orcpts[i].orcpt) == 0, "case %zu: %s", i,
		    orcpt);
		leads_free(first);
		wishes_free(&w);
	}
}

/* The longest address, all of it quoted and in hex, is too long for an ORCPT. */
static void
test_long_orcpt(void **state)
{
	struct buf b = BUF_MAX(2000);
	char orcpt[ORCPT_OCTETS + 1];
	struct lead *first = NULL;
	struct wishes w;
	size_t i;

	buf_adds(&b, "rcpt ");
	for (i = 0; i < LOCAL_OCTETS; i++)
		buf_adds(&b, " ");
	buf_adds(&b, "@");
	for (i = 0; i < DOMAIN_OCTETS; i++)
		buf_adds(&b, i % 2 ? "d" : "+");
	buf_adds(&b, "\nnotify failure\n");
	assert_int_equal(wishes_read(&w, b.s, b.len), 0);
	assert_non_null(wishes_lead(&w, &first, 0));
	wishes_orcpt(&w, first, orcpt);
	assert_string_equal(orcpt, "");
	leads_free(first);
	wishes_free(&w);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_expanded),
		cmocka_unit_test(test_leads),
		cmocka_unit_test(test_orcpt),
		cmocka_unit_test(test_long_orcpt),
	};

	return cmocka_run_group_tests_name("wishes", tests, NULL, NULL);
}
