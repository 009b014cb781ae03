/* fuzz-local - the facts that a user of the machine sends. */
#include "fuzz.h"

#include "qinject/qinject.h"
#include "text/record.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct local l = { .host = "h", .domain = "d", .rcpt_max = 5,
	    .uid = 1000, .user = "al" };
	struct buf out = BUF_MAX(1u << 20);
	const char *p, *end;
	char line[2048];
	struct field f;
	unsigned ours = 0;

	if (local_facts(&l, (const char *)data, n, &out) == 0) {
		p = out.s;
		end = p + out.len;
		while (record_next(&p, end, &f) == 1) {
			if (field_is(&f, "uid") || field_is(&f, "user"))
				ours++;
			else
				MUST(field_is(&f, "sender") ||
				    field_is(&f, "rcpt") ||
				    field_is(&f, "ret") ||
				    field_is(&f, "envid") ||
				    field_is(&f, "notify") ||
				    field_is(&f, "orcpt") ||
				    field_is(&f, "body"));
		}
		MUST(p == end && ours == 2);
		MUST(l.rcpt_n <= 5);
		n = local_warning(&l, line, sizeof(line));
		MUST(n == 0 || memchr(line, '\n', n) == line + n - 1);
	}
	buf_free(&out);
	return 0;
}
