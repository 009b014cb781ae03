/* pop3-load - many POP3 sessions from one process. See pop3-load.1. */
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "load-tls.h"

#include "base/ascii.h"
#include "base/exits.h"
#include "base/num.h"
#include "sys/clock.h"
#include "sys/log.h"

#define THREADS_MAX	100
#define SESSIONS_MAX	10000000
#define STEPS_MAX	8
#define MESSAGES_MAX	1000000
#define LINE_ROOM	1024
#define NUMBER_FIELD	"X-Bench-Number: "

struct session;

/* One command of a session, and how often. */
struct step {
	const char	*name;		/* lower case, for the report */
	void		(*run)(struct session *, uint64_t turn);
	uint64_t	times;
};

struct samples {
	uint64_t	*us;
	size_t		n, room;
};

/* As asked for; constant while the threads run but for what lock guards. */
struct load {
	struct sockaddr_storage to;
	socklen_t	tolen;
	struct load_tls	tls;		/* mode and ca, for the threads */
	uint64_t	threads, sessions, messages, octets, wait_s;
	const char	**users, *secret;
	size_t		nusers;
	struct step	step[STEPS_MAX];
	size_t		nsteps;

	pthread_mutex_t	lock;
	uint64_t	begun;		/* sessions */
};

/* A thread and the session that it has. */
struct session {
	struct load	*load;
	pthread_t	thread;
	struct load_tls	tls;
	const char	*user;
	int		fd;
	SSL		*ssl;
	uint64_t	octets;		/* of the mailbox, as STAT said; or 0 */
	char		in[65536];
	size_t		at, end;	/* unread part of in */
	char		line[LINE_ROOM];
	bool		*seen;		/* numbers that RETR brought */
	struct samples	login, step[STEPS_MAX];
};

/* The server said what it must not: the figures are worth nothing. */
static void __attribute__((noreturn, format(printf, 2, 3)))
wrong(const struct session *s, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	die(EXIT_TEMP, "%s; the last line: %s", text, s->line);
}

static void
keep(struct samples *k, uint64_t us)
{
	if (k->n == k->room) {
		k->room = k->room ? 2 * k->room : 64;
		k->us = realloc(k->us, k->room * sizeof(*k->us));
		if (k->us == NULL)
			die(EXIT_TEMP, "memory:");
	}
	k->us[k->n++] = us;
}

static void
fill(struct session *s)
{
	ssize_t n = load_tls_read(s->ssl, s->fd, s->in, sizeof(s->in));

	if (n <= 0)
		wrong(s, "the connection: %s", n == 0 ? "closed" :
		    strerror(errno));
	s->at = 0;
	s->end = (size_t)n;
}

/* The next line without CRLF into s->line; its octets. */
static size_t
get_line(struct session *s)
{
	size_t n = 0, part;
	char *lf;

	do {
		if (s->at == s->end)
			fill(s);
		lf = memchr(s->in + s->at, '\n', s->end - s->at);
		part = (lf != NULL ? (size_t)(lf + 1 - s->in) : s->end) - s->at;
		if (part >= sizeof(s->line) - n)
			wrong(s, "a line that is too long");
		memcpy(s->line + n, s->in + s->at, part);
		n += part;
		s->at += part;
	} while (lf == NULL);
	if (n < 2 || s->line[n - 2] != '\r')
		wrong(s, "a line without CRLF");
	s->line[n -= 2] = '\0';
	return n;
}

static void
need_ok(struct session *s, const char *what)
{
	get_line(s);
	if (strncmp(s->line, "+OK", 3) != 0)
		wrong(s, "%s was refused", what);
}

static void __attribute__((format(printf, 2, 3)))
tell(struct session *s, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	ssize_t n, len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n = load_tls_write(s->ssl, s->fd, text, (size_t)len);
	if (n != len)
		wrong(s, "writing: %s", strerror(errno));
}

/* A number at *p, and a blank or the end behind it. */
static uint64_t
take_number(struct session *s, char **p)
{
	char *end = strchr(*p, ' ');
	size_t n = end != NULL ? (size_t)(end - *p) : strlen(*p);
	uint64_t number;

	if (num_u64(*p, n, &number) == -1)
		wrong(s, "no number");
	*p += n + (end != NULL);
	return number;
}

static void
do_stat(struct session *s, uint64_t turn)
{
	char *p = s->line + 4;

	(void)turn;
	tell(s, "STAT\r\n");
	need_ok(s, "STAT");
	if (take_number(s, &p) != s->load->messages)
		wrong(s, "STAT: not %" PRIu64 " messages", s->load->messages);
	s->octets = take_number(s, &p);
}

/* Every message has its line, in order, and the sizes are those of STAT. */
static void
do_list(struct session *s, uint64_t turn)
{
	uint64_t i = 0, sum = 0;
	char *p;

	(void)turn;
	tell(s, "LIST\r\n");
	need_ok(s, "LIST");
	while (get_line(s) != 1 || s->line[0] != '.') {
		p = s->line;
		if (take_number(s, &p) != ++i)
			wrong(s, "LIST: not line %" PRIu64, i);
		sum += take_number(s, &p);
	}
	if (i != s->load->messages || (s->octets != 0 && sum != s->octets))
		wrong(s, "LIST: %" PRIu64 " messages, %" PRIu64 " octets", i,
		    sum);
}

