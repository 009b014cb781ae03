/* fuzz-addrlist - a list of addresses; each that is read can be written and read
 * again. */
#include "fuzz.h"

#include "text/addrlist.h"

static void
check(const struct mailbox_text *m)
{
	char quoted[QUOTED_OCTETS + 1];
	struct mailbox_text again;
	const char *p = quoted;
	size_t n = strlen(m->address), local = address_local(m->address, n);

	MUST(local <= LOCAL_OCTETS && (local < n) <= m->qualified);
	MUST(local == n || domain_is_valid(m->address + local + 1,
	    n - local - 1));
	if (n == 0)
		return;
	address_quote(quoted, m->address);
	MUST(addrlist_next(&p, quoted + strlen(quoted), &again) == 1);
	MUST(strcmp(m->address, again.address) == 0);
	MUST(*p == '\0' && m->qualified == again.qualified);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data, *p = in, *was = in;
	struct mailbox_text m;
	int r;

	while ((r = addrlist_next(&p, in + n, &m)) != 0) {
		MUST(p > was && m.from >= was && m.from < m.to && m.to == p);
		was = p;
		if (r == 1) {
			MUST(m.end > m.from && m.end <= m.to);
			check(&m);
		}
	}
	MUST(p == in + n);
	return 0;
}
