/*
 * runner - what qrunner's parts share.
 *
 *	messages	every message in the queue, and when it is due
 *	writer		who writes queue files
 *	direct		delivery before a file is in the queue
 *	attempt		one try at one message: read it, ask about its recipients
 *	answers		what who-is says becomes addresses and jobs
 *	results		what came of them, into the journal
 *	finish		what becomes of the message then
 *	telling		what its sender is to be told
 *	bouncer		the programs that report failures to senders
 *	forward		what a user's file says instead of his mailbox
 *	program		the places of users' programs
 *	question	the conversation with who-is
 *	line		the jobs that wait for a mailbox or a site, and the messages
 *			that wait for room there
 *	lane		one delivery program: a mailbox's deliver-local, or one of
 *			the deliver-remotes of a site
 *	hand		the jobs that its program has in hand
 *	site		another host's health: how many deliver-remotes it may have,
 *			and whether it is tried at all
 *	spawning	the conversation with the spawner
 *	control		what an admin's tools ask
 *	orders		and order
 *	schedule	when to try again (pure)
 */
#ifndef QRUNNER_RUNNER_H
#define QRUNNER_RUNNER_H

#include <stdint.h>
#include <sys/types.h>

#include "base/lookup.h"
#include "mail/control.h"
#include "mail/job.h"
#include "mail/queuefile.h"
#include "mail/spawn.h"
#include "report.h"
#include "sys/loop.h"
#include "sys/service.h"
#include "wishes.h"

#define ACTIVE_MAX	600	/* messages that are open at a time */
#define SITES_ACTIVE	400	/* of them with jobs for other hosts: when no host
				 * can be reached, mailboxes have the others */
#define LINE_QUEUE	80	/* jobs that wait in a line; more messages wait
				 * outside, so that no mailbox fills ACTIVE_MAX.
				 * One with thousands of recipients comes whole */
#define LANE_WINDOW	32	/* jobs that a deliver-local has in hand */
#define SITE_WINDOW	100	/* that a deliver-remote has, of two messages */
#define LANES_MAX	100	/* delivery programs at a time */
#define LANE_LINGER_MS	500	/* an idle deliver-local stays so long */
#define LANE_SLOW_MS	500	/* nobody waits for one that is silent so long */
#define LANE_ANSWER_MS	300000	/* a deliver-local that answers nothing */
#define PROGRAM_MARGIN_MS 60000	/* what a deliver-program may take beyond
				 * PROGRAM_TIMEOUT_S */
#define PROGRAM_QUEUE	10	/* as LINE_QUEUE, of one program */
#define PROGRAMS_LANES	20	/* as SITES_LANES, of users' programs */
#define PROGRAMS_ACTIVE	100	/* as SITES_ACTIVE */
#define SITE_LINGER_MS	2000	/* an idle deliver-remote keeps its connection */
#define SITE_ANSWER_MS	900000	/* what it may take beyond REMOTE_TRY_S */
#define SITE_FIRST	2	/* deliver-remotes of a new site */
#define SITE_MOST	20	/* at most, however well it goes */
#define SITE_SLOWLY	20	/* growth of a site that wanted no more */
#define SITES_LANES	70	/* of LANES_MAX: mailboxes always have the others */
#define SITE_PROBE_MAX_S 900	/* between tries of a dead site */
#define SITE_CALL_MS	60000	/* a message that was called to try has not */
#define SITE_FORGET_MS	600000	/* a site that is not used */
#define SITE_BUCKETS	1024
#define AGAIN_MS	1000	/* before a lost service is tried again */
#define AGAIN_MAX	30	/* tries, then the deliveries are deferred */
#define TROUBLE_MS	10000	/* our own trouble (descriptors, memory) */
#define JOB_TRIES	3	/* of a job whose deliver-local dies */
#define DIRECT_RCPTS	100	/* more recipients are queued at once */
#define BOUNCES_MAX	4	/* bounce programs at a time */
#define BOUNCES_WAIT	100	/* messages that wait, open, for their turn */
#define BOUNCE_MS	60000	/* a bounce program that takes longer is killed */

