/* test-why - admin/logline.c, admin/events.c and admin/advice.c */
#include "unit.h"

#include "admin/why.h"

#define T	"2026-11-24 12:06:45.913668001  "

static void
test_lines(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *program, *text;	/* NULL: it is none */
	} cases[] = {
		{ OCTETS(T "qrunner: id=1 x"), "qrunner", "id=1 x" },
		{ OCTETS("2026-11-24 12:06:45.913668001 a: b"), "a", "b" },
		{ OCTETS(T "a: "), "a", "" },
		{ OCTETS(T "a: b: c"), "a", "b: c" },
		{ OCTETS(T "a b: c"), NULL, NULL },
		{ OCTETS(T "a:b"), NULL, NULL },
		{ OCTETS(T), NULL, NULL },
		{ OCTETS("2026-11-24T12:06:45.913668001  a: b"), NULL, NULL },
		{ OCTETS("2026-11-24 12:06:45.913668  a: bcdefghi"), NULL,
		  NULL },
		{ OCTETS("x026-11-24 12:06:45.913668001  a: b"), NULL, NULL },
		{ OCTETS(""), NULL, NULL },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *s = exactly(cases[i].in, cases[i].n);
		struct logline l;
		int r = logline_parse(&l, s, cases[i].n);

		CHECK(r == (cases[i].program == NULL ? -1 : 0), "%s",
		    cases[i].in);
		if (r == 0) {
			assert_true(l.time_us == 1795522005913668);
			assert_int_equal(l.program_n,
			    strlen(cases[i].program));
			assert_memory_equal(l.program, cases[i].program,
			    l.program_n);
			assert_int_equal(l.n, strlen(cases[i].text));
			assert_memory_equal(l.text, cases[i].text, l.n);
		}
		free(s);
	}
}

/* All pairs as "key[value]". */
static void
test_pairs(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" }, { "words only", "" }, { "=x a= b=c",
		  "a[]b[c]" },
		{ "id=1 to=<a@b> dsn=4.2.0 stat=Deferred why=no room: x=y <z> ",
		  "id[1]to[a@b]dsn[4.2.0]stat[Deferred]why[no room: x=y <z> ]" },
		{ "from=<> size=3", "from[]size[3]" },
		{ "from=<a b@c> size=3", "from[a b@c]size[3]" },
		{ "from=<a> dsn=5@c> size=3", "from[a]dsn[5@c>]size[3]" },
		{ "from=<a>b@c> x=1", "from[a>b@c]x[1]" },
		{ "from=<open x=1", "from[open]x[1]" },
		{ "from=<", "from[]" }, { "a=1  b=2", "a[1]b[2]" },
		{ "to=<a@b>", "to[a@b]" }, { "a=1 ", "a[1]" },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct buf b = BUF_MAX(500);
		size_t n = strlen(cases[i].in);
		char *s = exactly(cases[i].in, n);
		const char *p = s;
		struct pair f;

		while (logline_next(&p, s + n, &f))
			assert_int_equal(buf_addf(&b, "%.*s[%.*s]",
			    (int)f.key_n, f.key, (int)f.n, f.value), 0);
		assert_ptr_equal(p, s + n);
		CHECK(holds(&b, cases[i].out), "%s: %s", cases[i].in,
		    shown(b.s, b.len));
		buf_free(&b);
		free(s);
	}
}

static void
test_events(void **state)
{
	static const uint64_t times[] = { 5, 3, 9, 3, 1, 9, 20 };
	struct events e = { .first = NULL };
	struct event *v;
	uint64_t before = 0;
	size_t i, n = 0;

	for (i = 0; i < LENGTH(times); i++) {
		v = event_add(&e, times[i] * 1000000, J_LATER, "%zu", i);
		v->address = copy_text("Bob@b", 5);
	}
	for (v = e.first; v != NULL; v = v->next, n++) {
		assert_true(v->time_us >= before);
		before = v->time_us;
	}
	assert_int_equal(n, LENGTH(times));
	assert_true(e.last->time_us == 20000000 && e.last->next == NULL);
	v = event_match(&e, 4400000, J_LATER, "bob@B", 5);
	assert_string_equal(v->text, "0");	/* the nearest */
	v = event_match(&e, 4400000, J_LATER, "bob@B", 5);
	assert_true(v->time_us == 3000000);	/* each only once */
	assert_null(event_match(&e, 4400000, J_DONE, "bob@b", 5));
	assert_null(event_match(&e, 4400000, J_LATER, "bob@c", 5));
	assert_null(event_match(&e, 30000000, J_LATER, "bob@b", 5));
	events_free(&e);
	assert_null(e.first);
}

static void
test_advice(void **state)
{
	static const struct {
		const char *dsn, *why, *part;	/* part NULL: no advice */
	} cases[] = {
		{ "5.1.1", "no such user", "Nobody here has this address" },
		{ "5.1.1", "mx.b[192.0.2.1] said after RCPT: 550 5.1.1 no user",
		  "its own words" },
		{ "4.2.2", "mx.b[192.0.2.1] said after DATA: 452 4.2.2 full",
		  "does not take it now" },
		{ "4.7.5", "mx.b[192.0.2.1] has no TLS", "TLS with that host" },
		{ "4.7.5", "mx.b said after STARTTLS: 454 later",
		  "does not begin TLS" },
		{ "4.4.7", "given up after 432000 s: mx.b said after RCPT: 450",
		  "GIVEUP_S" },
		{ "4.3.1", "mailbox: No space left on device",
		  "disk is full" },
		{ "4.2.2", "mailbox: Disk quota exceeded", "quota" },
		{ "4.3.5", "smtp:x:25: there is no domain x", "Mend its line" },
		{ "4.3.5", "root has no mailbox: ...", "Say in aliases" },
		{ "4.4.1", "mx.b did not answer", "cannot be reached" },
		{ "4.4.3", "the DNS service: refused", "DNS does not answer" },
		{ "5.4.6", "a mail loop: ...", "in a circle" },
		{ "5.1.2", "there is no domain x", "knows no such domain" },
		{ "5.1.2", "it has moved", "table of routes bounces" },
		{ "4.2.0", "mailbox: No such file or directory",
		  "mailbox is not there" },
		{ "4.3.0", "aliases.cdb: No such file or directory",
		  "correo tables" },
		{ "4.3.0", "aliases.cdb: Too many levels of symbolic links",
		  "more than 20 times" },
		{ "4.9.9", "what", NULL }, { "", "", NULL },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		const char *got = advice(cases[i].dsn, cases[i].why);

		CHECK(cases[i].part == NULL ? got == NULL : got != NULL &&
		    strstr(got, cases[i].part) != NULL, "%s %s: %s",
		    cases[i].dsn, cases[i].why, got != NULL ? got : "none");
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_advice),
	};

	return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}
