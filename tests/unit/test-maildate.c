/* test-maildate - the times of Date fields as they are written. */
#include "unit.h"

#include "text/maildate.h"

static const struct {
	const char *in;
	int64_t seconds;
	int zone;
} dates[] = {
	{ "Thu, 1 Jan 1970 00:00:00 +0000", 0, 0 },
	{ "1 Jan 1970 00:00:01 +0000", 1, 0 },
	{ "01 jan 1970 00:00 +0000", 0, 0 },
	{ "Fri, 21 Nov 1997 09:55:06 -0600", 880127706, -360 },
	{ "Fri, 21 Nov 1997 09:55:06 +0530", 880086306, 330 },
	{ "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n"
	    "               -0330 (Newfoundland Time)", -27723480, -210 },
	{ "21 Nov 97 09:55:06 GMT", 880106106, 0 },
	{ "21 Nov 26 09:55:06 GMT", 1795254906, 0 },
	{ "21 Nov 126 09:55:06 GMT", 1795254906, 0 },
	{ "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880127706, -360 },
	{ "(a (b) \\) c) Fri (x) , 21 Nov 1997 09:55:06 -0600", 880127706,
	    -360 },
	{ "Fri 21 Nov 1997 09:55:06 -0600", 880127706, -360 },
	{ "Friday, 21 November 1997 09:55:06 -0600", 880127706, -360 },
	{ "21-Nov-1997 09:55:06 -0600", 880127706, -360 },
	{ "21 Nov 1997 09:55:06", 880106106, 0 },
	{ "21 Nov 1997 09:55:06 UT", 880106106, 0 },
	{ "21 Nov 1997 09:55:06 Z", 880106106, 0 },
	{ "21 Nov 1997 09:55:06 A", 880106106, 0 },
	{ "21 Nov 1997 09:55:06 EST", 880124106, -300 },
	{ "21 Nov 1997 09:55:06 edt", 880120506, -240 },
	{ "21 Nov 1997 09:55:06 PDT", 880131306, -420 },
	{ "21 Nov 1997 09:55:06 \"CET\"", 880106106, 0 },
	{ "21 Nov 1997 09:55:06 +12345", 880106106, 0 },
	{ "21 Nov 1997 09:55:06 +9900", 880106106, 0 },
	{ "21 Nov 1997 09.55.06 GMT", 880106106, 0 },
	{ "29 Feb 2000 23:59:60 +0000", 951868800, 0 },
};

static const char *const wrong[] = {
	"", " ", "(", "Fri", "Fri,", "21", "21 Nov", "21 Nov 1997", "21 Nov 1997 9",
	"21 Nov 1997 09:", "21 Nov 1997 24:00:00", "29 Feb 1999 00:00:00 +0000",
	"0 Jan 2000 00:00:00", "32 Jan 2000 00:00:00", "1 Foo 2000 00:00:00",
	"1 Jan 0000 00:00:00", "1 Jan 20000 00:00:00", "1 Jan 9 00:00:00",
	"123 Jan 2000 00:00:00", "1 Ja 2000 00:00:00", "1 Jan 2000 00:60:00",
	"1 Jan 2000 00:00:", "x, y, 1 Jan 2000 00:00:00",
};

static void
test_dates(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(dates); i++) {
		size_t n = strlen(dates[i].in);
		char *s = exactly(dates[i].in, n);
		struct maildate d;

		CHECK(maildate_parse(s, n, &d) == 0, "%s", dates[i].in);
		CHECK(d.seconds == dates[i].seconds && d.zone == dates[i].zone,
		    "%s: %lld, %d", dates[i].in, (long long)d.seconds, d.zone);
		free(s);
	}
}

static void
test_wrong(void **state)
{
	struct maildate d;
	size_t i;

	for (i = 0; i < LENGTH(wrong); i++) {
		errno = 0;
		CHECK(maildate_parse(wrong[i], strlen(wrong[i]), &d) == -1 &&
		    errno == EINVAL, "%s", wrong[i]);
	}
}

/* The day in the zone of the field. */
static void
test_day(void **state)
{
	static const struct {
		struct maildate d;
		int64_t day;
	} days[] = {
		{ { 0, 0 }, 0 }, { { 86399, 0 }, 0 }, { { 86400, 0 }, 1 },
		{ { 0, -1 }, -1 }, { { 86340, 1 }, 1 }, { { -1, 0 }, -1 },
		{ { -86400, 0 }, -1 }, { { -86401, 0 }, -2 },
	};
	size_t i;

	for (i = 0; i < LENGTH(days); i++)
		assert_true(maildate_day(&days[i].d) == days[i].day);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_day),
	};

	return cmocka_run_group_tests_name("maildate", tests, NULL, NULL);
}
