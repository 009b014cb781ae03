/* fuzz-reply - a server's octets as replies and as what EHLO offers. */
#include "fuzz.h"

#include "text/ehlo.h"
#include "text/reply.h"

static void
check(const struct reply *r)
{
	const char *c, *dsn = reply_dsn(r);

	MUST(r->code >= 200 && r->code <= 599);
	MUST(r->n < REPLY_TEXT && strlen(r->text) == r->n);
	for (c = r->text; *c != '\0'; c++)
		MUST(*c >= 32 && *c < 127);
	MUST(r->lines >= 1 && r->lines <= REPLY_LINES);
	MUST(strlen(dsn) >= 5 && strlen(dsn) < REPLY_ENHANCED);
	MUST(dsn[1] == '.' && (r->code / 100 == dsn[0] - '0' ||
	    r->code / 100 == 3));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data, *end = p + n;
	struct ehlo e = { .size = 0 };
	struct reply r;
	int got;

	reply_begin(&r);
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *stop = lf != NULL ? lf : end;

		ehlo_line(&e, p, (size_t)(stop - p));
		got = reply_line(&r, p, (size_t)(stop - p));
		if (got != -1)
			check(&r);
		if (got != 0)
			reply_begin(&r);
		p = lf != NULL ? lf + 1 : end;
	}
	MUST(e.size_max == 0 || e.size);
	MUST(e.rcpt_max < 1000000);
	return 0;
}
