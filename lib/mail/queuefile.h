/*
 * queuefile - one message, one file: the envelope, the message, a trailer that
 * proves the file is whole, and a journal of what became of it.
 *
 *	correo queue file 1
 *	size 00000000000000004123	octets of the message, 20 digits
 *	wire 00000000000000004222	the same where each LF counts as CRLF
 *	time 1764000000.123456		when it came
 *	sender alice@example.org	nothing behind the blank for <>
 *	rcpt bob@example.org		one line each; other facts may stand between
 *					(an empty line)
 *	...the message, LF line ends...
 *	end 00000000000000004123 1a2b3c4d 5e6f7a8b	CRC-32C of head, message
 *	start 1764000000.200000 bob@example.org
 *	later 1764000001.000000 4.2.0 bob@example.org
 *	why the mailbox is missing
 *	next 1764000301.000000 1
 *	told 1764000302.000000 carol@example.org
 *	held 1764000303.000000
 *
 * The head is in record.h's notation. A LF stands before the trailer, whatever
 * the message ends with. The journal is written by the runner alone.
 *
 * The file lies in QUEUE/msg under its id: 13 hex digits of microseconds since
 * 1970, the writer's pid, 32 random bits. No inode in it: a copy is as good.
 */
#ifndef MAIL_QUEUEFILE_H
#define MAIL_QUEUEFILE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "sys/newfile.h"

#define QUEUE_ID	40		/* octets of an id, with NUL */
#define QUEUE_HEAD_MAX	(4u << 20)	/* octets of the longest head */
#define QUEUE_MSG	"msg"		/* folders below QUEUE */
#define QUEUE_TMP	"tmp"
#define QUEUE_BAD	"bad"
#define RUNNER_BYE	"bye"		/* to the runner, in place of an id */

/* Make a new id. */
void queue_id_make(char id[QUEUE_ID]);

/* 1 if s is an id, else 0. */
int queue_id_is(const char *s);

struct queue_writer {
	struct newfile	 file;
	int		 dir;		/* descriptor of msg/, the caller's */
	char		 id[QUEUE_ID];
	uint64_t	 time_us;
	uint64_t	 size;		/* octets of the message so far */
	uint64_t	 wire;
	uint32_t	 crc;
	int		 last_cr;
	int		 flushed;	/* the head is in the file already */
	struct buf	 head;
	struct buf	 out;		/* not yet written to the file */
};

#define QUEUE_WRITER	{ .file = { .fd = -1 }, \
    .head = BUF_MAX(QUEUE_HEAD_MAX), .out = BUF_MAX(QUEUE_HEAD_MAX + 65536) }

/*
 * queue_begin - begin a message; a writer serves one after another.
 *
 * msg, tmp  descriptors of QUEUE/msg and QUEUE/tmp
 * facts     lines in record.h's notation: sender, rcpt and others
 * returns   0, or -1 with errno. The file is locked (flock) until it is closed,
 *           so that a scan of the folder can tell that it is being written.
 */
int queue_begin(struct queue_writer *w, int msg, int tmp,
    const char *facts, size_t n);

/* Add octets of the message. 0, or -1 with errno. */
int queue_add(struct queue_writer *w, const void *p, size_t n);

/* Write the trailer: the file is whole, but still without a name in the folder and
 * perhaps not on the disk. 0, or -1 with errno; then queue_abort. */
int queue_seal(struct queue_writer *w);

/*
 * queue_publish - put a message that is sealed on the disk for good.
 *
 * returns  0: link, fsync of the file and fsync of the folder are done; or -1
 *          with errno: then nothing is left. The writer is free again.
 */
int queue_publish(struct queue_writer *w);

/* Both. */
int queue_commit(struct queue_writer *w);

/* Give the message up; nothing is left. */
void queue_abort(struct queue_writer *w);

struct queue_head {
	struct buf	text;		/* the head's lines behind "wire" */
	uint64_t	size, wire;	/* octets of the message */
	uint64_t	time_us;
	off_t		message;	/* where the message begins */
	off_t		journal;	/* where the journal begins */
};

#define QUEUE_HEAD	{ .text = BUF_MAX(QUEUE_HEAD_MAX) }

/*
 * queue_read_head - read head and trailer of an open queue file.
 *
 * whole    not 0: read the message too and compare its checksum
 * returns  0; or -1 with errno EINVAL (not a whole queue file) or the system's.
 *          q->text is the caller's to free
 */
int queue_read_head(int fd, struct queue_head *q, int whole);

/* The value of the first line with key into out. 0, or -1 with errno ENOENT,
 * EMSGSIZE. */
int queue_fact(const struct queue_head *q, const char *key, char *out,
    size_t cap);

enum journal_kind {
	J_START, J_DONE, J_LATER, J_NEVER, J_TOLD, J_NEXT, J_WARNED, J_RELAYED,
	J_BEHIND, J_EXPANDED, J_HELD, J_RELEASED, J_REMOVED, J_WHY,
};

struct journal_entry {
	enum journal_kind kind;
	uint64_t	time_us;
	char		dsn[12];	/* for behind: which rcpt line; else "" where
					 * there is no code */
	const char	*address;	/* for next: the count; for warned: the
					 * report's id; for expanded: which rcpt
					 * line; for why: the text; for held,
					 * released, removed: nothing */
	size_t		address_n;
};

/* 1 if lines of this kind are about an address, else 0. */
int journal_has_address(enum journal_kind kind);

/* Hand each good line of the journal to entry; torn or foreign lines are passed
 * over. 1 if the last line is torn, else 0; or -1 with the system's errno. */
int queue_read_journal(int fd, const struct queue_head *q,
    void (*entry)(void *arg, const struct journal_entry *e), void *arg);

/* Format one line for the journal into b; dsn and address as the kind has them
 * (NULL where not). 0, or -1 with errno. */
int journal_line(struct buf *b, enum journal_kind kind, uint64_t time_us,
    const char *dsn, const char *address);

/* 1 if the last line of the open queue file is torn, 0 if not, -1 with errno. For
 * who appends to a journal that he has not read. */
int queue_is_torn(int fd);

/* Append lines to the journal of fd (O_APPEND). A last line that is *torn (from
 * those two) is ended first, by " !", and counts for nothing. 0; or -1
 * with errno, and *torn is set. */
int queue_write_journal(int fd, const struct buf *lines, int *torn);

#endif
