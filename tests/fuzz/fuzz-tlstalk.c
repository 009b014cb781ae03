/* fuzz-tlstalk - tls-client's questions and answers: what reads well reads the
 * same when it is written again. */
#include "fuzz.h"

#include "base/buf.h"
#include "text/tlstalk.h"

static void
question(const char *p, size_t n)
{
	struct tls_question q = { .names = 0 }, again = { .names = 0 };
	struct buf b = BUF_MAX(TLS_QUESTION);
	size_t i;

	if (tls_question_read(&q, p, n) == -1)
		return;
	MUST(*q.host != '\0' && q.names <= TLS_NAMES);
	(void)tls_is_address(q.host);
	for (i = 0; i < q.names; i++)
		MUST(!tls_is_address(q.name[i]));
	MUST(tls_question_write(&b, &q) == 0);
	MUST(tls_question_read(&again, b.s, b.len) == 0);
	MUST(strcmp(q.host, again.host) == 0 && q.policy == again.policy);
	MUST(q.names == again.names);
	buf_free(&b);
}

static void
answer(const char *p, size_t n)
{
	char out[TLS_ANSWER];
	struct tls_answer a;

	if (tls_answer_read(&a, p, n) == -1)
		return;
	MUST(a.yes || *a.words != '\0');
	MUST(tls_answer_write(out, &a) == n + 1);
	MUST(memcmp(out, p, n) == 0 && out[n] == '\n');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	question((const char *)data, n);
	answer((const char *)data, n);
	return 0;
}
