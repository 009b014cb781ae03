/* mboxtext - see mboxtext.h */
#include "mail/mboxtext.h"

#include <errno.h>
#include <string.h>

#include "sys/io.h"

#define PIECE_OCTETS	65536

static int
emit_letter(struct mbox *m, emit_fn *emit)
{
	static char room[LETTER_PREFIX + PIECE_OCTETS];
	struct buf out = BUF_MAX(3 * sizeof(room));
	struct from_quote q = { .quotes = 0 };
	ssize_t n;
	int r = 0;

	letter_rewind(&m->letter);
	while (r == 0 && (n = letter_next(&m->letter, room,
	    sizeof(room))) != 0) {
		out.len = 0;
		r = n == -1 ? -1 : from_quote(&q, room, (size_t)n, &out);
		if (r == 0)
			r = emit(m, out.s, out.len);
	}
	out.len = 0;
	if (r == 0)
		r = from_quote_end(&q, &out);
	if (r == 0)
		r = buf_add(&out, "\n", 1);
	if (r == 0)
		r = emit(m, out.s, out.len);
	buf_free(&out);
	return r;
}

int
mbox_emit(struct mbox *m, emit_fn *emit)
{
	if (emit(m, m->from, strlen(m->from)) == -1 ||
	    emit(m, m->id, strlen(m->id)) == -1)
		return -1;
	return emit_letter(m, emit);
}

int
mbox_compare(struct mbox *m, const char *p, size_t n)
{
	char there[4096];
	size_t i, part;
	ssize_t r;

	for (; n > 0; p += part, n -= part) {
		part = n < sizeof(there) ? n : sizeof(there);
		r = io_pread_full(m->fd, there, part, m->at);
		if (r == -1)
			return -1;
		for (i = 0; i < (size_t)r && there[i] == p[i]; i++)
			;
		m->at += (off_t)i;
		if (i < (size_t)r)
			return errno = there[i] == '\0' ? EPIPE : EILSEQ, -1;
		if (i < part)
			return errno = EPIPE, -1;
	}
	return 0;
}

/* The From_ line in the n octets that our id stands behind, or NULL. */
static const char *
id_in(const char *room, size_t n, const char *id)
{
	const char *end = room + n, *p = room, *line;

	for (; (p = memmem(p, (size_t)(end - p), id, strlen(id))) != NULL; p++) {
		line = p == room ? NULL :
		    memrchr(room, '\n', (size_t)(p - room - 1));
		line = line != NULL ? line + 1 : room;
		if (p - line > 5 && memcmp(line, "From ", 5) == 0)
			return line;
	}
	return NULL;
}

int
mbox_find(struct mbox *m)
{
	char room[16384];
	off_t off = 0;
	const char *line;
	ssize_t n;

	for (;; off += n - FROM_LINE - ID_LINE) {
		n = io_pread_full(m->fd, room, sizeof(room), off);
		if (n == -1)
			return -1;
		line = id_in(room, (size_t)n, m->id);
		if (line != NULL) {
			m->at = off + (line - room);
			return 1;
		}
		if ((size_t)n < sizeof(room))
			return 0;
	}
}

int
mbox_ends_here(const struct mbox *m)
{
	char room[16384];
	off_t off = m->at;
	ssize_t n, i;

	while ((n = io_pread_full(m->fd, room, sizeof(room), off)) > 0) {
		for (i = 0; i < n; i++)
			if (room[i] != '\0')
				return 0;
		off += n;
	}
	return n == -1 ? -1 : 1;
}

