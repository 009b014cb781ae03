/* why-address - what becomes of mail for an address: who-is is asked as the delivery
 * asks it, and its answer is said in sentences. */
#include "why.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/exits.h"
#include "mail/resolve.h"
#include "mail/spawn.h"
#include "show.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "text/record.h"

#define WHOIS_MS	60000

/* One final address. */
struct goal {
	char		 to[ADDRESS_OCTETS + DOMAIN_OCTETS + 1];
	struct destination where;
	uint64_t	 own;		/* the user's files come first */
	char		 verdict[8];	/* "", "never" or "later" */
	char		 dsn[DSN_OCTETS], why[WHY_OCTETS];
};

/* The whole answer to b, up to "end", and what stands there. */
static enum existence
ask_whois(struct buf *b, const char *address)
{
	const char *path = env_str("WHOIS_SOCKET", NULL), *p;
	int fd = unix_connect(path, SOCK_SEQPACKET);
	struct buf question = BUF_MAX(1024);
	enum existence e;
	struct field f;
	ssize_t r;

	if (fd == -1)
		die(errno == EACCES ? EXIT_PERM : EXIT_TEMP, "who-is at %s:",
		    path);
	if (record_adds(&question, "explain", address) == -1)
		die(EXIT_PERM, "this is no address");
	if (unix_send(fd, question.s, question.len, -1, 0) == -1)
		die(EXIT_TEMP, "who-is:");
	buf_free(&question);
	for (;;) {
		if (buf_room(b, RECORD_OCTETS) == -1 || io_wait(fd, POLLIN,
		    clock_mono_ms() + WHOIS_MS) == -1)
			die(EXIT_TEMP, "who-is:");
		r = unix_recv(fd, b->s + b->len, RECORD_OCTETS, NULL, 0);
		if (r <= 0)
			die(EXIT_TEMP, "who-is hung up");
		b->len += (size_t)r;
		p = memrchr(b->s, '\n', b->len - 1);
		p = p == NULL ? b->s : p + 1;
		if (record_next(&p, b->s + b->len, &f) == 1 &&
		    field_is(&f, "end") &&
		    existence_parse(f.value, f.n, &e) == 0)
			break;
	}
	close(fd);
	b->len = (size_t)(f.key - b->s);
	return e;
}

/* Is there a Maildir, and may mail go in? */
static void
print_mailbox(const struct destination *d)
{
	char sub[SPAWN_PATH + 8];
	struct statvfs fs;
	struct stat st;

	fputs("    Its mailbox is ", stdout);
	print_text(d->mailbox);
	printf(", of uid %llu", (unsigned long long)d->uid);
	snprintf(sub, sizeof(sub), "%s/new", d->mailbox);
	if (stat(d->home, &st) == -1 && errno == ENOENT)
		puts("; its home is missing, so mail waits.");
	else if (stat(sub, &st) == -1 && errno == ENOENT)
		puts(d->make ? "; it is missing, and the first message makes "
		    "it." : "; it is missing, so mail waits until it is made.");
	else if (stat(sub, &st) == -1)
		printf("; it cannot be looked into: %s.\n", strerror(errno));
	else if (st.st_uid != d->uid)
		printf("; it belongs to uid %llu, so mail waits.\n",
		    (unsigned long long)st.st_uid);
	else if (statvfs(sub, &fs) == 0 && fs.f_bavail == 0)
		puts("; its disk is full, so mail waits.");
	else
		puts("; it is there.");
}

static void
print_refusal(const struct goal *g)
{
	const char *help = advice(g->dsn, g->why);

	printf("    Its mail %s: %s ", strcmp(g->verdict, "never") == 0 ?
	    "is refused" : "waits", g->dsn);
	print_text(g->why);
	putchar('\n');
	if (help != NULL)
		printf("      %s\n", help);
}

/* What he has in his home folder is his own to say; that it is there, ours. */
static void
print_own(const char *home)
{
	static const char *const files[] = { ".forward", ".qmail" };
	char path[SPAWN_PATH + 16];
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/%s", home, files[i]);
		if (lstat(path, &st) == 0 && st.st_size > 0)
			printf("    The user's file %s comes first.\n", path);
	}
}

