/* fuzz-control - what a tool asks of the runner, and what the runner answers. What
 * is read and written again is read as the same. */
#include "fuzz.h"

#include "mail/control.h"

static void
try_question(const char *s, size_t n)
{
	struct control_question q, again;
	struct buf b = BUF_MAX(CONTROL_QUESTION);

	if (control_question_parse(&q, s, n) == -1)
		return;
	MUST(q.verb <= CONTROL_REQUEUE);
	MUST(memchr(q.value, '\0', sizeof(q.value)) != NULL);
	MUST(q.verb < CONTROL_HOLD || queue_id_is(q.value));
	MUST(control_question_format(&b, q.verb, q.value) == 0);
	MUST(control_question_parse(&again, b.s, b.len) == 0);
	MUST(again.verb == q.verb && strcmp(again.value, q.value) == 0);
	buf_free(&b);
}

static void
try_messages(const char *s, size_t n)
{
	struct control_message m, again;
	struct buf b = BUF_MAX(4096);
	const char *p = s, *back;

	while (control_message_next(&p, s + n, &m) == 1) {
		b.len = 0;
		MUST(p > s && p <= s + n && queue_id_is(m.id));
		MUST(control_message_format(&b, &m) == 0);
		MUST(control_end_format(&b, CONTROL_DONE) == 0);
		back = b.s;
		MUST(control_message_next(&back, b.s + b.len, &again) == 1);
		MUST(strcmp(m.id, again.id) == 0 && m.state == again.state &&
		    m.due_us == again.due_us && m.attempts == again.attempts);
		MUST(strcmp(m.site, again.site) == 0);
	}
	buf_free(&b);
}

static void
try_sites(const char *s, size_t n)
{
	struct control_site c;
	const char *p = s;

	while (control_site_next(&p, s + n, &c) == 1) {
		MUST(memchr(c.nexthop, '\0', sizeof(c.nexthop)) != NULL);
		MUST(memchr(c.dsn, '\0', sizeof(c.dsn)) != NULL);
		MUST(memchr(c.why, '\0', sizeof(c.why)) != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;
	enum control_end e;

	try_question(s, n);
	try_messages(s, n);
	try_sites(s, n);
	if (control_end_parse(s, n, &e) == 0)
		MUST(e <= CONTROL_FAILED);
	return 0;
}
