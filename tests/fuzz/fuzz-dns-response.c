/* fuzz-dns-response - what comes from the DNS: its first octet says what was asked
 * of example.org, the rest is the response. */
#include "fuzz.h"

#include "deliver/dns-response.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum dns_type types[] = { DNS_MX, DNS_A, DNS_AAAA, DNS_PTR,
	    DNS_TXT, DNS_TLSA };
	struct dns_question q = { .name = "example.org" };
	static struct dns_answer a, again;
	struct buf b = BUF_MAX(65536);
	unsigned i;

	if (n == 0)
		return 0;
	q.type = types[data[0] % 6];
	if (q.type == DNS_PTR)
		memcpy(q.name, "192.0.2.1", 10);
	dns_response_read(&a, &q, data + 1, n - 1);
	MUST((a.status == DNS_OK) == (a.n > 0));
	MUST(a.status != DNS_LATER || (!a.secure && a.ttl == 0));
	for (i = 0; i < a.n; i++)
		MUST(a.record[i].type == q.type);
	MUST(dns_answer_format(&b, &a) == 0);
	MUST(dns_answer_parse(&again, b.s, b.len) == 0);
	MUST(again.n == a.n && again.secure == a.secure);
	buf_free(&b);
	return 0;
}
