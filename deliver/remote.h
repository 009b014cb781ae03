/* remote - one destination's jobs and the connection to its host;
 * deliver-remote's parts share it. */
#ifndef DELIVER_REMOTE_H
#define DELIVER_REMOTE_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "mail/dnsask.h"
#include "mail/job.h"
#include "net/wire.h"
#include "text/ehlo.h"
#include "text/nexthop.h"
#include "text/reply.h"
#include "text/tlstalk.h"

#define JOBS		0	/* the descriptor that jobs come on */
#define IN_HAND		100	/* jobs; so many recipients has a message */
#define HOSTS		20	/* of an MX answer; the best ones */
#define ADDRESSES	10	/* that are tried for one message */
#define BLOCK		65536	/* octets of a message read at once */
#define SECRET_OCTETS	256	/* of a user or a secret, with NUL */

/* What waits are measured by; each is a share of REMOTE_TIMEOUT_S. source:
 * RFC 5321 4.5.3.2 */
enum wait {
	WAIT_REPLY,		/* the greeting and most replies: 5 minutes */
	WAIT_DATA,		/* 354: 2 minutes */
	WAIT_BLOCK,		/* a block is taken: 3 minutes */
	WAIT_DOT,		/* the final dot: 10 minutes */
	WAIT_CONNECT,		/* one minute, half of it if there are others */
	WAIT_DNS,		/* one minute */
	WAIT_TLS,		/* one minute */
	WAIT_QUIT		/* five seconds */
};

enum slot_state {
	SLOT_FREE,
	SLOT_HELD,		/* to be delivered */
	SLOT_TAKEN		/* the host has taken the recipient */
};

struct slot {
	enum slot_state	state;
	int		queue;		/* the queue file's descriptor */
	uint64_t	turn;		/* who came first */
	struct job	job;
};

struct mail_host {
	char	 name[DOMAIN_OCTETS + 1];
	unsigned pref;
	uint32_t dice;			/* order within one preference */
};

/* The way to the destination: hosts, best first, and the addresses of the one
 * that is tried. */
struct route {
	int		 live;		/* 0: to be made anew */
	struct mail_host host[HOSTS];
	size_t		 n, at;		/* at: the one to be looked up next */
	char		 address[ADDRESSES][INET6_ADDRSTRLEN];
	size_t		 address_n, address_at;
	unsigned	 left;		/* addresses that may still be tried */
	int		 reached;	/* a host was ready, and stayed */
	int		 failed;	/* failure says how */
	struct answer	 failure;	/* of the hosts so far */
};

/* The host that is tried or connected. */
struct far {
	char		 host[DOMAIN_OCTETS + 1];
	char		 ip[INET6_ADDRSTRLEN];
	struct sockaddr_storage at;
	socklen_t	 at_n;
	int		 connected;
	int		 in_clear;	/* TLS has failed with it */
	int		 no_pipelining;	/* that has failed with it */
	int		 again;		/* so it is tried once more */
	struct ehlo	 can;
	struct tls_answer tls;
	int		 used;		/* for mail, already */
	int		 wants_sender;	/* it has refused the sender <> */
	unsigned	 messages;	/* that it took */
	int		 reset;		/* RSET before the next one */
};

struct remote {
	/* settings */
	const char	*name;		/* our host name */
	const char	*names;		/* more of ours, blanks between */
	const char	*nexthop_text;
	struct nexthop	 nexthop;
	unsigned	 port;
	unsigned	 family;	/* AF_UNSPEC, AF_INET or AF_INET6 */
	int64_t		 unit_ms;	/* REMOTE_TIMEOUT_S */
	int64_t		 linger_ms, try_ms;
	int		 eightbit_anyway;	/* REMOTE_EIGHTBIT */
	const struct sockaddr_un *tls_at, *lmtp_at;	/* zero: none */
	char		 user[SECRET_OCTETS], secret[SECRET_OCTETS];
	/* jobs */
	int		 ended;		/* no more will come */
	int		 at_end;	/* the final dot is on its way */
	int		 unheard;	/* the runner was gone at an answer */
	uint64_t	 turn;
	size_t		 held;		/* slots that are not free */
	struct buf	 record;
	char		 record_room[JOB_RECORD];
	struct slot	 slot[IN_HAND];
	/* the way there */
	struct dns_asker dns;
	struct dns_answer found;
	uint32_t	 dice;
	struct route	 route;
	struct far	 far;
	struct wire	 wire;
	int64_t		 end_ms;	/* of this message's try, by
					 * clock_mono_ms */
	/* the message under way */
	struct slot	*group[IN_HAND];
	size_t		 group_n;
	unsigned	 done, later, never;	/* verdicts, for the log */
	int		 eightbit;	/* -1: not looked yet */
	uint64_t	 block_at;	/* of the message: what is in block */
	size_t		 block_n;
	char		 block[BLOCK];
	char		 out[2 * BLOCK + 8];
};

