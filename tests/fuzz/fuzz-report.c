/*
 * fuzz-report - a report about any addresses, reasons and header.
 *
 * The first octet chooses kind and language, and whether the message is to be
 * returned. Then come, each to a NUL: whom it goes to, facts, journal entries (one
 * octet for the kind, the rest is the address or the reason, each to a LF; the first
 * octets are the code, too); what is left is the message, of which the header is
 * shown.
 */
#include "fuzz.h"

#include "qrunner/report.h"

/* The next part of the input, up to end; *s, *n move behind it. */
static char *
take(const char **s, size_t *n, char end)
{
	const char *at = memchr(*s, end, *n);
	size_t len = at != NULL ? (size_t)(at - *s) : *n;
	size_t skip = at != NULL ? len + 1 : len;
	char *part = malloc(len + 1);

	MUST(part != NULL);
	memcpy(part, *s, len);
	part[len] = '\0';
	*s += skip;
	*n -= skip;
	return part;
}

static void
enter(struct report *r, const char *s, size_t n)
{
	struct journal_entry e = { .time_us = 1 };

	if (n < 2)
		return;
	e.kind = (enum journal_kind)((unsigned char)s[0] % (J_WHY + 1));
	memcpy(e.dsn, s + 1, n - 1 < 6 ? n - 1 : 6);
	e.address = s + 1;
	e.address_n = n - 1;
	report_entry(r, &e);
}

static unsigned
count(const char *p, const char *end, const char *s)
{
	unsigned n = 0;

	for (; (p = memmem(p, (size_t)(end - p), s, strlen(s))) != NULL; p++)
		n++;
	return n;
}

static void
check(const struct report *r, const struct buf *b)
{
	char boundary[100];
	size_t i, line = 0;
	const char *p, *quote;

	for (i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->s[i];

		line = c == '\n' ? 0 : line + 1;
		MUST(line <= REPORT_LINE);
		MUST(c >= 32 || c == '\n' || c == '\t' || (r->full &&
		    c != '\0' && c != '\r'));
		MUST(c <= 127 || r->eight_bit);
		MUST(c != 127 || r->full);
	}
	MUST(line == 0);
	MUST(!r->full || memmem(b->s, b->len, r->header, r->header_n) != NULL);
	p = memmem(b->s, b->len, "\tboundary=\"", 11);
	MUST(p != NULL);
	quote = strchr(p + 11, '"');
	snprintf(boundary, sizeof(boundary), "%.*s", (int)(quote - p - 11),
	    p + 11);
	MUST(count(p, b->s + b->len, boundary) == 5);
	MUST(memmem(b->s, (size_t)(p - b->s), "\n\n", 2) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct report r = { .words = words_en(), .name = "mail.example.org", .domain =
	    "example.org", .id = "660-1-2", .own_id = "x" };
	struct buf b = BUF_MAX(REPORT_MAX);
	const char *s = (const char *)data;
	char *to, *facts, *journal, *header;
	const char *j;
	size_t left;

	if (n < 1)
		return 0;
	r.kind = (enum report_kind)(data[0] % 4);
	r.full = data[0] >> 2 & 1;
	if (data[0] & 8)
		r.words = words_es();
	s++;
	n--;
	r.to = to = take(&s, &n, '\0');
	facts = take(&s, &n, '\0');
	MUST(report_facts(&r, facts, strlen(facts)) == 0);
	journal = take(&s, &n, '\0');
	header = malloc(n + 1);
	MUST(header != NULL);
	memcpy(header, s, n);
	r.header = header;
	r.header_n = n;
	for (j = journal, left = strlen(journal); left > 0; ) {
		char *line = take(&j, &left, '\n');

		enter(&r, line, strlen(line));
		free(line);
	}
	MUST(report_compose(&r, &b) == 0);
	MUST(buf_0(&b) == 0);
	check(&r, &b);
	buf_free(&b);
	report_free(&r);
	free(to);
	free(facts);
	free(journal);
	free(header);
	return 0;
}
