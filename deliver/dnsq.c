/* dnsq - ask the DNS for all the others. See dnsq.8. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "dns-file.h"
#include "dns-lookup.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include "sys/service.h"
#include "sys/unixsock.h"

#define SPARE_FILES	(WORKERS_MAX + 32)

struct dnsq {
	struct service	 service;	/* first: dnsq_of */
	struct loop	 loop;
	struct lookups	 lookups;
	struct dns_file	 file;		/* path NULL: the DNS itself */
	int64_t		 timeout_ms;
};

/* Half of a question about addresses, or all of another. */
struct part {
	struct dns_question q;
	struct lookup	*lookup;	/* what it waits for, or NULL */
	struct buf	 answer;	/* a record; empty: it cannot be had */
};

struct asking {
	struct client	 client;
	int64_t		 deadline_ms;
	unsigned	 parts;
	struct part	 part[2];
};

static struct dnsq *
dnsq_of(const struct client *c)
{
	return (struct dnsq *)(void *)c->service;
}

static void
read_part(struct dns_answer *a, const struct part *p)
{
	if (dns_answer_parse(a, p->answer.s, p->answer.len) == -1)
		dns_answer_begin(a, DNS_LATER);
}

/* Answer, if nothing has to be waited for any more. */
static void
finish(struct asking *k)
{
	static struct dns_answer a, b;
	struct buf record = BUF_MAX(RECORD_OCTETS);

	if (k->part[0].lookup != NULL || k->part[1].lookup != NULL)
		return;
	read_part(&a, k->part);
	if (k->parts == 2) {
		read_part(&b, k->part + 1);
		dns_answer_join(&a, &b);
	}
	(void)dns_answer_format(&record, &a);	/* of no octets: it is dropped */
	client_answer(&k->client, record.s, record.len);
	buf_free(&record);
}

static void
ask_table(struct dnsq *d, struct part *p)
{
	static struct dns_answer a;

	dns_table_answer(&d->file.table, &p->q, &a);
	(void)dns_answer_format(&p->answer, &a);
}

static void
ask_part(struct dnsq *d, struct part *p, enum dns_type type,
    const struct dns_question *q)
{
	p->q = *q;
	p->q.type = type;
	p->answer.len = 0;
	p->answer.max = RECORD_OCTETS;
	if (d->file.path != NULL)
		ask_table(d, p);
	else if (!lookups_cached(&d->lookups, &p->q, &p->answer))
		p->lookup = lookups_join(&d->lookups, &p->q);
}

static int
on_question(struct client *c, const char *record, size_t n)
{
	struct asking *k = (struct asking *)(void *)c;
	struct dnsq *d = dnsq_of(c);
	struct dns_question q;

	if (dns_question_parse(&q, record, n) == -1)
		return -1;
	if (d->file.path != NULL)
		(void)dns_file_look(&d->file);
	k->deadline_ms = clock_mono_ms() + d->timeout_ms;
	k->parts = q.type == DNS_ADDR ? 2 : 1;
	ask_part(d, k->part, q.type == DNS_ADDR ? DNS_A : q.type, &q);
	if (q.type == DNS_ADDR)
		ask_part(d, k->part + 1, DNS_AAAA, &q);
	finish(k);
	return 0;
}

static void
on_lookup(void *arg, struct lookup *l, const char *record, size_t n)
{
	struct dnsq *d = arg;
	struct client *c, *next;
	struct part *p;

	for (c = d->service.all; c != NULL; c = next) {
		struct asking *k = (struct asking *)(void *)c;

		next = c->next;
		p = k->part[0].lookup == l ? k->part : k->part + 1;
		if (p->lookup != l)
			continue;
		p->lookup = NULL;
		(void)buf_add(&p->answer, record, n);
		finish(k);
	}
}

/* Wait for nothing more. */
static void
give_up(struct client *c)
{
	struct asking *k = (struct asking *)(void *)c;
	unsigned i;

	for (i = 0; i < 2; i++)
		if (k->part[i].lookup != NULL) {
			lookups_leave(k->part[i].lookup);
			k->part[i].lookup = NULL;
		}
}

static void
on_gone(struct client *c)
{
	struct asking *k = (struct asking *)(void *)c;

	give_up(c);
	buf_free(&k->part[0].answer);
	buf_free(&k->part[1].answer);
}

