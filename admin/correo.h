/*
 * correo - what the verbs of correo(8) share.
 *
 *	correo		the table of verbs, settings, the queue and the runner
 *	queue		the verbs of "correo queue": its command line
 *	queue-list	list, and what it shares with show
 *	queue-show	show
 *	queue-json	a message for programs
 *	queue-order	flush, hold, release, remove, requeue
 *	queue-sites	sites and status
 *	live		what the runner knows of all messages
 *	why		"correo why": an address or a message
 *	tables		"correo tables"
 *	show, json	numbers, times and texts for people and for programs
 */
#ifndef ADMIN_CORREO_H
#define ADMIN_CORREO_H

#include <stdint.h>

#include "mail/control.h"
#include "mail/glance.h"
#include "mail/sift.h"
#include "sys/settings.h"

struct correo {
	struct settings	 settings;
	uint64_t	 now_us;
	int		 json;
	int		 msg;		/* descriptor of QUEUE/msg, or -1 */
	int		 running;	/* control is connected to the runner */
	struct control	 control;
};

/* Each verb: argv[0] is its name. The exit code. */
int verb_queue(struct correo *c, int argc, char **argv);
int verb_why(struct correo *c, int argc, char **argv);
int verb_tables(struct correo *c, int argc, char **argv);

/* correo.c */

/* Open QUEUE/msg, or die. */
void open_queue(struct correo *c);

/* Connect to the runner: c->running. Without it, say that what is shown comes from
 * the files alone. Die if it is there and we may not speak to it. */
void meet_runner(struct correo *c);

/* The same for what cannot be done without it: die if it does not run. */
void need_runner(struct correo *c);

/* Ask it, or die. */
void ask_runner(struct correo *c, enum control_verb verb, const char *value);

/* queue-list.c, queue-show.c */
int queue_list(struct correo *c, const struct sift *s);
int queue_show(struct correo *c, const char *id);

/* queue-order.c: carry out verb for the n ids (n 0: all there are) that s takes; s
 * NULL: any. The exit code. */
int queue_order(struct correo *c, enum control_verb verb, char **ids, int n,
    const struct sift *s);

/* queue-sites.c */
int queue_sites(struct correo *c);
int queue_status(struct correo *c);

/* live.c: what the runner says of each message. */
struct live_message {
	char	 id[QUEUE_ID];
	enum control_state state;
	uint32_t attempts;
	uint64_t due_us;
	size_t	 site;			/* where in live.sites, or NO_SITE */
};
#define NO_SITE	((size_t)-1)
struct live {
	struct live_message *message;	/* by id */
	size_t	 n, cap;
	struct buf sites;		/* their names, each with a NUL */
};

/* Ask for all of them; nothing where the runner does not run. */
void live_read(struct live *l, struct correo *c);
const struct live_message *live_find(const struct live *l, const char *id);
void live_free(struct live *l);

/* queue-list.c */

/* What comes next for a message, for people: the runner (m, or NULL) knows better
 * than the file. out has room for two spans. */
#define STATE_OCTETS	64
const char *say_state(char out[STATE_OCTETS], const struct correo *c,
    const struct glance *g, const struct live_message *m);

/* "4.2.0 words" and the end of the line. */
void print_reason(const struct outcome *o);

/* queue-json.c: print an object; all 1: with those too who have it, or never will. */
void json_message(const struct glance *g, const struct live *l,
    const struct live_message *m, int all);

#endif
