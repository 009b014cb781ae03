/* bounce - report to a message's sender what did not arrive. See bounce.8. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/exits.h"
#include "mail/injector.h"
#include "mail/queuefile.h"
#include "report.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include "sys/unixsock.h"
#include "text/path.h"
#include "text/record.h"

#define QUEUE_FILE	0		/* the descriptor */
#define FILES		16		/* descriptors */
#define QINJECT_MS	30000		/* it answers nothing for so long */
#define DAY_S		86400u
#define FULL_MAX	51200u		/* octets of a message that is returned */
#define FULL_MOST	(32u << 20)	/* it has room in REPORT_MAX */

struct bounce {
	struct report	 report;
	struct queue_head head;
	uint64_t	 giveup_s, full_max;
	char		 own_id[QUEUE_ID];
	char		 to[ADDRESS_OCTETS + 1];
	char		 header[REPORT_HEADER];
};

static enum report_kind
kind_of(const char *word)
{
	unsigned k;

	for (k = REPORT_FAILED; k <= REPORT_SUCCESS; k++)
		if (strcmp(word, report_kind_name(k)) == 0)
			return k;
	die(EXIT_PERM, "%s is no kind of report", word);
}

static const struct words *
language(void)
{
	static const char *const names[] = { "en", "es", NULL };

	return env_word("REPORT_LANG", names) == 0 ? words_en() : words_es();
}

static const char *
host_name(const char *setting)
{
	const char *name = env_str(setting, NULL);

	if (!domain_is_valid(name, strlen(name)))
		die(EXIT_PERM, "setting %s=%s is no host name", setting, name);
	return name;
}

#define CALL(name)	{ .nr = __NR_##name }

/* The connection stands and the queue file is open: no other descriptor, file,
 * address or process is needed any more. */
static void
confine(void)
{
	static const struct sandbox_call calls[] = {
		CALL(read), CALL(write), CALL(pread64), CALL(sendto),
		CALL(recvfrom),
#ifdef __NR_poll
		CALL(poll),
#endif
		CALL(ppoll), CALL(close), CALL(clock_gettime), CALL(brk),
		CALL(mmap), CALL(munmap), CALL(mremap), CALL(madvise),
		CALL(exit), CALL(exit_group), CALL(rt_sigreturn),
		CALL(restart_syscall),
	};

	if (sandbox_no_new_privs() == -1 || sandbox_limits(FILES, 0) == -1)
		die(EXIT_TEMP, "limits:");
	(void)sandbox_files(NULL, 0);	/* qinject logs a kernel without it */
#ifndef __SANITIZE_ADDRESS__		/* the sanitizers ask for more */
	if (sandbox_calls(calls, sizeof(calls) / sizeof(*calls)) == -1)
		die(EXIT_TEMP, "seccomp:");
#else
	(void)calls;
#endif
}

/* 1 if the sender wants the whole message back. Only with a failure: RFC 3461 4.3.
 * Not above a limit, for who says that he is the sender need not be. */
static int
is_returned(const struct bounce *b)
{
	const struct wishes *w = &b->report.wishes;

	return b->report.kind == REPORT_FAILED && w->ret != NULL &&
	    strcmp(w->ret, "full") == 0 && b->head.size <= b->full_max;
}

/* The message, or the octets that its header lies in. */
static void
read_message(struct bounce *b)
{
	struct report *r = &b->report;
	size_t n = b->head.size < sizeof(b->header) ? (size_t)b->head.size :
	    sizeof(b->header);
	char *room = b->header;
	ssize_t got;

	r->full = is_returned(b);
	if (r->full && b->head.size > n) {
		n = (size_t)b->head.size;
		room = malloc(n);
	}
	got = room == NULL ? -1 : io_pread_full(QUEUE_FILE, room, n,
	    b->head.message);
	if (got == -1)
		die(EXIT_TEMP, "id=%s the message cannot be read:", r->id);
	r->header = room;
	r->header_n = (size_t)got;
}

static void
read_queue_file(struct bounce *b)
{
	struct report *r = &b->report;

	if (queue_read_head(QUEUE_FILE, &b->head, 0) == -1 ||
	    report_facts(r, b->head.text.s, b->head.text.len) == -1)
		die(EXIT_TEMP, "id=%s its head cannot be read:", r->id);
	if (queue_read_journal(QUEUE_FILE, &b->head, report_entry, r) == -1 ||
	    (errno = r->failed) != 0)
		die(EXIT_TEMP, "id=%s its journal cannot be read:", r->id);
	read_message(b);
	r->arrived_us = b->head.time_us;
	r->until_us = b->head.time_us + b->giveup_s * 1000000;
}

