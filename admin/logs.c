/* logs - search the files that s6-log keeps: a line at a time, a piece in memory. */
#include "why.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE	(1u << 20)

struct search {
	const char	*text;
	void		(*line)(void *arg, const struct logline *l);
	void		*arg;
};

static void
take_line(const struct search *s, const char *p, size_t n)
{
	struct logline l;

	if (logline_parse(&l, p, n) == 0)
		s->line(s->arg, &l);
}

/* The lines with the text among n octets of whole lines. */
static void
search_piece(const struct search *s, const char *p, size_t n)
{
	const char *end = p + n, *hit, *from, *lf;

	while ((hit = memmem(p, (size_t)(end - p), s->text, strlen(s->text)))
	    != NULL) {
		from = memrchr(p, '\n', (size_t)(hit - p));
		from = from == NULL ? p : from + 1;
		lf = memchr(hit, '\n', (size_t)(end - hit));
		if (lf == NULL)
			lf = end;
		take_line(s, from, (size_t)(lf - from));
		p = lf < end ? lf + 1 : end;
	}
}

/* room has PIECE octets; a line that is longer is cut. */
static void
search_file(const struct search *s, int fd, char *room)
{
	size_t n = 0, whole;
	const char *lf;
	ssize_t r;

	while ((r = read(fd, room + n, PIECE - n)) > 0 ||
	    (r == -1 && errno == EINTR)) {
		n += r > 0 ? (size_t)r : 0;
		lf = memrchr(room, '\n', n);
		whole = lf != NULL ? (size_t)(lf - room) + 1 :
		    n == PIECE ? n : 0;
		search_piece(s, room, whole);
		memmove(room, room + whole, n - whole);
		n -= whole;
	}
	search_piece(s, room, n);
}

/* s6-log's old files are called "@" and a time in hex; the new one comes last. */
static int
is_log(const struct dirent *d)
{
	return d->d_name[0] == '@' || strcmp(d->d_name, "current") == 0;
}

int
logs_search(const char *folder, const char *text,
    void (*line)(void *arg, const struct logline *l), void *arg)
{
	struct search s = { .text = text, .line = line, .arg = arg };
	struct dirent **names;
	char *room = malloc(PIECE);
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = -1, i;

	if (dir != -1 && room != NULL)
		n = scandir(folder, &names, is_log, alphasort);
	for (i = 0; i < n; i++) {
		int fd = openat(dir, names[i]->d_name, O_RDONLY | O_NOFOLLOW |
		    O_NONBLOCK | O_CLOEXEC);

		if (fd != -1) {
			search_file(&s, fd, room);
			close(fd);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	if (dir != -1)
		close(dir);
	free(room);
	return n > 0 ? 0 : n == 0 ? (errno = ENOENT, -1) : -1;
}
