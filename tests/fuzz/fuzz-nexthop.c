/* fuzz-nexthop - a route's right side: what is taken is whole and bounded. */
#include "fuzz.h"

#include "text/nexthop.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct nexthop h;
	const char *c;

	if (nexthop_parse(&h, (const char *)data, n) == -1)
		return 0;
	MUST(h.host[0] != '\0' && strlen(h.host) <= DOMAIN_OCTETS);
	for (c = h.host; *c != '\0'; c++)
		MUST(*c > 32 && *c < 127);
	MUST(nexthop_port(&h) >= 1 && nexthop_port(&h) <= 65535);
	MUST(h.to <= TO_PATH && h.tls <= TLS_WANT_VERIFY);
	MUST((h.to == TO_PATH) == (h.host[0] == '/'));
	MUST(h.to != TO_PATH || (h.lmtp && strlen(h.host) <= NEXTHOP_PATH));
	MUST(h.to != TO_PATH || (h.tls == TLS_WANT_NONE && !h.login[0]));
	MUST(!h.implicit || h.tls >= TLS_WANT_MUST);
	MUST(h.login[0] == '\0' || h.tls != TLS_WANT_NONE);
	return 0;
}
