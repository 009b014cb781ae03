/* letter - see letter.h */
#include "mail/letter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "sys/io.h"
#include "text/final.h"

void
letter_rewind(struct letter *l)
{
	l->done = 0;
	l->begun = 0;
	memset(&l->header, 0, sizeof(l->header));
}

int
letter_begin(struct letter *l, const struct job *j, int queue)
{
	char to[ADDRESS_OCTETS + 1];
	struct final_text f;
	int n;

	final_split(j->to, strlen(j->to), &f);
	memcpy(to, f.address, f.n);
	to[f.n] = '\0';
	l->job = j;
	l->queue = queue;
	l->loop = 0;
	address_quote(l->sender, j->sender);
	address_quote(l->to, to);
	letter_rewind(l);
	n = snprintf(l->prefix, sizeof(l->prefix),
	    "Return-Path: <%s>\nDelivered-To: %s\n", l->sender, l->to);
	if (n < 0 || (size_t)n >= sizeof(l->prefix))
		return errno = EMSGSIZE, -1;
	l->prefix_n = (size_t)n;
	l->size = l->prefix_n + j->size;
	return 0;
}

static void
check_field(void *arg, const char *line, size_t n)
{
	struct letter *l = arg;
	size_t value_n;
	const char *value = header_value(line, n, "Delivered-To", &value_n);

	if (value != NULL && ascii_is(value, value_n, l->to))
		l->loop = 1;
}

ssize_t
letter_next(struct letter *l, char *room, size_t cap)
{
	size_t before = l->begun ? 0 : l->prefix_n, n = cap - before;
	uint64_t left = l->job->size - l->done;
	ssize_t r;

	memcpy(room, l->prefix, before);
	if (left < n)
		n = (size_t)left;
	r = io_pread_full(l->queue, room + before, n,
	    (off_t)(l->job->at + l->done));
	if (r == -1)
		return -1;
	if ((size_t)r < n)
		return errno = EIO, -1;		/* the queue file is shorter */
	header_scan(&l->header, room + before, n, check_field, l);
	if (l->loop)
		return errno = ELOOP, -1;
	l->begun = 1;
	l->done += n;
	return (ssize_t)(before + n);
}

int
letter_check(struct letter *l)
{
	char room[LETTER_PREFIX + 8192];
	ssize_t r;

	do
		r = letter_next(l, room, sizeof(room));
	while (r > 0 && !l->header.done);
	letter_rewind(l);
	return r == -1 ? -1 : 0;
}

void
letter_looped(struct answer *a, const struct job *j)
{
	struct final_text f;

	final_split(j->to, strlen(j->to), &f);
	answer_set(a, V_NEVER, "5.4.6",
	    "a mail loop: %.*s had this message before", (int)f.n, f.address);
}
