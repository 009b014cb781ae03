/* pop3d - one client's session after the login: its state, and who does what. */
#ifndef POP3D_H
#define POP3D_H

#include "mail/maildrop.h"
#include "net/wire.h"
#include "text/pop3line.h"

#define PIECE_OCTETS	32768		/* of a message, read at once */
#define OUT_OCTETS	(2 * PIECE_OCTETS + 1024)

/* What the client did to a message. */
#define MARK_DELETED	1
#define MARK_FETCHED	2		/* all of it, by RETR */

struct session {
	struct wire	 w;
	struct maildrop	 drop;
	struct index_boot boot;
	unsigned char	*marks;		/* one for each message */
	const char	*mailbox;	/* settings */
	const char	*user, *client;
	int		 handover;	/* descriptor; 0: there is none */

	const char	*end;		/* why it is over; NULL while it goes on */
	int		 code;		/* to exit with */
	uint64_t	 got, got_octets;	/* for the log line */
	uint64_t	 deleted, seen;

	size_t		 out_n;		/* a long answer, on its way to w */
	char		 out[OUT_OCTETS];
};

/* pop3d-commands.c: answer one line. */
void answer_line(struct session *s, const char *line, size_t n);

/* pop3d-answer.c: n octets to the client. */
void put(struct session *s, const char *p, size_t n);

/* pop3d-answer.c: one line to the client, as by printf(3), with a CRLF. */
void reply(struct session *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* pop3d-answer.c: nothing more is read or answered; the first reason counts. */
void end_session(struct session *s, const char *why);

/* pop3d-answer.c: LIST and UIDL of all messages. */
void list_all(struct session *s);
void uidl_all(struct session *s);

/* pop3d-message.c: RETR and TOP of message i. */
void send_message(struct session *s, size_t i);
void send_top(struct session *s, size_t i, uint64_t lines);

/* pop3d-answer.c: a long answer. Room for n octets, at most OUT_OCTETS: the
 * caller fills it and adds to out_n. At the end out_flush sends what is left. */
char *out_room(struct session *s, size_t n);
void out_text(struct session *s, const char *text);
void out_flush(struct session *s);

/* pop3d-quit.c: delete what is marked, mark what was fetched as seen, answer. */
void quit(struct session *s);

/* pop3d-confine.c: the sandbox; the mailbox is all that can be reached. */
void confine(const struct session *s);

#endif
