/* advice - what a failure means, and what helps: by its code and its words. */
#include "why.h"

#include <string.h>

#define SAID	" said after "		/* deliver-remote, of another host */

/* The first that suits is taken. */
static const struct rule {
	const char *dsn;		/* how the code begins */
	const char *part;		/* of the words, or NULL */
	const char *text;
} rules[] = {
	{ "", "given up after", "It was tried for as long as GIVEUP_S says, and "
	    "then given up. What stopped it stands behind the colon." },
	{ "", SAID "STARTTLS", "That host does not begin TLS, and its way "
	    "demands it." },
	{ "4.7.5", NULL, "TLS with that host is not what its way demands "
	    "(tls=must or tls=verify in the table of routes). Without it nothing "
	    "is sent there." },
	{ "4.7.11", NULL, "The way has a login, and that host has no TLS: a "
	    "secret is not said in the clear." },
	{ "4.7.8", NULL, "That host does not take the login that the way "
	    "names." },
	{ "4.7.0", "login", "That host does not take the login that the way "
	    "names." },
	{ "5.4.6", NULL, "The message goes in a circle: an alias, a forward or "
	    "the routes lead it back to where it was." },
	{ "5", SAID, "That host refuses it. Behind the colon are its own words; "
	    "trying again does not help." },
	{ "4", SAID, "That host does not take it now. Behind the colon are its "
	    "own words; it is tried again." },
	{ "5.1.1", NULL, "Nobody here has this address: no alias, no virtual "
	    "user, no user of the system." },
	{ "5.1.10", NULL, "That domain says in the DNS that it takes no mail." },
	{ "5.1.2", "there is no domain", "The DNS knows no such domain: the "
	    "address is wrong." },
	{ "5.1.2", "has no address", "The DNS has no address for that host." },
	{ "5.1.2", "name of the DNS", "That cannot be a host's name: the address "
	    "is wrong." },
	{ "5.1.2", NULL, "The table of routes bounces mail for that domain." },
	{ "5.4.4", NULL, "The DNS has no address for that host." },
	{ "5.3.4", NULL, "The message is larger than that host takes." },
	{ "", "No space left", "The disk is full: make room, then "
	    "\"correo queue flush\"." },
	{ "", "quota exceeded", "The user's quota is used up." },
	{ "4.3.1", NULL, "This server lacks disk, memory or descriptors." },
	{ "4.3.2", NULL, "The table of routes holds mail for that domain." },
	{ "4.3.5", "root has no mailbox", "Say in aliases who reads root's "
	    "mail, then \"correo tables\"." },
	{ "4.3.5", "too many addresses", "An alias leads to more addresses than "
	    "one message may have." },
	{ "4.3.5", NULL, "The table of routes names a way that cannot be gone. "
	    "Mend its line, then \"correo tables\" and \"correo queue flush\"." },
	{ "4.4.3", NULL, "The DNS does not answer. Is the resolver there, and "
	    "the net?" },
	{ "4.4", NULL, "That host cannot be reached, or the connection broke. It "
	    "is tried again; after some failures only now and then." },
	{ "4.3.0", "aliases.cdb: Too many levels", "Aliases lead to aliases, more "
	    "than 20 times: mend them, then \"correo tables\"." },
	{ "4.3.0", ".cdb", "A table cannot be read: try \"correo tables\"." },
	{ "4.3.0", "who-is", "The service who-is does not answer: is it "
	    "running?" },
	{ "4.3.0", "deliver", "The delivery's program died or hung: see the "
	    "log." },
	{ "4.2.1", NULL, "The user may not write his own mailbox: look at its "
	    "owner and mode." },
	{ "4.2.0", "No such file", "The mailbox is not there. When it is made, "
	    "the message goes." },
};

const char *
advice(const char *dsn, const char *why)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const struct rule *r = rules + i;

		if (strncmp(dsn, r->dsn, strlen(r->dsn)) == 0 &&
		    (r->part == NULL || strcasestr(why, r->part) != NULL))
			return r->text;
	}
	return NULL;
}