/* remote-jobs.c: jobs in, answers out */

/* Take the jobs that are there; if none is in hand wait for one, at most
 * timeout_ms. r->ended is set when no more will come. 0, or -1 when the time
 * is over. */
int take_jobs(struct remote *r, int64_t timeout_ms);

/* Make r->group the jobs that are in hand of its message, as far as they go in one
 * transaction; of the one that waits longest, if all of the group are answered.
 * At least one is in hand. */
void choose_group(struct remote *r);

/* How many of the group have no answer yet. */
size_t group_left(const struct remote *r);

/* The descriptor that must stay open while there is something to wait for: the
 * runner's; behind the final dot, or with no job in hand, -1: none. */
int alive(const struct remote *r);

/* The runner has left if errno is ECANCELED: what is in hand is dropped, and so are
 * we. Nobody would hear the answers, and the next runner will send it all again. */
void leave_if_alone(const struct remote *r);

/* The same, looked at now. */
void look_at_runner(const struct remote *r);

/* Answer one job, which is then no longer in hand. */
void settle(struct remote *r, struct slot *s, const struct answer *a);

/* Answer those of the group that have none yet; taken 1: only those whose
 * recipient was taken. */
void settle_group(struct remote *r, const struct answer *a, int taken);

/* Answer all that is in hand. */
void settle_all(struct remote *r, const struct answer *a);

/* remote-route.c: where the mail goes */

/* Set r->far to the next address. 0; or -1: there is none, and r->route.failure
 * says why. */
int next_address(struct remote *r);

/* The host that is tried is our own: it and all that are not better are left
 * out. */
void cut_route(struct remote *r);

/* 1 if name is one of ours, else 0. */
int is_our_name(const struct remote *r, const char *name);

/* 1 if there is something else to try when this address fails, else 0. */
int others_remain(const struct remote *r);

/* Log why a host is of no use now, and keep it as the route's failure; what may
 * pass with time outweighs what will not. */
void note_failure(struct remote *r, const struct answer *a);

/* The same for what the DNS says. Where an administrator chose the way,
 * "never" may be his slip and becomes "later". */