/* An address without a domain gets one: octets of the longest final address. */
#define FINAL_OCTETS	(ADDRESS_OCTETS + DOMAIN_OCTETS)

struct schedule {
	uint64_t first_s, max_s;	/* the first and the longest wait */
	uint64_t factor_100;		/* growth, in hundredths */
	uint64_t jitter;		/* percent of a wait, 50 at most */
	uint64_t giveup_s;		/* age at which a message is given up */
};

struct runner;
struct lane;
struct line;
struct site;

/* A message in the queue. */
struct waiting {
	char		id[QUEUE_ID];
	int64_t		due_ms;		/* clock_mono_ms's scale */
	int64_t		came_ms;	/* likewise: a clock that is set anew
					 * makes no message older */
	unsigned	attempts;
	unsigned char	place;		/* enum place */
	unsigned char	held;		/* not to be tried until it is released */
	size_t		heap_at;	/* its place there, or NOT_IN_HEAP */
	struct waiting	*next;		/* of the same hash */
	struct waiting	*next_parked;	/* waiting for room in the same line */
	struct waiting	**parked_at;	/* what points to it there */
	struct line	*line;		/* in which it is parked, or that has room
					 * for it, until it is tried */
	struct attempt	*attempt;	/* that has it */
	struct site	*site;		/* dead when it was tried, or NULL; then */
	struct waiting	*site_next, **site_prev;	/* others of that site */
};
#define NOT_IN_HEAP	((size_t)-1)

enum place {
	W_NEW,
	W_DUE,		/* in the heap */
	W_HELD,		/* off it, with the time at which it would be due */
	W_ACTIVE,	/* an attempt has it */
	W_PARKED	/* in a line's list */
};

struct messages {
	struct waiting	**bucket;
	size_t		  buckets, n, held;
	struct waiting	**heap;		/* by due_ms, the next first */
	size_t		  heap_n, heap_cap;
};

/* An address that the message goes to, after all aliases. */
struct final {
	struct attempt	*attempt;
	struct final	*next;		/* of the attempt */
	struct final	*next_in_line;
	struct site	*site;		/* another host's; NULL: a mailbox's */
	int		 program;	/* a program's */
	int		 own;		/* the user's files are to be asked first */
	size_t		 rcpt;		/* a line of the envelope that led here */
	char		 ext[EXT_OCTETS + 1];	/* the address's extension, or "" */
	struct quota	 quota;		/* of the mailbox */
	char		*sender;	/* the envelope's for this one, or NULL */
	struct forward_edge *edges;	/* V_FORWARD: where it led to */
	int		 grounded;	/* and one of that has an end */
	char		*address;
	struct known	*known;		/* or NULL */
	uint64_t	 number;	/* of the job, when one is out */
	int		 replay;	/* it was begun before */
	int		 barred;	/* its site was dead: it was not tried */
	int		 begun;		/* its start stands in the journal */
	unsigned	 tries;		/* in this attempt */
	int		 settled;	/* answer is set */
	struct answer	 answer;
};

/* What the journal says of an address. */
struct known {
	struct known	*next;
	int		 started;	/* begun, and no result behind it */
	int		 final;		/* delivered, or failed for good */
	int		 done, failed;	/* which of the two */
	int		 told;		/* the sender knows, or another says it */
	struct lead	*leads;		/* of a message with wishes */
	size_t		 n;
	char		 address[];
};

/* How far a message is that has no name in the queue yet (direct.c). */
enum direct {
	D_NONE,		/* it is in the queue */
	D_ASKING,	/* who-is is asked, nothing is begun */
	D_TRYING,	/* jobs are out, the journal says nothing */
	D_WAITING,	/* nothing is begun before it is in the queue */
	D_LINKING	/* as in the queue, but its end waits until it is there */
};