static void
do_uidl(struct session *s, uint64_t turn)
{
	char last[80] = "", *p;
	uint64_t i = 0;

	(void)turn;
	tell(s, "UIDL\r\n");
	need_ok(s, "UIDL");
	while (get_line(s) != 1 || s->line[0] != '.') {
		p = s->line;
		if (take_number(s, &p) != ++i)
			wrong(s, "UIDL: not line %" PRIu64, i);
		if (*p == '\0' || strlen(p) > 70 || strcmp(p, last) == 0)
			wrong(s, "UIDL: no id of its own");
		strcpy(last, p);
	}
	if (i != s->load->messages)
		wrong(s, "UIDL: %" PRIu64 " messages", i);
}

/* A message of the wanted size, with a number that did not come yet. */
static void
do_retr(struct session *s, uint64_t turn)
{
	uint64_t octets = 0, number = 0;
	size_t n;
	char *p;

	tell(s, "RETR %" PRIu64 "\r\n", turn);
	need_ok(s, "RETR");
	while ((n = get_line(s)) != 1 || s->line[0] != '.') {
		octets += n + 2 - (s->line[0] == '.');
		if (number == 0 && strncmp(s->line, NUMBER_FIELD,
		    sizeof(NUMBER_FIELD) - 1) == 0) {
			p = s->line + sizeof(NUMBER_FIELD) - 1;
			number = take_number(s, &p);
		}
	}
	if (number == 0 || number > s->load->messages || s->seen[number])
		wrong(s, "RETR %" PRIu64 ": number %" PRIu64, turn, number);
	if (octets != s->load->octets)
		wrong(s, "RETR %" PRIu64 ": %" PRIu64 " octets", turn, octets);
	s->seen[number] = true;
}

static void
connect_to(struct session *s)
{
	struct timeval wait = { .tv_sec = (time_t)s->load->wait_s };
	int on = 1;

	s->fd = socket(s->load->to.ss_family, SOCK_STREAM, 0);
	if (s->fd == -1)
		die(EXIT_TEMP, "socket:");
	(void)setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(s->fd, (struct sockaddr *)&s->load->to, s->load->tolen)
	    == -1)
		die(EXIT_TEMP, "connect:");
}

static void
begin_tls(struct session *s)
{
	const char *why = "timed out";

	s->ssl = load_tls_start(&s->tls, s->fd);
	if (load_tls_shake(&s->tls, s->ssl, &why) != 1)
		wrong(s, "TLS: %s", why);
}

static void
log_in(struct session *s)
{
	s->line[0] = '\0';
	connect_to(s);
	if (s->tls.mode == TLS_IMPLICIT)
		begin_tls(s);
	need_ok(s, "the greeting");
	if (s->tls.mode == TLS_STARTTLS) {
		tell(s, "STLS\r\n");
		need_ok(s, "STLS");
		begin_tls(s);
	}
	tell(s, "USER %s\r\n", s->user);
	need_ok(s, "USER");
	tell(s, "PASS %s\r\n", s->load->secret);
	need_ok(s, "PASS");
}

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
one_session(struct session *s)
{
	const struct load *l = s->load;
	uint64_t turn, start = now_us();
	size_t i;

	s->at = s->end = 0;
	s->octets = 0;
	memset(s->seen, 0, l->messages + 1);
	log_in(s);
	keep(&s->login, now_us() - start);
	for (i = 0; i < l->nsteps; i++)
		for (turn = 1; turn <= l->step[i].times; turn++) {
			start = now_us();
			l->step[i].run(s, turn);
			keep(&s->step[i], now_us() - start);
		}
	tell(s, "QUIT\r\n");
	need_ok(s, "QUIT");
	load_tls_end(s->ssl);
	s->ssl = NULL;
	close(s->fd);
}

static bool
one_more(struct load *l)
{
	bool more;

	pthread_mutex_lock(&l->lock);
	more = l->begun < l->sessions;
	l->begun += more;
	pthread_mutex_unlock(&l->lock);
	return more;
}

static void *
run(void *arg)
{
	struct session *s = arg;

	while (one_more(s->load))
		one_session(s);
	return NULL;
}

static struct session *
start(struct load *l)
{
	struct session *all = calloc(l->threads, sizeof(*all));
	uint64_t i;

	for (i = 0; all != NULL && i < l->threads; i++) {
		all[i].load = l;
		/* One mailbox is not read by two, if there are enough. */
		all[i].user = l->users[i % l->nusers];
		all[i].tls = l->tls;
		if (l->tls.mode != TLS_NONE)
			load_tls_open(&all[i].tls);
		all[i].seen = calloc(l->messages + 1, 1);
		if (all[i].seen == NULL || pthread_create(&all[i].thread, NULL,
		    run, &all[i]) != 0)
			die(EXIT_TEMP, "thread:");
	}
	if (all == NULL)
		die(EXIT_TEMP, "memory:");
	return all;
}

