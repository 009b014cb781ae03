/*
 * report - compose the report that tells a sender what became of his message.
 *
 * Pure: a caller fills in what it knows, hands over the journal's entries, and
 * gets a message with LF line ends. Whatever octets addresses, reasons and the
 * message's header have, the report is well-formed: no line is longer than 998
 * octets, there are no control octets but LF and HT (in a message that is returned
 * whole: but NUL and CR), and the boundary occurs in no part.
 * source   RFC 6522 (multipart/report), RFC 3464 (delivery-status), RFC 3461 6
 *          (what a sender can ask for), RFC 3834
 */
#ifndef QRUNNER_REPORT_H
#define QRUNNER_REPORT_H

#include <stdint.h>

#include "base/lookup.h"
#include "mail/queuefile.h"
#include "text/path.h"
#include "wishes.h"
#include "words.h"

#define REPORT_MAX	(64u << 20)	/* octets of the longest report */
#define REPORT_HEADER	65536		/* octets of the message's header in it */
#define REPORT_LISTED	100		/* addresses that the text part shows */
#define REPORT_LINE	998		/* RFC 5322 2.1.1 */

enum report_kind {
	REPORT_FAILED,		/* to the sender: given up, or refused for good */
	REPORT_DELAYED,		/* to the sender: still tried */
	REPORT_DOUBLE,		/* to postmaster: failed, and has no sender */
	REPORT_SUCCESS,		/* to the sender, who asked: delivered, or passed
				 * to another host or to an alias's members */
};

/* "failed", "delayed", "double", "success": the words for argv and for the queue
 * file's fact "report". */
const char *report_kind_name(enum report_kind kind);

/* What the journal says of one address. */
struct report_rcpt {
	struct report_rcpt *next;
	enum journal_kind state;	/* the last of start, done, later, never */
	int		 told;
	int		 relayed;	/* done: another host has it */
	struct lead	*leads;		/* which rcpt lines lead to it */
	uint64_t	 time_us;	/* of the last done, later or never */
	char		 dsn[12];
	char		*why;		/* or NULL */
	char		*address;	/* as the journal has it */
	char		*plain;		/* as people see it: whose program or file
					 * it is, not which */
};

struct report {
	enum report_kind kind;
	const struct words *words;	/* of the reader's language */
	const char	*name;		/* of this server, as DNS has it */
	const char	*domain;	/* whose postmaster can be asked */
	const char	*to;		/* whom it goes to */
	const char	*id;		/* of the message, or "" */
	const char	*own_id;	/* of the report: letters, digits, '-' */
	const char	*header;	/* the message's first octets: its header */
	size_t		 header_n;	/* all of it, or REPORT_HEADER octets */
	int		 full;		/* header is the whole message: return it */
	uint64_t	 arrived_us, now_us;
	uint64_t	 until_us;	/* how long it is tried, for REPORT_DELAYED */
	struct wishes	 wishes;
	struct report_rcpt *first, *last, *reason_of;
	struct lookup	 rcpt_by;	/* the same by address */
	int		 eight_bit;	/* the report has octets over 127 */
	int		 failed;	/* errno of what could not be kept, or 0 */
};

/* Take the facts of the message, which must stay. 0, or -1 with errno ENOMEM. */
int report_facts(struct report *r, const char *facts, size_t n);

/* Take an entry of the journal, in order; arg is the struct report. For
 * queue_read_journal. */
void report_entry(void *arg, const struct journal_entry *e);

/* 1 if the report is about this address, else 0: never and not told; for
 * REPORT_DELAYED: later; for REPORT_SUCCESS: done and not told. And the sender wants
 * to hear it. */
int report_is_about(const struct report *r, const struct report_rcpt *rcpt);

/* 1 if the report tells that the rcpt line leads to several addresses, else 0. */
int report_is_expanded(const struct report *r, const struct wish *w);

/* How many addresses it is about, such lines too. */
size_t report_count(const struct report *r);

/* The event that the report tells of, one of NOTIFY's bits. */
int report_event(const struct report *r);

/* Append the report to out; sets eight_bit. 0; or -1 with errno EMSGSIZE, ENOMEM,
 * out is then of no use. */
int report_compose(struct report *r, struct buf *out);

void report_free(struct report *r);

/* prose.c and parts.c: append the content of one part. Failures go to r->failed. */
void part_text(struct report *r, struct buf *out);
void part_status(struct report *r, struct buf *out);
void part_header(struct report *r, struct buf *out);

/* 1 if the message may be returned as it is: 8bit at most. source: RFC 2045 2.8 */
int part_fits(const struct report *r);

/* The address as a header has it, ASCII alone; part_shown: or UTF-8. */
#define REPORT_ADDRESS	400		/* octets that it needs, with NUL */
void part_address(char out[REPORT_ADDRESS], const char *address);
void part_shown(char out[REPORT_ADDRESS], const char *address);

/* The rcpt line's address. */
void part_rcpt(char out[ADDRESS_OCTETS + 1], const struct wish *w);

/* The server's words on p, or otherwise, without control octets; not 0 for utf8:
 * with octets over 127 where they are UTF-8. */
#define REPORT_REASON	600		/* octets that they need, with NUL */
void part_reason(char out[REPORT_REASON], const struct report_rcpt *p,
    const char *otherwise, int utf8);

/* The address's code if it is one that fits the report, else one that says nothing
 * more than that. */
const char *part_code(const struct report *r, const struct report_rcpt *p);

/* Append the words of s in lines of 72 columns or so: first stands before the first
 * one, rest before the others. */
void part_wrapped(struct report *r, struct buf *out, const char *first,
    const char *rest, const char *s);

/* Append octets, or text formatted as by printf(3), unless something failed
 * before. */
void part_add(struct report *r, struct buf *out, const char *s, size_t n);
void part_addf(struct report *r, struct buf *out, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