/* See to all that has a deadline. How long until that is needed again, in ms. */
static int
go_on(struct dnsq *d)
{
	int64_t now = clock_mono_ms(), soonest;
	struct client *c, *next;

	for (c = d->service.all; c != NULL; c = next) {
		struct asking *k = (struct asking *)(void *)c;

		next = c->next;
		if (c->asks && now >= k->deadline_ms) {
			say("name=%s status=later why=late", k->part[0].q.name);
			give_up(c);
			finish(k);
		}
	}
	soonest = d->file.path != NULL ? -1 : lookups_go_on(&d->lookups);
	for (c = d->service.all; c != NULL; c = c->next) {
		struct asking *k = (struct asking *)(void *)c;

		if (c->asks && (soonest == -1 || k->deadline_ms < soonest))
			soonest = k->deadline_ms;
	}
	return clock_left_ms(soonest);
}

/* The folder of path's file itself, into out; NULL if there is none. */
static const char *
folder_of(const char *path, char out[PATH_MAX])
{
	char *slash;

	if (realpath(path, out) == NULL)
		return NULL;
	slash = strrchr(out, '/');
	slash[slash == out] = '\0';
	return out;
}

/* It reads what strangers sent: nothing but resolv.conf or the table is in reach.
 * Both are often replaced by rename, so the folder is allowed. */
static void
confine(const struct dnsq *d)
{
	const char *conf = d->file.path != NULL ? d->file.path :
	    "/etc/resolv.conf";
	char real[PATH_MAX];
	struct sandbox_path paths[2];
	size_t n = 0;

	if (d->file.path == NULL && access("/etc", X_OK) == 0)
		paths[n++] = (struct sandbox_path){ .path = "/etc" };
	if (folder_of(conf, real) != NULL)
		paths[n++] = (struct sandbox_path){ .path = real };
	if (sandbox_no_new_privs() == -1)
		die(EXIT_TEMP, "no_new_privs:");
	if (sandbox_files(paths, n) == 0)
		say("Landlock level %d", sandbox_files_level());
	else if (errno == ENOSYS || errno == EOPNOTSUPP)
		say("this kernel has no Landlock: uids alone guard the files");
	else
		die(EXIT_TEMP, "Landlock:");
}

static void
read_settings(struct dnsq *d)
{
	struct asker *k = &d->lookups.workers.asker;
	const char *server = env_str("DNS_SERVER", "");
	const char *table = env_str("DNS_TABLE", "");
	unsigned timeout_s = (unsigned)env_u64("DNSQ_TIMEOUT_S", 20, 1, 300);
	struct sockaddr_in6 addr;

	d->service.clients_max = (unsigned)env_u64("DNSQ_CLIENTS", 400, 1,
	    10000);
	d->lookups.workers.n = (unsigned)env_u64("DNSQ_WORKERS", 8, 1,
	    WORKERS_MAX);
	d->timeout_ms = d->lookups.timeout_ms = 1000 * (int64_t)timeout_s;
	d->file.path = *table != '\0' ? table : NULL;
	k->server = *server != '\0' ? server : NULL;
	k->trust = (int)env_u64("DNS_TRUST_AD", 2, 0, 1);
	if (k->trust == 2)
		k->trust = k->server != NULL ? 0 : -1;
	k->timeout_s = timeout_s;
	if (k->server != NULL && ask_server(&addr, server) == -1)
		die(EXIT_PERM, "setting DNS_SERVER=%s is no address", server);
}

static void
start(struct dnsq *d, const char *path)
{
	if (d->file.path != NULL && dns_file_look(&d->file) != 1)
		die(EXIT_PERM, "setting DNS_TABLE=%s is no table to begin with",
		    d->file.path);
	if (sandbox_limits(d->service.clients_max + SPARE_FILES, 1) == -1)
		die(EXIT_TEMP, "descriptors:");
	d->service.loop = &d->loop;
	if (service_open(&d->service, path) == -1)
		die(EXIT_TEMP, "socket %s:", path);
	confine(d);
	d->lookups.workers.loop = &d->loop;
	d->lookups.done = on_lookup;
	d->lookups.arg = d;
	if (d->file.path == NULL && lookups_start(&d->lookups) == -1)
		die(EXIT_TEMP, "workers:");
	env_notify_ready();
}

int
main(int argc, char **argv)
{
	static struct dnsq d = { .service = { .ask = on_question,
	    .gone = on_gone, .client_size = sizeof(struct asking) } };
	int timeout = -1;

	(void)argv;
	progname = "dnsq";
	if (argc != 1)
		die(EXIT_PERM, "usage: dnsq (settings: DNSQ_SOCKET, "
		    "DNS_TABLE, DNS_SERVER)");
	read_settings(&d);
	start(&d, env_str("DNSQ_SOCKET", NULL));
	while (!d.service.stop) {
		if (service_once(&d.service, timeout) == -1)
			die(EXIT_TEMP, "poll:");
		timeout = go_on(&d);
	}
	return EXIT_DONE;
}