static void
print_goal(struct correo *c, const struct goal *g)
{
	const char *kind = "is on another host";

	if (g->to[0] == '\0')
		return;
	if (g->where.program[0] != '\0')
		kind = "is a program";
	else if (g->where.mbox[0] != '\0')
		kind = "is a file";
	else if (g->to[strlen(g->to) - 1] == '/')
		kind = "is a Maildir";
	else if (g->where.mailbox[0] != '\0')
		kind = g->where.user[0] != '\0' ? "is a user of the system" :
		    "is a virtual user";
	else if (g->verdict[0] != '\0')
		kind = "gets no mail";
	fputs("  ", stdout);
	print_text(g->to);
	printf(" %s.\n", kind);
	if (g->own)
		print_own(g->where.home);
	if (g->where.program[0] != '\0' || g->where.mbox[0] != '\0')
		printf("    By uid %u, in %s.\n", (unsigned)g->where.uid,
		    g->where.home);
	else if (g->where.mailbox[0] != '\0')
		print_mailbox(&g->where);
	else if (g->verdict[0] != '\0')
		print_refusal(g);
	else
		explain_host(c, g->to, g->where.nexthop);
}

static void
take_field(struct goal *g, const struct field *f)
{
	if (field_is(f, "never") || field_is(f, "later")) {
		snprintf(g->verdict, sizeof(g->verdict), "%.*s", (int)f->key_n,
		    f->key);
		(void)field_copy(f, g->dsn, sizeof(g->dsn));
	} else if (field_is(f, "own"))
		(void)field_u64(f, &g->own);
	else if (field_is(f, "why"))
		(void)field_copy(f, g->why, sizeof(g->why));
	else
		(void)destination_field(&g->where, f);
}

/* "alias NAME" and its "leads TARGET" lines, which p stands behind. */
static void
print_alias(const struct field *name, const char **p, const char *end)
{
	const char *next = *p;
	struct field f;
	unsigned n = 0;

	fputs("  The alias ", stdout);
	print_tame(name->value, name->n);
	while (record_next(&next, end, &f) == 1 && field_is(&f, "leads")) {
		fputs(n++ == 0 ? " leads to " : ", ", stdout);
		print_tame(f.value, f.n);
		*p = next;
	}
	puts(n == 0 ? " leads to nobody." : ".");
}

/* Each line of who-is's answer. */
static void
print_answer(struct correo *c, const char *p, const char *end)
{
	static struct goal g;
	struct field f;

	memset(&g, 0, sizeof(g));
	while (record_next(&p, end, &f) == 1) {
		if (!field_is(&f, "to") && !field_is(&f, "alias") &&
		    !field_is(&f, "again")) {
			take_field(&g, &f);
			continue;
		}
		print_goal(c, &g);
		memset(&g, 0, sizeof(g));
		if (field_is(&f, "to"))
			(void)field_copy(&f, g.to, sizeof(g.to));
		else if (field_is(&f, "alias"))
			print_alias(&f, &p, end);
		else {
			fputs("  The alias ", stdout);
			print_tame(f.value, f.n);
			puts(" leads back to itself: there it is no alias, or "
			    "mail would go in a circle.");
		}
	}
	print_goal(c, &g);
}

enum existence
explain_address(struct correo *c, const char *address)
{
	static const char *const ends[] = {
		[IS_HERE] = "is taken", [IS_NOBODY] = "is refused: no such user",
		[IS_ELSEWHERE] = ("is taken from those who may send through "
		    "this server, and goes to another host"),
		[IS_BARRED] = "is refused: it does not go to that host",
		[IS_UNSURE] = "is put off: it cannot be said now",
	};
	struct buf b = BUF_MAX(ANSWER_MAX + 2 * RECORD_OCTETS);
	enum existence e;

	if (!c->running && env_str("CONTROL_SOCKET", "")[0] != '\0')
		meet_runner(c);
	print_text(address);
	putchar('\n');
	e = ask_whois(&b, address);
	print_answer(c, b.s, b.s + b.len);
	printf("  Mail for it %s.\n", ends[e]);
	buf_free(&b);
	return e;
}