struct heard;

struct attempt {
	struct runner	*runner;
	struct waiting	*message;
	int		 file, reader;	/* the queue file, to append and to read */
	struct queue_head head;
	char		 sender[ADDRESS_OCTETS + 1];
	struct wishes	 wishes;	/* what he wants to be told */
	char		 report[16];	/* the kind of report that it is, or "" */
	int		 warned;	/* the sender knows that it is late */
	int		 removed;	/* it goes when this attempt is over */
	struct final	*finals;
	size_t		 final_n;
	struct known	*known;		/* what the journal says */
	struct lookup	 final_by, known_by;	/* the same by address */
	size_t		 questions;	/* not answered yet */
	size_t		 jobs;		/* not settled yet */
	size_t		 site_jobs;	/* of them, other hosts' */
	size_t		 program_jobs;	/* and programs' */
	struct line	*parked_at;	/* a line with no more room, or NULL */
	struct line	*called;	/* the message's, until all jobs are given */
	int		 unsynced;	/* what the journal must not lose */
	int		 gone;		/* the file is no more in the queue */
	struct attempt	*next_unsynced;
	int		 torn;		/* the journal's last line has no end */
	int		 early;		/* the message is older than this boot */
	enum report_kind reporting;	/* the report that is made about it */
	struct attempt	*next_bounce;	/* that waits for a bounce program */
	enum direct	 direct;
	int		 slow;		/* a mailbox hangs */
	struct writer	*writer;	/* that waits for it, or NULL: it left */
	struct heard	*heard;		/* who-is's answers, until all are there */
	int64_t		 direct_ms;	/* its writer waits no longer */
	struct attempt	*direct_next, **direct_prev;	/* others in a hurry */
};

/* Who writes queue files: a connection. */
struct writer {
	struct runner	*runner;
	int		 fd;
	int		 polite;	/* it said good bye */
	struct attempt	*direct;	/* the message it waits for, or NULL */
};

struct question {
	struct question	*next;
	struct attempt	*attempt;
	size_t		 rcpt;		/* the rcpt line, from 0 */
	char		*address;
	char		*target;	/* of that user's file, or NULL */
};

/* The connection to who-is, and what is asked in order. */
struct asker {
	const char	*path;
	int		 fd;
	unsigned	 sent;		/* of the first questions, how many are out */
	int64_t		 again_ms;	/* not before, after a failure */
	int64_t		 since_ms;	/* the last answer, or the first question */
	struct question	*first, **last;
	struct buf	 answer;	/* of the first question, as far as it came */
};

/* The connection to the spawner. */
struct spawning {
	const char	*path;
	int		 fd;
	uint64_t	 number;	/* of the last request */
};

/* The jobs that wait for one destination, and the messages that wait unopened
 * for room. Each of these is tried again when it is called. */
struct line {
	struct final	*first, **last;
	const struct final *newest;	/* the last one, while there is a first */
	size_t		 queued;
	struct waiting	*parked, **parked_last;
	size_t		 holds;		/* attempts that will park here */
	size_t		 called;	/* messages that are on their way here */
};

/* Another host as a destination of mail. */
struct site {
	struct site	*next;		/* in the order of their names */
	struct site	*next_hash;	/* of the same hash */
	struct line	 line;
	unsigned	 lanes;		/* its deliver-remotes */
	unsigned	 busy;		/* those that have jobs in hand */
	unsigned	 limit;		/* how many there may be */
	unsigned	 good;		/* answers since the limit was changed */
	unsigned	 growth;	/* so many for each of limit let it grow */
	unsigned	 failures;	/* in a row; 0: it is alive */
	const struct attempt *prober;	/* dead: who tries it now, or NULL */
	int64_t		 probe_ms;	/* dead: not to be tried before */
	int64_t		 call_ms;	/* dead: when a message is called to try */
	int64_t		 dead_ms;	/* dead: since then */
	int64_t		 used_ms;
	size_t		 finals;	/* whose site it is, in open attempts */
	struct waiting	*waiting, **waiting_last;	/* whose site it is */
	size_t		 messages;	/* how many */
	struct answer	 why;		/* dead: what the last try said */
	char		 nexthop[];
};

