/* fuzz-job - jobs, answers and the spawner's records: what is taken can be
 * written and reads the same. */
#include "fuzz.h"

#include "mail/existence.h"
#include "mail/job.h"
#include "mail/spawn.h"

static void
try_job(const char *s, size_t n)
{
	struct buf b = BUF_MAX(JOB_RECORD);
	struct job j, again;

	if (job_parse(s, n, &j) == -1)
		return;
	MUST(queue_id_is(j.id) && j.to[0] != '\0');
	MUST(j.at <= INT64_MAX / 2 && j.size <= INT64_MAX / 2);
	MUST(job_format(&b, &j) == 0);
	MUST(job_parse(b.s, b.len, &again) == 0);
	MUST(again.number == j.number && again.replay == j.replay);
	MUST(again.time_us == j.time_us && again.at == j.at);
	MUST(again.size == j.size && again.wire == j.wire);
	MUST(strcmp(again.id, j.id) == 0 && strcmp(again.to, j.to) == 0);
	MUST(strcmp(again.sender, j.sender) == 0);
	MUST(strcmp(again.ret, j.ret) == 0);
	MUST(strcmp(again.envid, j.envid) == 0);
	MUST(strcmp(again.notify, j.notify) == 0);
	MUST(strcmp(again.orcpt, j.orcpt) == 0);
	buf_free(&b);
}

static void
try_answer(const char *s, size_t n)
{
	struct buf b = BUF_MAX(JOB_RECORD);
	struct answer a, again;

	if (answer_parse(s, n, &a) == -1)
		return;
	MUST(a.verdict <= V_NEVER);
	MUST(answer_format(&b, &a) == 0);
	MUST(answer_parse(b.s, b.len, &again) == 0);
	MUST(again.number == a.number && again.verdict == a.verdict);
	MUST(again.onward == a.onward);
	MUST(strcmp(again.why, a.why) == 0 && strcmp(again.dsn, a.dsn) == 0);
	MUST(strcmp(again.relay, a.relay) == 0);
	buf_free(&b);
}

static void
try_spawn(const char *s, size_t n)
{
	struct buf b = BUF_MAX(SPAWN_RECORD);
	struct spawn_request q, q2;
	struct spawn_answer a, a2;

	if (spawn_request_parse(s, n, &q) == 0) {
		MUST(spawn_request_format(&b, &q) == 0);
		MUST(spawn_request_parse(b.s, b.len, &q2) == 0);
		MUST(q2.kill == q.kill);
		MUST(q.kill != 0 || q2.start == q.start);
		MUST(q.kill != 0 || strcmp(q2.to.nexthop, q.to.nexthop) == 0);
		MUST(q.kill != 0 || q.to.nexthop[0] != '\0' || (
		    q2.to.uid == q.to.uid && q2.to.gid == q.to.gid &&
		    q2.to.make == q.to.make &&
		    strcmp(q2.to.user, q.to.user) == 0 &&
		    strcmp(q2.to.home, q.to.home) == 0 &&
		    strcmp(q2.to.mailbox, q.to.mailbox) == 0));
	}
	if (spawn_answer_parse(s, n, &a) == 0) {
		MUST(spawn_answer_format(&b, &a) == 0);
		MUST(spawn_answer_parse(b.s, b.len, &a2) == 0);
		MUST(a2.start == a.start && a2.pid == a.pid);
		MUST(strcmp(a2.why, a.why) == 0);
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;
	enum existence e;

	try_job(s, n);
	try_answer(s, n);
	try_spawn(s, n);
	if (existence_parse(s, n, &e) == 0)
		MUST(strlen(existence_name(e)) == n &&
		    memcmp(existence_name(e), s, n) == 0);
	return 0;
}
