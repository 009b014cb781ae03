/* test-relaydomain - lib/text/relaydomain.c and mapline.c */
#include "unit.h"

#include "text/mapline.h"
#include "text/relaydomain.h"

/* Each key and a ';', or "!line". */
static const struct {
	const char *in, *out;
} relays[] = {
	{ "", "" },
	{ "# x\n\n  \n", "" },
	{ "Example.NET\n", "example.net;" },
	{ "miescuela.edu.co  # Acepta\n192.168.1  # x\n",
	  "miescuela.edu.co;4/00c0/00a8/0001/;" },
	{ "10\n10.\n", "4/000a/;4/000a/;" },
	{ "192.0.2.1", "4/00c0/0000/0002/0001/;" },
	{ "IPv6:2001:db8\n", "6/2001/0db8/;" },
	{ "2001:DB8:\n", "6/2001/0db8/;" },
	{ "2001:db8::1", "6/2001/0db8/0000/0000/0000/0000/0000/0001/;" },
	{ "::ffff:192.0.2.1", "4/00c0/0000/0002/0001/;" },
	{ "ipv6:fe80\n", "6/fe80/;" },
	{ "256.1\n", "!1" },
	{ "1.2.3.4.5\n", "!1" },
	{ "a.example\n192..1\n", "a.example;!2" },
	{ ".1\n", "!1" },
	{ "192.0.2.0/24\n", "!1" },
	{ "[192.0.2.1]\n", "!1" },
	{ "two words\n", "!1" },
	{ "1:2:3:4:5:6:7:8:9\n", "!1" },
	{ "2001::db8::1\n", "!1" },
	{ "12345:\n", "!1" },
	{ "\t# only this\n", "!1" },
};

static void
test_relays(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(relays); i++) {
		size_t n = strlen(relays[i].in);
		char *in = exactly(relays[i].in, n);
		struct table_text t = { .p = in, .end = in + n };
		struct buf b = BUF_MAX(400), got = BUF_MAX(4000);
		int r;

		while ((r = relay_next(&t, &b)) == 1)
			assert_int_equal(buf_addf(&got, "%.*s;", (int)b.len,
			    b.s), 0);
		if (r == -1)
			assert_int_equal(buf_addf(&got, "!%u", t.line), 0);
		CHECK(holds(&got, relays[i].out), "%s: %s",
		    shown(relays[i].in, n), shown(got.s, got.len));
		buf_free(&b);
		buf_free(&got);
		free(in);
	}
}

static const struct {
	const char *in, *out;
	char divider;
	int as_is, empty;
} maps[] = {
	{ "", "", 0, 0, 0 },
	{ "# x\n\nA\tb c \n", "a=b c;", 0, 0, 0 },
	{ "A  b\r\nc d\n", "A=b;c=d;", 0, 1, 0 },
	{ "a: b\nb b:c:d\n", "a= b;b b=c:d;", ':', 0, 0 },
	{ "a\n", "!1", 0, 0, 0 },
	{ "a\nb c\n", "a=;b=c;", 0, 0, 1 },
	{ "a b\n c\n", "a=b;!2", 0, 0, 0 },
};

static void
test_maps(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(maps); i++) {
		size_t n = strlen(maps[i].in);
		char *in = exactly(maps[i].in, n);
		struct mapline m = { .text = { .p = in, .end = in + n },
		    .comment = '#', .divider = maps[i].divider,
		    .as_is = maps[i].as_is, .empty = maps[i].empty };
		struct buf key = BUF_MAX(400), value = BUF_MAX(400);
		struct buf got = BUF_MAX(4000);
		int r;

		while ((r = mapline_next(&m, &key, &value)) == 1)
			assert_int_equal(buf_addf(&got, "%.*s=%.*s;",
			    (int)key.len, key.s, (int)value.len,
			    value.len > 0 ? value.s : ""), 0);
		if (r == -1)
			assert_int_equal(buf_addf(&got, "!%u", m.text.line), 0);
		CHECK(holds(&got, maps[i].out), "%s: %s",
		    shown(maps[i].in, n), shown(got.s, got.len));
		buf_free(&key);
		buf_free(&value);
		buf_free(&got);
		free(in);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relays),
		cmocka_unit_test(test_maps),
	};

	return cmocka_run_group_tests_name("relaydomain", tests, NULL, NULL);
}
