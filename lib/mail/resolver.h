/*
 * resolver - what the files of resolve.c share; nobody else includes it.
 *
 * resolve.c		what comes in, and the verdict
 * resolve-names.c	which tables know an address of ours
 * resolve-virtual.c	the virtusertable, and keys of tables
 * resolve-targets.c	where an alias leads
 * resolve-groups.c	the groups of the answer
 */
#ifndef MAIL_RESOLVER_H
#define MAIL_RESOLVER_H

#include "base/names.h"
#include "mail/resolve.h"

#define DEPTH_MAX	20	/* aliases within aliases */
#define FINAL_MAX	10000	/* final addresses of one answer */
#define KEY_OCTETS	(ADDRESS_OCTETS + DOMAIN_OCTETS + 8)

/* An address on its way through the tables. */
struct address {
	const char	*s;
	size_t		 n;
	size_t		 local;		/* octets before the '@' */
	int		 plain;		/* had a '\': no files of its user */
};

/* The aliases that led to where we are. */
struct way {
	const char	*name;		/* the key, its table's letter before it */
	size_t		 n;
	const struct way *before;
	int		 depth;
	const char	*address;	/* whose entry it is: with a '|' or '/' it
					 * makes the final address of a program */
	size_t		 address_n;
	const char	*sender;	/* the envelope's from here on, or NULL */
	size_t		 sender_n;
	const struct mailbox *as;	/* whose programs and files these are, or
					 * NULL: they are refused */
	const char	*why_not;	/* then: why */
	int		 file;		/* a user's file: trouble with it is never
					 * for good */
};

/* The name that is looked for: the whole local part, or what stands before an
 * extension. */
struct name {
	const struct address *a;
	size_t		 n;		/* octets of it */
	size_t		 ext;		/* where the extension begins; a->local:
					 * there is none */
	const struct way *way;
};

struct resolver {
	struct tables	*tables;
	const char	*domain;
	struct buf	*out;
	struct names	 finals;	/* that stand in the answer */
	struct names	 aliases;	/* that were followed to their end */
	const struct mailbox *self;	/* whose file asks, or NULL */
	int		 seen[IS_UNSURE + 1];	/* kinds of existence */
	int		 spoilt;	/* something did not fit in */
	int		 explain;	/* the way goes into the answer too */
};

/* One address; way is NULL for what was asked. plain: no files of its user are asked.
 * Octets of strangers come here, never to resolve_target. */
void resolve_address(struct resolver *r, const char *s, size_t n, int plain,
    const struct way *way);

/* One target of an alias as target.h spells it. */
void resolve_target(struct resolver *r, const char *s, size_t n,
    const struct way *way);

/* All targets, each followed by LF. */
void resolve_targets(struct resolver *r, const char *p, size_t n,
    const struct way *way);

/* An address of a domain of ours: all groups of its answer. */
void resolve_local(struct resolver *r, const struct address *a,
    const struct way *way);

/* The virtusertable's entries for a name: "++", "+*" and without. 1 if one was
 * followed, 0, or -1 with errno. */
int resolve_virtuals(struct resolver *r, const struct name *m);

/* Where the first sign of an extension is from at on; a->local: there is none. */
size_t resolve_sign(const struct resolver *r, const struct address *a,
    size_t at);

/* Set key to table's letter, the name, tail, and perhaps the domain with its '@'. 0,
 * or -1 with errno. */
int resolve_key(struct buf *key, const char *table, const struct name *m,
    const char *tail, int domain);

/* 1 if the key is one of those that led here, else 0. */
int resolve_on_way(const struct way *w, const char *key, size_t n);

/* Groups. refuse: code 5.x.x is for good, 4.x.x is not. unsure: errno says why
 * what could not be read. */
void resolve_refuse(struct resolver *r, const char *address, size_t n,
    enum existence kind, const char *code, const char *why);
void resolve_unsure(struct resolver *r, const char *address, size_t n,
    const char *what);
void resolve_mailbox(struct resolver *r, const struct address *a,
    const struct mailbox *m, const char *ext, size_t ext_n,
    const struct way *way);
void resolve_remote(struct resolver *r, const struct address *a,
    const struct way *way);
void resolve_program(struct resolver *r, const char *s, size_t n,
    const struct way *way);

/* A line about the way, where that is asked for. */
void resolve_note(struct resolver *r, const char *key, const char *value,
    size_t n);

#endif