void note_dns(struct remote *r, enum verdict v, const char *dsn,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Ask the DNS. 0: r->found is the answer, if only "none"; -1: it is noted. */
int ask_dns(struct remote *r, enum dns_type type, const char *name);

/* Nothing more of this route is tried. */
void end_route(struct remote *r);

/* remote-address.c */

/* Make r->route.address the host's. What keeps them from us is noted. */
void look_up(struct remote *r, const char *name);

/* remote-hello.c: a connection that is ready for mail */

/* Connect to the next host that will have us. 0; or -1: none will, and
 * r->route.failure says why. */
int find_host(struct remote *r);

/* Say QUIT and close; or only close. */
void say_quit(struct remote *r);
void hang_up(struct remote *r);

/* remote-dialog.c: commands and replies */

/* The milliseconds of a wait. */
int64_t wait_ms(const struct remote *r, enum wait w);

/* When it ends, by clock_mono_ms; never behind r->end_ms. */
int64_t wait_end(const struct remote *r, enum wait w);

/* Put a command, without CRLF, into what is sent at the next wait. 0, or -1. */
int put_command(struct remote *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Send what is put and take one reply. 0; or -1 with errno EPROTO (no reply),
 * ECONNRESET (closed), ETIMEDOUT or the system's. */
int take_reply(struct remote *r, struct reply *reply, enum wait w);

/* The same, and what EHLO offers. */
int take_offer(struct remote *r, struct reply *reply, struct ehlo *can);

/* Make a the verdict that a reply to what is: "host[ip] said after RCPT: 550
 * ...". A code below 400 is out of place, and so no verdict for good. */
void answer_reply(const struct remote *r, struct answer *a, const char *what,
    const struct reply *reply);

/* Make a a verdict in our words about the host, as by printf(3). */
void answer_words(const struct remote *r, struct answer *a, enum verdict v,
    const char *dsn, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* What take_reply's errno means. */
const char *loss_words(int e);

/* The host failed at what: by a reply, or (NULL) as errno says. It is noted,
 * and the connection closed. -1. */
int host_failed(struct remote *r, const char *what, const struct reply *reply);

/* remote-login.c */

/* Read NAME's user and secret from the file at path. 0; or -1 with *why. */
int read_secret(struct remote *r, const char *path, const char **why);

/* AUTH. 0; or -1, it is noted and the connection closed. */
int log_in(struct remote *r);

/* remote-wishes.c: what the sender wants to be told. source: RFC 3461 5.2 */

#define WISHES_OCTETS	640	/* of a command's parameters, with NUL */

/* 1 if the host is told, and so is the one to report; else 0. */
int passes_wishes(const struct remote *r, const struct job *j);

/* 1 if the host learns only by the sender <> that nobody wants a report; such
 * recipients go in a transaction of their own. Else 0. */
int hides_sender(const struct remote *r, const struct job *j);

/* What MAIL and RCPT get: " RET=FULL ENVID=x", " NOTIFY=NEVER ORCPT=x", or a part
 * of that; "" for a host without DSN. */
void mail_wishes(const struct remote *r, const struct job *j,
    char out[WISHES_OCTETS]);
void rcpt_wishes(const struct remote *r, const struct job *j,
    char out[WISHES_OCTETS]);

/* remote-envelope.c */

enum verb { VERB_RSET, VERB_MAIL, VERB_RCPT, VERB_DATA };

/* One transaction's commands and what came of them. */
struct envelope {
	int		 pipelined;
	int		 reused;	/* the connection was, before this */
	size_t		 first;		/* 0: RSET goes first, else 1 */
	size_t		 n;		/* recipients */
	size_t		 taken;		/* of them */
	int		 refused;	/* MAIL was */
	int		 go;		/* DATA was taken, for somebody */
	int		 astray;	/* DATA was taken, for nobody */
	enum verb	 at;		/* whose reply is awaited */
	int		 has_bad;
	struct reply	 bad;		/* it ends the session */
};

/* "RSET", ... */
const char *verb_word(enum verb v);

/* Say the envelope of r->group: all commands at once and then read all
 * replies, or one after another. Whom a reply is final for is answered. 0;
 * or -1: the session is over, by e->bad or as errno says. */
int exchange(struct remote *r, struct envelope *e);

/* remote-end.c */

/* The session was lost at what, before the final dot, so nobody has the
 * message. What is tried next is settled here: r->far or r->route. */
void lost_host(struct remote *r, const struct envelope *e, const char *what);

/* Send the message to whom it was taken for, and answer them. */
void send_message(struct remote *r, struct envelope *e);

/* remote-mail.c */

/* Bring the message that waits longest to a host that takes it; all of its
 * jobs are answered then. */
void deliver_message(struct remote *r);

/* remote-body.c: the message's octets */

enum sent { SENT, SENT_LOST, SENT_UNREADABLE };

/* 1 if the message of the group has octets over 127, 0, or -1 with errno: it
 * cannot be read. */
int has_eightbit(struct remote *r);

/* Send the message and the final dot. SENT: all of it went; SENT_LOST: the
 * dot did not go, errno says why; SENT_UNREADABLE: the queue file cannot be
 * read. */
enum sent send_body(struct remote *r);

/* remote-confine.c */

/* Set the addresses of our services: dnsq, tls-client ("": there is none),
 * and the UNIX socket that the route names. */
void fix_peers(struct remote *r, const char *dns, const char *tls);

/* Give up every right that is not needed. */
void confine(const struct remote *r);

#endif
