/* qmail-message - see qmail.h */
#include "qmail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/io.h"

#define PIECE_OCTETS	65536

/* A file without a name, where there is room for one. */
static int
open_nameless(void)
{
	const char *folder = getenv("TMPDIR");
	char name[] = "/tmp/correo-XXXXXX";
	int fd = open(folder != NULL ? folder : "/tmp", O_TMPFILE | O_RDWR |
	    O_CLOEXEC, 0600);

	if (fd != -1)
		return fd;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd != -1)
		(void)unlink(name);
	return fd;
}

/* The next octets of a pipe or a file: octets, 0 at the end, or -1. */
static ssize_t
next_piece(int fd, char room[PIECE_OCTETS])
{
	ssize_t n;

	do
		n = read(fd, room, PIECE_OCTETS);
	while (n == -1 && errno == EINTR);
	return n;
}

/* All of descriptor 0 into the file, counted as CRLF line ends would have it. */
static int
take_all(struct qmail_message *m)
{
	static char room[PIECE_OCTETS];
	char last = '\0';
	ssize_t n, i;

	while ((n = next_piece(0, room)) > 0) {
		for (i = 0; i < n; i++) {
			m->wire += 1 + (room[i] == '\n' && last != '\r');
			last = room[i];
		}
		if (io_write_file(m->fd, room, (size_t)n) == -1)
			return -1;
	}
	return (int)n;
}

/* The line that begins with word at m->at, into out; else the one that is there
 * already stays. */
static int
take_line(struct qmail_message *m, const char *word, char *out, size_t cap)
{
	char room[QUOTED_OCTETS + 32], *lf;
	size_t n = strlen(word);
	ssize_t r = io_pread_full(m->fd, room, sizeof(room), m->at);

	if (r == -1)
		return -1;
	lf = memchr(room, '\n', (size_t)r);
	if ((size_t)r < n || memcmp(room, word, n) != 0 || lf == NULL ||
	    (size_t)(lf - room) + 2 > cap)
		return 0;
	memcpy(out, room, (size_t)(lf - room) + 1);
	out[lf - room + 1] = '\0';
	m->at += lf - room + 1;
	m->wire -= (uint64_t)(lf - room) + 2;
	return 0;
}

int
qmail_message_take(struct qmail_message *m, const char *sender,
    const char *recipient)
{
	snprintf(m->return_path, sizeof(m->return_path),
	    "Return-Path: <%s>\n", sender);
	snprintf(m->delivered_to, sizeof(m->delivered_to),
	    "Delivered-To: %s\n", recipient);
	m->at = 0;
	m->wire = 0;
	m->fd = open_nameless();
	if (m->fd == -1 || take_all(m) == -1)
		return -1;
	m->end = lseek(m->fd, 0, SEEK_CUR);
	if (m->end == -1 || take_line(m, "Return-Path: ", m->return_path,
	    sizeof(m->return_path)) == -1)
		return -1;
	return take_line(m, "Delivered-To: ", m->delivered_to,
	    sizeof(m->delivered_to));
}

/* prefix and the message, into the file. */
static int
copy(const struct qmail_message *m, const char *prefix, int to)
{
	static char room[PIECE_OCTETS];
	ssize_t n;

	if (lseek(m->fd, m->at, SEEK_SET) == -1 ||
	    io_write_file(to, prefix, strlen(prefix)) == -1)
		return -1;
	while ((n = next_piece(m->fd, room)) > 0)
		if (io_write_file(to, room, (size_t)n) == -1)
			return -1;
	return n == -1 || lseek(to, 0, SEEK_SET) == -1 ? -1 : 0;
}

int
qmail_message_open(const struct qmail_message *m, const char *prefix)
{
	int fd = open_nameless();

	if (fd == -1 || copy(m, prefix, fd) == 0)
		return fd;
	close(fd);
	return -1;
}
