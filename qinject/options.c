/* options - sendmail's command line. */
#include "sendmail.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "text/esmtp.h"
#include "text/xtext.h"

/* source: sendmail 8's getopt string; C, d, Q and q have their value attached or
 * none. */
#define WITH_VALUE	"ABbDeFfhLMNOopRrVX"
#define MAYBE_VALUE	"CdQq"
#define WITHOUT		"cGIimnsTtUv"

static int
set_mode(struct options *o, char c)
{
	static const struct {
		char c;
		enum mode mode;
	} modes[] = {
		{ 'm', MODE_SEND }, { 'a', MODE_SEND }, { 's', MODE_SMTP },
		{ 'p', MODE_MAILQ }, { 'i', MODE_ALIASES },
		{ 'v', MODE_VERIFY }, { 'd', MODE_DAEMON },
		{ 'D', MODE_DAEMON }, { 'l', MODE_DAEMON },
		{ 't', MODE_MISSING }, { 'h', MODE_MISSING },
		{ 'H', MODE_MISSING }, { 'P', MODE_MISSING },
	};
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (modes[i].c == c) {
			o->mode = modes[i].mode;
			return 0;
		}
	snprintf(o->wrong, sizeof(o->wrong), "there is no mode -b%c", c);
	return -1;
}

/* "IgnoreDots=True" and the like; all other long options are not ours. */
static void
set_long(struct options *o, const char *value)
{
	static const char name[] = "IgnoreDots";
	size_t n = sizeof(name) - 1;

	if (strncasecmp(value, name, n) != 0)
		return;
	value += n + strspn(value + n, " =");
	o->dots_are_text = strchr("fFnN0", *value) == NULL || *value == '\0';
}

/* Sendmail wants xtext here, Postfix plain text: what is no xtext is made some. */
static int
set_envid(struct options *o, const char *value)
{
	size_t n = strlen(value);
	int plain = !esmtp_is_xtext(value, n);

	if (plain && xtext_encode(o->envid, sizeof(o->envid), value, n) == -1)
		return -1;
	if (!plain && n < sizeof(o->envid))
		memcpy(o->envid, value, n + 1);
	return envid_is(o->envid, strlen(o->envid)) ? 0 : -1;
}

/* What the sender wants to be told. */
static int
set_wish(struct options *o, char c, const char *value)
{
	int good;

	if (c == 'V')
		good = set_envid(o, value) == 0;
	else if (c == 'R')
		good = (o->ret = ret_parse(value, strlen(value))) != NULL;
	else
		good = (o->notify = notify_parse(value, strlen(value))) != -1;
	if (good)
		return 0;
	snprintf(o->wrong, sizeof(o->wrong), "-%c %.50s cannot be read", c,
	    value);
	return -1;
}

static int
set_value(struct options *o, char c, const char *value)
{
	if (c == 'b')
		return set_mode(o, value[0]);
	if (c == 'N' || c == 'R' || c == 'V')
		return set_wish(o, c, value);
	if (c == 'f' || c == 'r')
		o->sender = value;
	else if (c == 'F')
		o->full_name = value;
	else if (c == 'B')
		o->body = value;
	else if (c == 'A')
		o->as_daemon = value[0] == 'm';
	else if (c == 'q' && o->mode == MODE_SEND) {
		o->mode = MODE_FLUSH;
		o->queue = value;
	}
	else if (c == 'o' && strcmp(value, "i") == 0)
		o->dots_are_text = 1;
	else if (c == 'O')
		set_long(o, value);
	return 0;		/* the rest changes nothing here */
}

static void
set_flag(struct options *o, char c)
{
	o->from_header |= c == 't';
	o->dots_are_text |= c == 'i';
	o->verbose |= c == 'v';
}

/* The argument at argv[*k] that begins with '-'. */
static int
take_options(struct options *o, int argc, char **argv, int *k)
{
	const char *p;

	for (p = argv[*k] + 1; *p != '\0'; p++) {
		if (strchr(WITHOUT, *p) != NULL) {
			set_flag(o, *p);
			continue;
		}
		if (strchr(MAYBE_VALUE, *p) != NULL) {
			/* "-C file", which sendmail's manual writes in one. */
			if (*p == 'C' && p[1] == '\0' && *k + 1 < argc &&
			    argv[*k + 1][0] == '/')
				(*k)++;
			return set_value(o, *p, p + 1);
		}
		if (strchr(WITH_VALUE, *p) == NULL)
			break;
		if (p[1] != '\0')
			return set_value(o, *p, p + 1);
		if (*k + 1 < argc)
			return set_value(o, *p, argv[++*k]);
		snprintf(o->wrong, sizeof(o->wrong),
		    "the option -%c wants a value", *p);
		return -1;
	}
	if (*p == '\0')
		return 0;
	snprintf(o->wrong, sizeof(o->wrong), "there is no option -%c", *p);
	return -1;
}

static enum mode
mode_of_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	if (slash != NULL)
		name = slash + 1;
	if (strcmp(name, "mailq") == 0)
		return MODE_MAILQ;
	if (strcmp(name, "newaliases") == 0)
		return MODE_ALIASES;
	return MODE_SEND;
}

int
options_parse(struct options *o, int argc, char **argv)
{
	int k, only_names = 0;

	memset(o, 0, sizeof(*o));
	o->rcpt = argv;
	if (argc > 0)
		o->mode = mode_of_name(argv[0]);
	for (k = 1; k < argc; k++) {
		if (only_names || argv[k][0] != '-' || argv[k][1] == '\0')
			o->rcpt[o->rcpt_n++] = argv[k];
		else if (strcmp(argv[k], "--") == 0)
			only_names = 1;
		else if (take_options(o, argc, argv, &k) == -1)
			return -1;
	}
	return 0;
}
