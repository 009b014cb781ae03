/* fuzz-question - what a front may say to the auth service. */
#include "fuzz.h"

#include "checkpw/question.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct question q;
	const char *p;

	if (question_parse(&q, (const char *)data, n) == -1)
		return 0;
	MUST(q.kind <= Q_SHOW);
	if (q.kind == Q_SHOW)
		return 0;
	MUST(memchr(q.client, '\0', sizeof(q.client)) != NULL);
	MUST(memchr(q.user, '\0', sizeof(q.user)) != NULL);
	for (p = q.client; *p != '\0'; p++)
		MUST(*p > 32 && *p < 127);
	for (p = q.user; *p != '\0'; p++)
		MUST((unsigned char)*p >= 32 && *p != 127);
	MUST(q.kind != Q_SECRET || q.secret_n <= sizeof(q.secret));
	return 0;
}