/* Whom the report goes to: never to nobody, that would be a loop. */
static void
find_reader(struct bounce *b)
{
	struct report *r = &b->report;

	if (queue_fact(&b->head, "sender", b->to, sizeof(b->to)) == -1)
		die(EXIT_TEMP, "id=%s its sender cannot be read:", r->id);
	if ((b->to[0] == '\0') != (r->kind == REPORT_DOUBLE))
		die(EXIT_PERM, "id=%s a report %s does not fit its sender",
		    r->id, report_kind_name(r->kind));
	if (r->kind == REPORT_DOUBLE && snprintf(b->to, sizeof(b->to),
	    "postmaster@%s", r->domain) >= (int)sizeof(b->to))
		die(EXIT_PERM, "setting DOMAIN is too long");
	r->to = b->to;
}

static void
inject(struct bounce *b, struct injector *i, struct injected *in)
{
	struct buf facts = BUF_MAX(4096), message = BUF_MAX(REPORT_MAX);
	struct report *r = &b->report;
	size_t at, n;

	if (report_compose(r, &message) == -1 ||
	    record_adds(&facts, "sender", "") == -1 ||
	    record_adds(&facts, "rcpt", r->to) == -1 ||
	    record_adds(&facts, "report", report_kind_name(r->kind)) == -1 ||
	    record_adds(&facts, "body", r->eight_bit ? "8bitmime" : "7bit")
	    == -1)
		die(EXIT_TEMP, "id=%s no report can be written:", r->id);
	injector_begin(i, facts.s, facts.len);
	for (at = 0; at < message.len; at += n) {
		n = message.len - at < INJECTOR_PIECE ? message.len - at :
		    INJECTOR_PIECE;
		injector_data(i, message.s + at, n);
	}
	injector_end(i, in);
}

static void
take_settings(struct bounce *b, struct sockaddr_un *qinject)
{
	b->report.name = host_name("NAME");
	b->report.domain = host_name("DOMAIN");
	b->report.words = language();
	b->full_max = env_u64("BOUNCE_FULL_MAX", FULL_MAX, 0, FULL_MOST);
	b->giveup_s = env_u64("GIVEUP_S", 5 * DAY_S, 1, 1000 * DAY_S);
	if (unix_addr(qinject, env_str("QINJECT_SOCKET", NULL)) == -1)
		die(EXIT_PERM, "setting QINJECT_SOCKET:");
	queue_id_make(b->own_id);
	b->report.own_id = b->own_id;
	b->report.now_us = clock_wall_us();
}

int
main(int argc, char **argv)
{
	static struct bounce b = { .head = QUEUE_HEAD };
	static struct injector i = { .fd = -1, .timeout_ms = QINJECT_MS };
	struct sockaddr_un qinject;
	struct injected in;

	progname = "bounce";
	if (argc != 2 && argc != 3)
		die(EXIT_PERM, "usage: bounce failed|delayed|double|success [id]");
	signal(SIGPIPE, SIG_IGN);
	b.report.kind = kind_of(argv[1]);
	b.report.id = argc == 3 && queue_id_is(argv[2]) ? argv[2] : "";
	take_settings(&b, &qinject);
	i.at = &qinject;
	injector_connect(&i);
	if (i.fd == -1)
		die(EXIT_TEMP, "id=%s qinject cannot be reached:", b.report.id);
	confine();
	read_queue_file(&b);
	find_reader(&b);
	if (report_count(&b.report) == 0)
		die(EXIT_PERM, "id=%s nothing to report", b.report.id);
	inject(&b, &i, &in);
	if (in.answer.verdict != V_DONE)
		die(in.answer.verdict == V_NEVER ? EXIT_PERM : EXIT_TEMP,
		    "id=%s %s", b.report.id, in.answer.why);
	if (io_write(1, in.id, strlen(in.id), clock_mono_ms() + QINJECT_MS)
	    == -1 || io_write(1, "\n", 1, clock_mono_ms() + QINJECT_MS) == -1)
		say("id=%s report=%s its id cannot be told:", b.report.id,
		    in.id);
	_exit(EXIT_DONE);	/* at once: an exit handler could still fail */
}
