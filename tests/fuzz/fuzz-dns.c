/* fuzz-dns - questions to dnsq and its answers: what reads well reads the same
 * when it is written again. */
#include "fuzz.h"

#include "mail/dns.h"

static void
question(const char *in, size_t n)
{
	struct buf b = BUF_MAX(DNS_QUESTION);
	struct dns_question q, again;

	if (dns_question_parse(&q, in, n) == -1)
		return;
	MUST(strlen(q.name) < DNS_NAME);
	MUST(dns_question_format(&b, &q) == 0);
	MUST(dns_question_parse(&again, b.s, b.len) == 0);
	MUST(q.type == again.type && strcmp(q.name, again.name) == 0);
	buf_free(&b);
}

static void
answer(const char *in, size_t n)
{
	static struct dns_answer a, again;
	struct buf b = BUF_MAX(65536), c = BUF_MAX(65536);
	unsigned i;

	if (dns_answer_parse(&a, in, n) == -1)
		return;
	MUST(a.n <= DNS_RECORDS && a.used <= DNS_ROOM);
	for (i = 0; i < a.n; i++)
		MUST(strlen(a.record[i].text) == a.record[i].n);
	MUST(dns_answer_format(&b, &a) == 0);
	MUST(dns_answer_parse(&again, b.s, b.len) == 0);
	MUST(dns_answer_format(&c, &again) == 0);
	MUST(b.len == c.len && memcmp(b.s, c.s, b.len) == 0);
	dns_answer_join(&again, &a);
	MUST(dns_answer_format(&c, &again) == 0);
	buf_free(&b);
	buf_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	question((const char *)data, n);
	answer((const char *)data, n);
	return 0;
}
