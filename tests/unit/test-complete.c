/* test-complete - lib/text/complete.c, in one piece, in two, octet by octet. */
#include "unit.h"

#include "text/complete.h"

#define DATE	"Date: D\n"
#define FROM	"From: F\n"
#define ID	"Message-ID: I\n"
#define SIZE	2000

static const char *from;	/* the line to be added, or NULL */

/* n octets in pieces of step octets; what comes out, octets in *out_n. */
static void
complete(const char *in, size_t n, size_t first, size_t step, char out[SIZE],
    size_t *out_n)
{
	struct complete c = { .date = DATE, .message_id = ID, .from = from };
	size_t at = 0, len = first;

	*out_n = 0;
	do {
		char *piece, *room;
		size_t o;

		if (len > n - at)
			len = n - at;
		piece = exactly(in + at, len);
		room = malloc(len + COMPLETE_ROOM);
		assert_non_null(room);
		o = complete_add(&c, piece, len, room);
		CHECK(o <= len + COMPLETE_ROOM && *out_n + o < SIZE,
		    "%zu octets of %zu", o, len);
		memcpy(out + *out_n, room, o);
		*out_n += o;
		free(room);
		free(piece);
		at += len;
		len = step;
	} while (at < n);
	*out_n += complete_end(&c, out + *out_n);
}

static const struct {
	const char *in;
	size_t n;
	const char *out;
	size_t out_n;
} cases[] = {
	{ OCTETS("Subject: x\n\ntext\n"),
	  OCTETS("Subject: x\n" DATE ID "\ntext\n") },
	{ OCTETS("Date: a\nSubject: x\n\ntext\n"),
	  OCTETS("Date: a\nSubject: x\n" ID "\ntext\n") },
	{ OCTETS("message-id : a\nDATE:\n\ntext\n"),
	  OCTETS("message-id : a\nDATE:\n\ntext\n") },
	{ OCTETS("Message-ID: a\n\n"), OCTETS("Message-ID: a\n" DATE "\n") },
	/* others that begin or end alike */
	{ OCTETS("Dat: a\nDates: a\nResent-Date: a\nX-Message-ID: a\n\n"),
	  OCTETS("Dat: a\nDates: a\nResent-Date: a\nX-Message-ID: a\n" DATE ID
	  "\n") },
	/* continuation lines are no fields and no end */
	{ OCTETS("To: a,\n Date: b\n\t\n b\n\nDate: c\n"),
	  OCTETS("To: a,\n Date: b\n\t\n b\n" DATE ID "\nDate: c\n") },
	/* no header, no body, nothing */
	{ OCTETS("\ntext\n"), OCTETS(DATE ID "\ntext\n") },
	{ OCTETS("text\n"), OCTETS(DATE ID "\ntext\n") },
	{ OCTETS(" text: a\n"), OCTETS(DATE ID "\n text: a\n") },
	{ OCTETS(": a\n"), OCTETS(DATE ID "\n: a\n") },
	{ OCTETS("Subject: x\n"), OCTETS("Subject: x\n" DATE ID) },
	{ OCTETS("Date: x\nMessage-ID: y\n"),
	  OCTETS("Date: x\nMessage-ID: y\n") },
	{ OCTETS(""), OCTETS(DATE ID) },
	{ OCTETS("\n"), OCTETS(DATE ID "\n") },
	/* a line that is no field ends the header, as typed by hand */
	{ OCTETS("Subject: x\n1234\nDate: a\n"),
	  OCTETS("Subject: x\n" DATE ID "\n1234\nDate: a\n") },
	{ OCTETS("Date: x\nMessage-ID: y\n1234\n"),
	  OCTETS("Date: x\nMessage-ID: y\n\n1234\n") },
	{ OCTETS("Subject: x\nna\303\257ve: y\n"),
	  OCTETS("Subject: x\n" DATE ID "\nna\303\257ve: y\n") },
	{ OCTETS("a\0b: c\n"), OCTETS(DATE ID "\na\0b: c\n") },
	/* not even a line end */
	{ OCTETS("Subject"), OCTETS(DATE ID "\nSubject") },
	{ OCTETS("Subject: x"), OCTETS("Subject: x" DATE ID) },
};

static void
check(const char *in, size_t n, const char *want, size_t want_n)
{
	char out[SIZE];
	size_t step, out_n;

	for (step = 0; step <= n; step++) {	/* 0: octet by octet */
		complete(in, n, step == 0 ? 1 : step, step == 0 ? 1 : n, out,
		    &out_n);
		CHECK(out_n == want_n && memcmp(out, want, want_n) == 0,
		    "%s, first %zu: %s", shown(in, n), step,
		    shown(out, out_n));
	}
}

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++)
		check(cases[i].in, cases[i].n, cases[i].out, cases[i].out_n);
}

/* From too, where there is one to be added. */
static void
test_from(void **state)
{
	static const struct {
		const char *in, *out;
	} pairs[] = {
		{ "Subject: x\n\ntext\n", "Subject: x\n" DATE FROM ID
		  "\ntext\n" },
		{ "FROM : x\n\n", "FROM : x\n" DATE ID "\n" },
		{ "Date: x\nMessage-ID: y\n\n", "Date: x\nMessage-ID: y\n"
		  FROM "\n" },
		{ "From: \nDate: x\nMessage-ID: y\n", "From: \nDate: x\n"
		  "Message-ID: y\n" },
		{ "Resent-From: x\nX-From: y\nFromx: z\n\nFrom: t\n",
		  "Resent-From: x\nX-From: y\nFromx: z\n" DATE FROM ID
		  "\nFrom: t\n" },
		{ "From x\n", DATE FROM ID "\nFrom x\n" },
		{ "", DATE FROM ID },
	};
	size_t i;

	from = FROM;
	for (i = 0; i < LENGTH(pairs); i++)
		check(pairs[i].in, strlen(pairs[i].in), pairs[i].out,
		    strlen(pairs[i].out));
	from = NULL;
}

/* A name of 997 octets and its colon fit; one octet more is no field. */
static void
test_long_names(void **state)
{
	char in[SIZE], want[SIZE];
	int n;

	for (n = HEADER_LINE - 2; n <= HEADER_LINE + 1; n++) {
		int len = snprintf(in, sizeof(in), "%s: x\n",
		    many('x', (size_t)n - 100)) + 100, want_n;

		memmove(in + 100, in, (size_t)len - 100);
		memset(in, 'y', 100);
		want_n = snprintf(want, sizeof(want), n < HEADER_LINE ?
		    "%.*s" DATE ID : DATE ID "\n%.*s", len, in);
		check(in, (size_t)len, want, (size_t)want_n);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_from),
	};

	return cmocka_run_group_tests_name("complete", tests, NULL, NULL);
}