struct lane {
	struct runner	*runner;
	struct lane	*next;
	struct site	*site;		/* NULL: a mailbox's */
	struct line	*line;		/* its own, or its site's */
	int		 fd;		/* of its program, or -1 */
	int		 reached;	/* it has spoken with its host */
	int		 retired;	/* its host wants one less: no more jobs */
	uint64_t	 pid;
	uint64_t	 starting;	/* number of the request, or 0 */
	int64_t		 again_ms;
	unsigned	 failures;
	int64_t		 since_ms;	/* last answer, when it became idle, or when
					 * its program was asked for */
	struct final	*sent, **sent_last;
	size_t		 sent_n;
	const struct attempt *newest;	/* whose job was sent last */
	struct line	 own;
	struct destination to;
};

/* The bounce programs, each with an attempt that waits for its end. */
struct bouncer {
	char		*program;
	size_t		 running;
	struct bounce {
		struct attempt	*attempt;	/* NULL: free */
		pid_t		 pid;
		int		 out;		/* where it says the new id */
		int64_t		 since_ms;
	}		 bounce[BOUNCES_MAX];
	struct attempt	*first, **last;		/* that wait */
	size_t		 waiting;
};

struct runner {
	struct loop	 loop;
	struct service	 control;
	struct schedule	 schedule;
	uint32_t	 dice;
	int		 queue, msg;	/* descriptors of QUEUE and QUEUE/msg */
	int		 listen, signals;
	int		 stop;
	int		 rescan;	/* look through the whole folder */
	int64_t		 rescan_ms;	/* or do so then; -1: need not */
	uint64_t	 boot_us;
	struct messages	 messages;
	struct attempt	*unsynced;	/* until the end of this round */
	struct attempt	*direct_first, **direct_last;	/* the oldest first */
	int64_t		 direct_ms;	/* a writer waits so long */
	size_t		 active;
	size_t		 sites_active;	/* with jobs for other hosts */
	struct line	 crowd;		/* messages that wait for that to fall */
	size_t		 programs_active;	/* with jobs for programs */
	struct line	 program_crowd;	/* as crowd */
	uint64_t	 program_timeout_s;	/* a program may take so long */
	struct asker	 asker;
	struct spawning	 spawning;
	struct bouncer	 bouncer;
	uint64_t	 delay_report_s;	/* age at which a sender is told
						 * that it is late, 0: never */
	uint64_t	 remote_try_s;	/* a deliver-remote may take so long */
	struct lane	*lanes;		/* the oldest first */
	struct site	*sites;		/* in the order of their names */
	struct site	*site_bucket[SITE_BUCKETS];
	int64_t		 sites_ms;	/* when a site has work, or -1 */
	size_t		 sites_live;	/* as lanes_live, of sites alone */
	size_t		 programs_live;	/* the same of users' programs */
	size_t		 lanes_live;	/* with a program, or starting one */
	size_t		 hungry;	/* lanes that wait for a place to start one */
	uint64_t	 jobs;		/* numbers given out */
};

/* schedule.c: milliseconds to wait after the attempt that was the n-th, from 1. dice
 * is any number: with each the wait is another one, up to jitter shorter or longer,
 * and never over max_s. */
int64_t schedule_wait_ms(const struct schedule *s, unsigned n, uint32_t dice);

/* messages.c. NULL from messages_add: it is known already, or no memory. */
struct waiting *messages_find(const struct messages *m, const char *id);
struct waiting *messages_add(struct messages *m, const char *id);
void messages_forget(struct messages *m, struct waiting *w);
int messages_schedule(struct messages *m, struct waiting *w, int64_t due_ms);
struct waiting *messages_first(const struct messages *m);	/* due first */
void messages_take(struct messages *m, struct waiting *w);	/* off the heap */