static int
by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The median of what the threads kept at offset, in " NAME_us=N". */
static void
say_median(const struct load *l, const struct session *all, const char *name,
    size_t offset)
{
	struct samples sum = { 0 };
	const struct samples *k;
	uint64_t i;
	size_t j;

	for (i = 0; i < l->threads; i++) {
		k = (const void *)((const char *)&all[i] + offset);
		for (j = 0; j < k->n; j++)
			keep(&sum, k->us[j]);
	}
	qsort(sum.us, sum.n, sizeof(*sum.us), by_size);
	printf(" %s_us=%" PRIu64, name, sum.n > 0 ? sum.us[sum.n / 2] : 0);
	free(sum.us);
}

static void
report(const struct load *l, const struct session *all, uint64_t us)
{
	size_t i;

	printf("seconds=%" PRIu64 ".%06" PRIu64 " sessions=%" PRIu64,
	    us / 1000000, us % 1000000, l->sessions);
	say_median(l, all, "login", offsetof(struct session, login));
	for (i = 0; i < l->nsteps; i++)
		say_median(l, all, l->step[i].name, offsetof(struct session,
		    step) + i * sizeof(all->step[0]));
	load_tls_report(&all->tls);
	putchar('\n');
	if (fflush(stdout) == EOF)
		die(EXIT_TEMP, "stdout:");
}

static void
usage(void)
{
	die(EXIT_PERM, "usage: pop3-load [-T starttls|implicit] [-C ca] "
	    "[-s sessions] [-n all] [-m messages] [-l octets] [-w seconds] "
	    "-u user[,user...] host port [step[:times] ...]");
}

static void
take_step(struct load *l, char *word)
{
	static const struct step steps[] = {
		{ "stat", do_stat, 1 }, { "list", do_list, 1 },
		{ "uidl", do_uidl, 1 }, { "retr", do_retr, 1 }
	};
	char *colon = strchr(word, ':');
	size_t i;

	if (colon != NULL)
		*colon++ = '\0';
	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (ascii_is(word, strlen(word), steps[i].name))
			break;
	if (i == sizeof(steps) / sizeof(*steps) || l->nsteps == STEPS_MAX)
		usage();
	l->step[l->nsteps] = steps[i];
	if (colon != NULL)
		l->step[l->nsteps].times = load_number(colon, MESSAGES_MAX);
	l->nsteps++;
}

static void
find_server(struct load *l, const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int e = getaddrinfo(host, port, &hints, &found);

	if (e != 0)
		die(EXIT_PERM, "%s port %s: %s", host, port, gai_strerror(e));
	memcpy(&l->to, found->ai_addr, found->ai_addrlen);
	l->tolen = found->ai_addrlen;
	freeaddrinfo(found);
}

static void
split_users(struct load *l, char *list)
{
	char *p;

	l->users = calloc(strlen(list) + 1, sizeof(*l->users));
	if (l->users == NULL)
		die(EXIT_TEMP, "memory:");
	for (p = strtok(list, ","); p != NULL; p = strtok(NULL, ","))
		l->users[l->nusers++] = p;
}

static void
take_option(struct load *l, int c)
{
	switch (c) {
	case 'T':
		load_tls_mode(&l->tls, optarg);
		break;
	case 'C':
		l->tls.ca = optarg;
		break;
	case 's':
		l->threads = load_number(optarg, THREADS_MAX);
		break;
	case 'n':
		l->sessions = load_number(optarg, SESSIONS_MAX);
		break;
	case 'm':
		l->messages = load_number(optarg, MESSAGES_MAX);
		break;
	case 'l':
		l->octets = load_number(optarg, 64 << 20);
		break;
	case 'w':
		l->wait_s = load_number(optarg, 3600);
		break;
	case 'u':
		split_users(l, optarg);
		break;
	default:
		usage();
	}
}

int
main(int argc, char **argv)
{
	static struct load l = { .threads = 1, .sessions = 1, .messages = 1,
	    .octets = 1, .wait_s = 60, .lock = PTHREAD_MUTEX_INITIALIZER };
	struct session *all;
	uint64_t began, i;
	int c;

	progname = "pop3-load";
	signal(SIGPIPE, SIG_IGN);
	while ((c = getopt(argc, argv, "T:C:s:n:m:l:w:u:")) != -1)
		take_option(&l, c);
	l.secret = getenv("POP3_SECRET");
	if (argc - optind < 2 || l.nusers == 0 || l.secret == NULL)
		usage();
	find_server(&l, argv[optind], argv[optind + 1]);
	for (i = (uint64_t)optind + 2; i < (uint64_t)argc; i++)
		take_step(&l, argv[i]);
	began = now_us();
	all = start(&l);
	for (i = 0; i < l.threads; i++)
		pthread_join(all[i].thread, NULL);
	report(&l, all, now_us() - began);
	return EXIT_DONE;
}
