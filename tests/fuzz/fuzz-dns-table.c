/* fuzz-dns-table - a table, and what it says. */
#include "fuzz.h"

#include "deliver/dns-table.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = { "example.org", "x.example.org",
	    "a.b.c", "192.0.2.1" };
	static struct dns_answer a, again;
	struct buf text = BUF_MAX(1u << 20), b = BUF_MAX(65536);
	struct dns_table t = { .n = 0 };
	struct dns_question q;
	struct table_text where;
	int type, i;

	if (buf_add(&text, data, n) == 0 &&
	    dns_table_parse(&t, &text, &where) == -1)
		MUST(where.wrong != NULL && where.line > 0);
	for (type = 0; type <= DNS_TLSA; type++)
		for (i = 0; i < 4; i++) {
			if (type == DNS_ADDR || dns_question_set(&q,
			    (enum dns_type)type, names[i], strlen(names[i])) ==
			    -1)
				continue;
			dns_table_answer(&t, &q, &a);
			MUST((a.status == DNS_OK) == (a.n > 0));
			MUST(dns_answer_format(&b, &a) == 0);
			MUST(dns_answer_parse(&again, b.s, b.len) == 0);
		}
	dns_table_free(&t);
	buf_free(&text);
	buf_free(&b);
	return 0;
}
