/* fuzz-imapline - a command as words, strings, numbers and dates; all that is read
 * stands in the command. */
#include "fuzz.h"

#include "text/imapline.h"

/* What one function read stands between where it began and where it ended. */
static int
try(int (*read)(struct imap_in *, struct imap_text *), struct imap_in *in)
{
	char *was = in->p;
	struct imap_text t;

	if (read(in, &t) == -1) {
		MUST(in->p == was);
		return 0;
	}
	MUST(in->p > was && in->p <= in->end);
	MUST(t.s == NULL || (t.s >= was && t.s + t.n <= in->p));
	return 1;
}

static void
others(struct imap_in *in)
{
	char *was = in->p;
	uint64_t big;
	uint32_t v;
	int64_t day;
	int zone;

	if (imap_date_time(in, &day, &zone) == 0) {
		MUST(in->p - was >= 27 && zone > -1440 && zone < 1440);
		in->p = was;
	}
	if (imap_date(in, &day) == 0) {
		MUST(day >= -719162 && in->p - was >= 10);
		in->p = was;
	}
	if (imap_number(in, &v) == 0) {
		in->p = was;
		MUST(imap_number64(in, &big) == 0 && big == v);
		in->p = was;
	}
	MUST(in->p == was);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static int (*const all[])(struct imap_in *, struct imap_text *) = {
	    imap_tag, imap_atom, imap_flag, imap_astring, imap_nstr,
	    imap_pattern };
	char *s = malloc(n + 1);
	struct imap_in in = { s, s + n };
	struct imap_literal l;
	size_t i;

	memcpy(s, data, n);
	if (imap_announced(s, n, &l) == 1)
		MUST(n >= 3 && s[n - 1] == '}');
	while (in.p < in.end) {
		others(&in);
		for (i = 0; i < sizeof(all) / sizeof(*all); i++)
			if (try(all[(i + n) % 6], &in))
				break;
		if (in.p < in.end)
			in.p++;
	}
	MUST(imap_end(&in) == 0);
	free(s);
	return 0;
}