/* From now on, a message that is held is not put on the heap by messages_schedule;
 * where it is there already, schedule it anew. */
void messages_hold(struct messages *m, struct waiting *w, int held);

/*
 * messages_walk - hand all messages to each, some at a time.
 *
 * from     NULL at first, then what was returned; it need not be known any more
 * each     not 0: enough; a few more come, then it returns
 * returns  where to go on from, until the next change; or NULL: that was all. Who
 *          is there all the time is handed over at least once, some perhaps twice
 */
const char *messages_walk(const struct messages *m, const char *from,
    int (*each)(void *arg, const struct waiting *w), void *arg);

/* The message is no more parked, nor on its way to the line that has called it. */
void messages_leave(struct waiting *w);

/* The message waits for the site too, behind all others; NULL: for none. */
void messages_await(struct waiting *w, struct site *s);

/* writer.c: on the socket where ids come. */
void writer_connects(void *arg, short revents);
void writer_answer(const struct writer *w, const struct answer *a);

/* direct.c: not all can be done at once; nothing where that is not asked for. */
void direct_doubt(struct attempt *a);

/* A writer passes a file that it keeps out of the queue for now; it is
 * closed. Then: an answer of who-is; nothing is out any more; it is in the queue,
 * perhaps; its writer is gone; attempt_free's part. */
void direct_begin(struct writer *w, const char *id, int file);
void direct_answered(const struct question *q, const char *p, size_t n);
void direct_over(struct attempt *a);
void direct_queued(struct waiting *w);
void direct_left(struct writer *w);
void direct_free(struct attempt *a);
void direct_tick(struct runner *r, int64_t now_ms);
int64_t direct_due(const struct runner *r);

/* scan.c: look through QUEUE/msg for messages that nobody told of. */
void scan_queue(struct runner *r);

/* Look again in a while: something could not be read or held. */
void scan_later(struct runner *r);

/* Put a file of QUEUE/msg aside into another folder of QUEUE. 0, or -1. */
int set_aside(struct runner *r, const char *id, const char *folder);

/* attempt.c */
void attempt_begin(struct runner *r, struct waiting *w);

/* An attempt at a message that is off the heap, not opened yet; NULL without memory.
 * Then read its head and journal: 0, or -1 with errno; EINVAL: this is no whole
 * message. Then ask who-is about all recipients. */
struct attempt *attempt_new(struct runner *r, struct waiting *w);
int attempt_read(struct attempt *a);
void attempt_ask(struct attempt *a);

/* What is known of an address, from now on. Dies without memory. */
struct known *attempt_known(struct attempt *a, const char *address, size_t n);

/* All its jobs are given out, or it is over: the line that called it may call. */
void attempt_end_call(struct attempt *a);

/* Where nothing is out any more, finish. a may be gone then. */
void attempt_over(struct attempt *a);

/* Forget it; its message stays what it is. */
void attempt_free(struct attempt *a);

/* answers.c: the answer to the question, who-is's lines or NULL; and carry one out
 * that does not count any more. */
void attempt_answered(const struct question *q, const char *p, size_t n);
void attempt_heard(const struct question *q, const char *p, size_t n);

/* results.c: the job of f is over, f->answer is set. Or only the latter is. */
void attempt_settled(struct final *f);
void attempt_settle(struct final *f);

/* Write what became of f, which is settled, to the journal. */
void attempt_note(struct final *f);

/* Write the journal's line that f's job begins. 0, or -1 with errno. */
int attempt_note_start(struct final *f);

/* Write the journal's lines of f's result. As attempt_write. */
int attempt_note_result(struct attempt *a, const struct final *f);

/* Append lines to the message's journal. 0, or -1 and it is logged. */
int attempt_write(struct attempt *a, const struct buf *lines);

