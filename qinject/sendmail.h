/* sendmail - what the parts of sendmail(1) share. */
#ifndef QINJECT_SENDMAIL_H
#define QINJECT_SENDMAIL_H

#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/names.h"
#include "text/dsn.h"
#include "sys/settings.h"
#include "text/path.h"

/* Exit codes. source: sysexits.h */
#define SM_OK		0
#define SM_USAGE	64
#define SM_DATA		65	/* the message or an address is wrong */
#define SM_NOUSER	67
#define SM_NOHOST	68
#define SM_UNAVAILABLE	69
#define SM_OSERR	71
#define SM_IOERR	74
#define SM_TEMP		75	/* nothing is queued: try again */
#define SM_NOPERM	77
#define SM_CONFIG	78

#define HEAD_MAX	(4u << 20)	/* octets of a message's header */
#define PEOPLE_MAX	(3u << 20)	/* octets of all recipients */

/* The command line (options.c). */
enum mode {
	MODE_SEND, MODE_SMTP, MODE_MAILQ, MODE_ALIASES, MODE_VERIFY, MODE_FLUSH,
	MODE_DAEMON, MODE_MISSING
};

struct options {
	enum mode	 mode;
	int		 from_header;	/* -t */
	int		 dots_are_text;	/* -i */
	int		 verbose;	/* -v */
	int		 as_daemon;	/* -Am */
	const char	*sender;	/* -f or -r, else NULL */
	const char	*full_name;	/* -F, else NULL */
	const char	*body;		/* -B, else NULL */
	int		 notify;	/* -N: its bits, or 0 */
	const char	*ret;		/* -R: "full", "hdrs", else NULL */
	char		 envid[ENVID_OCTETS + 1];	/* -V: xtext, or "" */
	const char	*queue;		/* what stands behind -q, perhaps "" */
	char		**rcpt;		/* the other arguments, in argv */
	int		 rcpt_n;
	char		 wrong[80];	/* why -1 was returned */
};

/* Read the command line by sendmail's rules; argv is put in another order. 0, or
 * -1 with o->wrong. Pure. */
int options_parse(struct options *o, int argc, char **argv);

/* A message as programs write it to us (input.c). */
struct input {
	int	state;		/* start with all zero */
	int	dots_are_text;
	int	is_8bit;	/* an octet over 127 came */
	int	done;		/* 1: the lone dot was read */
};

/* n octets to out, which has room for n + 2: CRLF becomes LF, and a lone dot ends
 * it. How many it wrote. Pure. */
size_t input_put(struct input *i, const char *in, size_t n, char *out);

/* What stands unfinished at the end: at most 2 octets. */
size_t input_end(struct input *i, char out[2]);

/*
 * header_split - find the end of the header in the first n octets of a message.
 *
 * at       where to go on from: 0 at first; gets the header's length
 * last     not 0: no more octets follow
 * returns  1 when the end is found, 0 when more is needed. Pure.
 */
int header_split(const char *s, size_t n, size_t *at, int last);

/* A header made whole (compose.c). */
struct composer {
	const char	*domain;	/* for addresses without one */
	const char	*sender;	/* for From */
	const char	*full_name;	/* the same, or "" */
	const char	*date;		/* of now */
	const char	*message_id;	/* without <> */
	/* Each recipient of To, Cc and Bcc with a domain, or NULL. -1 ends it. */
	int		 (*rcpt)(void *arg, const char *address);
	void		*arg;
	char		 wrong[160];	/* the field that -1 is about, or "" */
};

/*
 * compose_header - write the n octets of a header to out, made whole.
 *
 * Date, From and Message-ID that are missing are added, Bcc and Return-Path taken
 * away, addresses without a domain get one; where there are Resent- fields, what
 * is missing of them is added, and they alone name recipients.
 * returns  0; or -1 with errno EINVAL (a recipient that is none) or out's. Pure.
 */
int compose_header(struct composer *c, const char *in, size_t n,
    struct buf *out);

/* A name as it may stand before <address>: quoted or encoded where it must be.
 * source: RFC 5322 3.2.5, RFC 2047. Pure. 0, or -1 with out's errno. */
int compose_phrase(const char *name, struct buf *out);

/* The rest of the message until it can be sent (spool.c). */
struct spool {
	struct buf	 mem;
	FILE		*file;		/* once it is long */
	uint64_t	 n;		/* octets of both */
};

#define SPOOL_MEM	(1u << 20)
#define SPOOL		{ .mem = BUF_MAX(SPOOL_MEM) }

/* 0, or -1 with errno. */
int spool_add(struct spool *s, const char *p, size_t n);

/* Hand all of it to fn in pieces of at most 64 KiB. 0; or -1 with errno. */
int spool_read(struct spool *s, void (*fn)(void *arg, const char *p, size_t n),
    void *arg);

/* Who calls, and where we are (sendmail.c). */
struct sendmail {
	struct options	 o;
	struct settings	 settings;
	const char	*host, *domain;
	char		 user[64];
	char		 sender[ADDRESS_OCTETS + 1];
	char		 full_name[256];
	struct buf	 facts;		/* "rcpt ADDRESS" lines, then others */
	struct names	 people;	/* who has such a line */
	unsigned	 rcpt_n;
};

/* Take the settings and put them into our environment; who calls (settings.c). Die
 * with a code of above. */
void read_settings(struct sendmail *s);
void find_user(struct sendmail *s);

/* Add the address as a recipient, once. 0, or -1 with errno. */
int add_recipient(void *sendmail, const char *address);

/* The address in s, with a domain, to out. 0; or -1 after a log line: it is none,
 * or not just one. */
int one_address(const struct sendmail *s, const char *text,
    char out[ADDRESS_OCTETS + 1]);

/* Each of these does what its mode asks; the exit code. */
int send_message(struct sendmail *s);
int serve_smtp(struct sendmail *s);
int verify_addresses(struct sendmail *s);
int print_queue(struct sendmail *s);
int flush_queue(struct sendmail *s);

/* Put header and body into the queue (submit.c). The exit code. */
int submit(struct sendmail *s, const struct buf *header, struct spool *body,
    int is_8bit);

#endif
