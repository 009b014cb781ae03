/* fuzz-anchors - the text of a bundle of trust anchors, and a certificate's names;
 * what bundle_next says does not depend on where the text was cut. */
#include "fuzz.h"

#include "tls/anchors.h"

static void
look(const unsigned char *der, size_t n)
{
	struct der_names names;
	const unsigned char *end = der + n;

	if (der_names(der, n, &names) == -1)
		return;
	MUST(names.issuer.p > der && names.issuer.n >= 2);
	MUST(names.issuer.p + names.issuer.n < names.subject.p);
	MUST(names.subject.n >= 2 && names.subject.p + names.subject.n <= end);
	MUST(names.issuer.p[0] == 0x30 && names.subject.p[0] == 0x30);
	MUST(dn_same(names.issuer, names.issuer));
}

/* The certificates of a text that comes up to half first: how many, and which. */
static size_t
count(const char *p, const char *half, const char *end, size_t *octets)
{
	unsigned char der[ANCHOR_OCTETS];
	size_t found = 0;
	ssize_t n;

	*octets = 0;
	for (;;) {
		const char *was = p;

		n = bundle_next(&p, half, der);
		MUST(p >= was && p <= half && n <= ANCHOR_OCTETS);
		MUST(n == 0 || p > was);
		if (n == 0 && half == end)
			return found;
		if (n == 0)
			half = end;
		if (n > 0) {
			look(der, (size_t)n);
			*octets += (size_t)n;
			found++;
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data, *end = p + n;
	size_t whole, parts, at = n > 0 ? data[0] * n / 256 : 0;

	look(data, n);
	MUST(count(p, end, end, &whole) == count(p, p + at, end, &parts));
	MUST(whole == parts);
	return 0;
}