/* 1 if nothing here could tell whether f's job was done: another host's, or a
 * program's; else 0. */
int attempt_is_blind(const struct final *f);

/* Sync the journals that need it: once for all that came in one round. */
void attempts_sync(struct runner *r);
void attempt_sync(struct attempt *a);	/* one that needs it */

/* forward.c */

/* deliver-local has answered f's job with V_FORWARD and this record: ask about its
 * targets, and settle f. */
void forward_answered(struct final *f, const char *record, size_t n);

/* from's file led to to; NULL: to an address that the journal has done with. */
void forward_leads(struct final *from, const struct final *to);

/* f's forwarding failed: it waits. */
void forward_failed(struct final *f, const char *dsn, const char *why);

/* Before an attempt is over: who was only led in a circle waits. */
void forward_check(struct attempt *a);

void forward_free(struct final *f);

/* program.c: as site.c's of the same names. */
int program_is(const struct destination *d);
struct line *program_full(struct runner *r, struct line *l,
    const struct final *f);
void program_begin(struct runner *r, struct final *f);
void program_end(struct runner *r, const struct final *f);
void programs_tick(struct runner *r);

/* finish.c */

/* Nothing of the attempt is out any more: decide what becomes of the message. */
void attempt_finish(struct attempt *a);

/* The bounce program is over: the report's id, or NULL where none was made. */
void attempt_reported(struct attempt *a, const char *id);

/* Seconds since the message came; the system's clock counts only for what came
 * before qrunner started. */
uint64_t attempt_age_s(const struct attempt *a);

/* An admin wants it gone, and its journal says so: unlink and forget it. */
void remove_message(struct runner *r, struct waiting *w);

/* The message is due again in wait_ms. */
void attempt_again(struct runner *r, struct waiting *w, int64_t wait_ms);

/* telling.c */

/* How many addresses failed for good and are not told to the sender yet, but are to
 * be. */
size_t attempt_untold(const struct attempt *a);

/* How much there is to tell of success: addresses, and aliases with members. */
size_t attempt_unheard(const struct attempt *a);

/* The rcpt line leads to the address that k is of. Dies without memory. */
struct lead *attempt_lead(struct attempt *a, struct known *k, size_t rcpt);

/* Take the journal's word on a rcpt line: J_BEHIND, J_EXPANDED. */
void attempt_note_rcpt(struct attempt *a, const struct journal_entry *e);

/* Write to the journal which rcpt lines lead where. As attempt_write. */
int attempt_note_leads(struct attempt *a);

/* The sender has a report of this kind, with this id: the journal is to say so. */
void attempt_note_told(struct attempt *a, enum report_kind kind);
void attempt_note_warned(struct attempt *a, const char *id);

/* Put into f's job what the sender wants to be told. */
void attempt_wishes(const struct final *f, struct job *j);

/* bouncer.c: have a report made; attempt_reported is called when that is over. */
void bouncer_add(struct attempt *a, enum report_kind kind);
void bouncer_tick(struct runner *r, int64_t now_ms);
int64_t bouncer_due(const struct runner *r);

/* question.c: what the address leads to; or, where target is not NULL, what that
 * target of the address's user's file does. */
void ask_about(struct runner *r, struct attempt *a, size_t rcpt,
    const char *address, size_t n, const char *target, size_t target_n);
void asker_tick(struct runner *r, int64_t now_ms);

/* line.c */

void line_init(struct line *l);

/* Add f's job: behind all others, or behind those of its message if together is
 * set. */
void line_add(struct line *l, struct final *f, int together);

/* 1 if the last job is one of f's message. */
int line_ends_with(const struct line *l, const struct final *f);

/* Put it before all others. */
void line_put_back(struct line *l, struct final *f);

/* The first job, which there is. */
struct final *line_take(struct line *l);

/* All jobs that wait are answered so. */
void line_defer(struct runner *r, struct line *l, const struct answer *why);

