/* queue - "correo queue VERB": its command line. */
#include "correo.h"

#include <stdio.h>
#include <string.h>

#include "base/exits.h"
#include "sys/log.h"

/* What the command line says behind the verb. */
struct words {
	struct sift	 sift;
	int		 sifts;		/* a filter is set */
	int		 all, json;
	const char	*site;
	char		**ids;		/* in argv */
	int		 n;
};

static int run_list(struct correo *c, const struct words *w);
static int run_show(struct correo *c, const struct words *w);
static int run_sites(struct correo *c, const struct words *w);
static int run_status(struct correo *c, const struct words *w);

enum { FILTERS = 1, JSON = 2, ALL = 4, SITE = 8, IDS = 16 };
#define ORDER	(FILTERS | ALL | IDS)

static const struct queue_verb {
	const char	*name;
	int		 (*run)(struct correo *c, const struct words *w);
	enum control_verb verb;		/* where run is NULL */
	unsigned	 takes;		/* which words may stand behind it */
} queue_verbs[] = {
	{ "list", run_list, CONTROL_LIST, FILTERS | JSON },
	{ "show", run_show, CONTROL_LIST, IDS | JSON },
	{ "sites", run_sites, CONTROL_SITES, JSON },
	{ "status", run_status, CONTROL_STATUS, JSON },
	{ "flush", NULL, CONTROL_FLUSH, ORDER | SITE },
	{ "hold", NULL, CONTROL_HOLD, ORDER },
	{ "release", NULL, CONTROL_RELEASE, ORDER },
	{ "remove", NULL, CONTROL_REMOVE, ORDER },
	{ "requeue", NULL, CONTROL_REQUEUE, ORDER },
};

static void __attribute__((noreturn))
usage(void)
{
	die(EXIT_PERM, "usage: correo queue list|show|flush|hold|release|"
	    "remove|requeue|sites|status [ID ...] [--all] [--sender TEXT] "
	    "[--recipient TEXT] [--domain TEXT] [--age TIME] [--size N] "
	    "[--reason TEXT] [--site WAY] [--json] (see correo(8))");
}

/* 1 if the word is a filter, and it is set. */
static int
set_filter(struct sift *s, const char *name, const char *value)
{
	const struct {
		const char *name, **text;
	} texts[] = {
		{ "sender", &s->sender }, { "recipient", &s->recipient },
		{ "domain", &s->domain }, { "reason", &s->reason },
	};
	size_t i;
	int good;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(name, texts[i].name) == 0) {
			*texts[i].text = value;
			return 1;
		}
	if (strcmp(name, "age") == 0)
		good = sift_age(s, value);
	else if (strcmp(name, "size") == 0)
		good = sift_size(s, value);
	else
		return 0;
	if (good == -1)
		die(EXIT_PERM, "--%s %s: no number with s, m, h, d, w for times "
		    "or k, M, G for sizes", name, value);
	return 1;
}

/* "--name=value" or "--name value"; *k is moved to the last word that was used. */
static void
take_option(struct words *w, const struct queue_verb *v, char **argv, int *k)
{
	char *name = argv[*k] + 2, *value = strchr(name, '=');

	if (strcmp(name, "json") == 0 && v->takes & JSON) {
		w->json = 1;
		return;
	}
	if (strcmp(name, "all") == 0 && v->takes & ALL) {
		w->all = 1;
		return;
	}
	if (value != NULL)
		*value++ = '\0';
	else
		value = argv[++*k];
	if (value == NULL || value[0] == '\0')
		die(EXIT_PERM, "--%s wants a value", name);
	if (strcmp(name, "site") == 0 && v->takes & SITE)
		w->site = value;
	else if (v->takes & FILTERS && set_filter(&w->sift, name, value))
		w->sifts = 1;
	else
		die(EXIT_PERM, "correo queue %s has no --%s", v->name, name);
}

static void
take_words(struct words *w, const struct queue_verb *v, int argc, char **argv)
{
	int k;

	w->ids = argv;
	for (k = 1; k < argc; k++) {
		if (strncmp(argv[k], "--", 2) == 0) {
			take_option(w, v, argv, &k);
			continue;
		}
		if (!(v->takes & IDS) || !queue_id_is(argv[k]))
			die(EXIT_PERM, v->takes & IDS ? "%s is no id" :
			    "%s: no such word here", argv[k]);
		w->ids[w->n++] = argv[k];
	}
}

static int
run_list(struct correo *c, const struct words *w)
{
	return queue_list(c, &w->sift);
}

static int
run_show(struct correo *c, const struct words *w)
{
	if (w->n != 1)
		die(EXIT_PERM, "usage: correo queue show ID [--json]");
	return queue_show(c, w->ids[0]);
}

static int
run_sites(struct correo *c, const struct words *w)
{
	(void)w;
	return queue_sites(c);
}

static int
run_status(struct correo *c, const struct words *w)
{
	(void)w;
	return queue_status(c);
}

/* What it is about must be said; so nobody removes the whole queue by a slip. */
static int
order(struct correo *c, enum control_verb verb, struct words *w)
{
	int ways = (w->n > 0 || w->sifts) + w->all + (w->site != NULL);

	if (ways != 1)
		die(EXIT_PERM, "correo queue %s: say which: ids, filters%s or "
		    "--all", control_verb_name(verb), verb == CONTROL_FLUSH ?
		    ", --site" : "");
	need_runner(c);
	if (w->site == NULL && (!w->all || verb != CONTROL_FLUSH))
		return queue_order(c, verb, w->ids, w->n, w->sifts ? &w->sift :
		    NULL);
	ask_runner(c, verb, w->site != NULL ? w->site : CONTROL_ALL);
	if (c->control.end == CONTROL_DONE) {
		puts(w->all ? "All messages are due now, but those that are "
		    "held." : "The host is tried at once.");
		return EXIT_DONE;
	}
	if (c->control.end == CONTROL_UNKNOWN)
		die(EXIT_PERM, "qrunner knows no site %s", w->site);
	die(EXIT_TEMP, "qrunner has no memory for it");
}

int
verb_queue(struct correo *c, int argc, char **argv)
{
	struct words w = { .n = 0 };
	const struct queue_verb *v = NULL;
	size_t i;

	for (i = 0; i < sizeof(queue_verbs) / sizeof(*queue_verbs); i++)
		if (argc > 1 && strcmp(argv[1], queue_verbs[i].name) == 0)
			v = queue_verbs + i;
	if (v == NULL)
		usage();
	take_words(&w, v, argc - 1, argv + 1);
	c->json = w.json;
	return v->run != NULL ? v->run(c, &w) : order(c, v->verb, &w);
}
