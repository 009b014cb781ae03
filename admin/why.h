/*
 * why - what "correo why" is made of.
 *
 *	why		is it an address or a message?
 *	why-address	what becomes of mail for an address, by the delivery's own
 *			look-ups
 *	why-host	another host: its way, its mail hosts, its health
 *	why-message	a message's life, and how it stands
 *	why-lines	what happened to it, from the log and the journal
 *	logs, logline	the log's files, and one line of it
 *	events		what happened, in the order of time
 *	advice		what a failure means, in words
 */
#ifndef ADMIN_WHY_H
#define ADMIN_WHY_H

#include <stddef.h>
#include <stdint.h>

#include "correo.h"
#include "base/names.h"
#include "mail/existence.h"
#include "mail/queuefile.h"

/* advice.c: what a failure means and what helps, or NULL. Pure. */
const char *advice(const char *dsn, const char *why);

/* logline.c: one line of the log, as s6-log with T writes it. Pure. */
struct logline {
	uint64_t	 time_us;
	const char	*program;
	size_t		 program_n;
	const char	*text;		/* behind "program: " */
	size_t		 n;
};

struct pair {
	const char	*key;
	size_t		 key_n;
	const char	*value;		/* without < and > */
	size_t		 n;
};

/* Read a line of n octets, without its LF. 0, or -1 with errno EINVAL. */
int logline_parse(struct logline *l, const char *s, size_t n);

/* The next key=value of *p to end; words that are none are passed over, and "why"
 * is all to the end. 1, or 0 at the end. */
int logline_next(const char **p, const char *end, struct pair *f);

/* The value of key in the line. 1, or 0: there is none. */
int logline_find(const struct logline *l, const char *key, struct pair *f);

int pair_is(const struct pair *f, const char *text);

/* logs.c: hand over each line of the log's files that has the text in it, the oldest
 * first. 0, or -1 with errno: there is no log to be read. */
int logs_search(const char *folder, const char *text,
    void (*line)(void *arg, const struct logline *l), void *arg);

/* events.c */
struct event {
	struct event	*next;
	uint64_t	 time_us;
	int		 kind;		/* J_DONE, J_LATER or J_NEVER of an address;
					 * -1: anything else */
	char		*address;	/* or NULL */
	char		*dsn, *why;	/* of a failure, or NULL */
	char		*text;		/* what happened, in words */
	int		 matched;	/* the journal says it too */
};
struct events {
	struct event	*first, *last;	/* by time */
};

/* Add one; text as by printf(3). Dies where memory is gone. */
struct event *event_add(struct events *e, uint64_t time_us, int kind,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The event in the log that the journal's result is about, marked as such, or
 * NULL. */
struct event *event_match(struct events *e, uint64_t time_us, int kind,
    const char *address, size_t n);
void events_free(struct events *e);

/* A copy of n octets with a NUL; dies where memory is gone. */
char *copy_text(const char *s, size_t n);

/* why-lines.c: a message's life. */
struct life {
	struct correo	*c;
	const char	*id;
	struct events	 events;
	struct event	*reason_of;	/* whose "why" may come next */
	unsigned	 explained;
	struct names	 named;		/* addresses that were explained */
};

/* A line of the log with the id somewhere in it; arg is the life. */
void life_line(void *arg, const struct logline *l);

/* What the journal says and the log does not. */
void life_journal(struct life *f, const struct glance *g);

/* why-address.c: print what becomes of mail for it. What who-is says in a word. */
enum existence explain_address(struct correo *c, const char *address);

/* why-host.c: print the way to another host, indented. */
void explain_host(struct correo *c, const char *address, const char *nexthop);

/* why-message.c */
int why_message(struct correo *c, const char *id);

#endif
