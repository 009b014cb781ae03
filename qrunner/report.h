/*
 * report - compose the report that tells a sender what became of his message.
 *
 * Pure: a caller fills in what it knows, hands over the journal's entries, and
 * gets a message with LF line ends. Whatever octets addresses, reasons and the
 * message's header have, the report is well-formed: no line is longer than 998
 * octets, there are no control octets but LF and HT, and the boundary occurs in no
 * part.
 * source   RFC 6522 (multipart/report), RFC 3464 (delivery-status), RFC 3834
 */
#ifndef QRUNNER_REPORT_H
#define QRUNNER_REPORT_H

#include <stdint.h>

#include "mail/queuefile.h"

#define REPORT_MAX	(64u << 20)	/* octets of the longest report */
#define REPORT_HEADER	65536		/* octets of the message's header in it */
#define REPORT_LISTED	100		/* addresses that the text part shows */
#define REPORT_LINE	998		/* RFC 5322 2.1.1 */

enum report_kind {
	REPORT_FAILED,		/* to the sender: given up, or refused for good */
	REPORT_DELAYED,		/* to the sender: still tried */
	REPORT_DOUBLE,		/* to postmaster: failed, and has no sender */
};

/* "failed", "delayed", "double": the words for argv and for the queue file's fact
 * "report". */
const char *report_kind_name(enum report_kind kind);

/* What the journal says of one address. */
struct report_rcpt {
	struct report_rcpt *next;
	enum journal_kind state;	/* the last of start, done, later, never */
	int		 told;
	uint64_t	 time_us;	/* of the last later or never */
	char		 dsn[12];
	char		*why;		/* or NULL */
	char		*address;
};

struct report {
	enum report_kind kind;
	const char	*name;		/* of this server, as DNS has it */
	const char	*domain;	/* whose postmaster can be asked */
	const char	*to;		/* whom it goes to */
	const char	*id;		/* of the message, or "" */
	const char	*own_id;	/* of the report: letters, digits, '-' */
	const char	*facts;		/* the message's, for its rcpt lines */
	size_t		 facts_n;
	const char	*header;	/* the message's first octets: its header */
	size_t		 header_n;	/* all of it, or REPORT_HEADER octets */
	uint64_t	 arrived_us, now_us;
	uint64_t	 until_us;	/* how long it is tried, for REPORT_DELAYED */
	struct report_rcpt *first, *last, *reason_of;
	int		 eight_bit;	/* the report has octets over 127 */
	int		 failed;	/* errno of what could not be kept, or 0 */
};

/* Take an entry of the journal, in order; arg is the struct report. For
 * queue_read_journal. */
void report_entry(void *arg, const struct journal_entry *e);

/* 1 if the report is about this address, else 0: never and not told; for
 * REPORT_DELAYED: later. */
int report_is_about(const struct report *r, const struct report_rcpt *rcpt);

/* How many addresses it is about. */
size_t report_count(const struct report *r);

/* Append the report to out; sets eight_bit. 0; or -1 with errno EMSGSIZE, ENOMEM,
 * out is then of no use. */
int report_compose(struct report *r, struct buf *out);

void report_free(struct report *r);

/* parts.c: append the content of one part. Failures go to r->failed. */
void part_text(struct report *r, struct buf *out);
void part_status(struct report *r, struct buf *out);
void part_header(struct report *r, struct buf *out);

/* The address as a header has it, ASCII alone. */
#define REPORT_ADDRESS	400		/* octets that it needs, with NUL */
void part_address(char out[REPORT_ADDRESS], const char *address);

/* Append octets, or text formatted as by printf(3), unless something failed
 * before. */
void part_add(struct report *r, struct buf *out, const char *s, size_t n);
void part_addf(struct report *r, struct buf *out, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