/* The attempt that found it full (and holds it) is over: w waits for room. */
void line_park(struct line *l, struct waiting *w);

/* Have a message tried now for which there is room. */
void line_call(struct runner *r, struct line *l, struct waiting *w);

/* Call parked messages, as many as n. */
void line_call_parked(struct runner *r, struct line *l, size_t n);

/* 1 if nothing waits in it or is on its way to it. */
int line_is_empty(const struct line *l);

/* lane.c */

/* Give f's job to the destination. 0; or -1: there is no room, *full is the
 * line to wait in; or -1 with *full NULL and errno ENOMEM, or errno EHOSTDOWN:
 * the site is dead and f->answer says why. */
int lane_add(struct runner *r, const struct destination *d, struct final *f,
    struct line **full);

void lanes_tick(struct runner *r, int64_t now_ms);

/* The spawner says of a start that it was asked for: fd is the program's socket,
 * or -1 and why (NULL: the spawner is gone, it is asked again later). */
void lane_started(struct lane *l, int fd, uint64_t pid, const char *why);

/* A program more (1) or less (-1) is there or asked for. */
void lane_count(struct lane *l, int by);

/* Who the lane is, for the log. */
const char *lane_name(const struct lane *l);

/* 1 if a deliver-remote or a program has a job in hand. */
int sites_busy(const struct runner *r);

/* hand.c */

/* Send jobs to the lane's program, as many as it may have now. */
void hand_pump(struct lane *l);

/* loop_fn: the program has answered, or is gone. */
void hand_answer(void *lane, short revents);

/* The connection to the program ends; it sees that. */
void hand_end(struct lane *l);

/* A program that answers nothing is ended by the spawner (it may run as another
 * uid), and its jobs are deferred. */
void hand_kill(struct lane *l);

/* spawning.c */

/* Ask for the lane's program. When the spawner cannot be asked, lane_started is
 * called for all that were asked for. */
void spawning_start(struct lane *l);
void spawning_kill(struct runner *r, uint64_t pid);

/* site.c */

/* The site of that nexthop, made where it is not known. NULL with errno ENOMEM. */
struct site *site_of(struct runner *r, const char *nexthop);

/* f is the site's, until its attempt is freed. */
void site_hold(struct site *s, struct final *f);
void site_release(struct final *f);

/* 1 if f may not be sent to it now; its answer is set then. */
int site_bars(struct site *s, struct final *f);

/* The line in which f's message must wait for room, or NULL. */
struct line *site_full(struct runner *r, struct site *s, const struct final *f);

/* f's job waits for the site, and is over. */
void site_begin(struct runner *r, struct site *s, const struct final *f);
void site_end(struct runner *r, const struct final *f);

/* f's job ended without a word of the host. */
void site_lost(struct runner *r, const struct final *f);

/* The lane's deliver-remote has answered f's job. 1: the job is to go again, by
 * another lane. */
int site_answered(struct lane *l, struct final *f);

/* May the site have one lane more? Has it too many? */
int site_has_room(const struct runner *r, const struct site *s);
int site_is_crowded(const struct runner *r, const struct site *s);

/* The message waits until the site lives, or is called to find out. */
void site_wait(struct runner *r, struct site *s, struct waiting *w);

/* Call messages that wait for the site, now that it lives. */
void site_call(struct runner *r, struct site *s);

/* A dead site may be tried at once. */
void site_probe_now(struct runner *r, struct site *s);

void sites_tick(struct runner *r, int64_t now_ms);

/* control.c: begin to listen at path. 0, or -1 with errno. */
int control_open(struct runner *r, const char *path);

/* orders.c: do what uid orders. */
enum control_end control_obey(struct runner *r,
    const struct control_question *q, uid_t uid);

/* The earliest time at which that has work, or -1. */
int64_t asker_due(const struct runner *r);
int64_t lanes_due(const struct runner *r);
int64_t sites_due(const struct runner *r);

#endif
