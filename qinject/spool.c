/* spool - a message's body until it can be sent: a writer may take hours, and the
 * queue serves nobody so long. */
#include "sendmail.h"

#include <errno.h>

static int
write_file(struct spool *s, const char *p, size_t n)
{
	if (fwrite(p, 1, n, s->file) == n)
		return 0;
	return errno != 0 ? -1 : (errno = EIO, -1);
}

int
spool_add(struct spool *s, const char *p, size_t n)
{
	s->n += n;
	if (s->file == NULL && buf_add(&s->mem, p, n) == 0)
		return 0;
	if (s->file == NULL) {
		s->file = tmpfile();
		if (s->file == NULL)
			return -1;
	}
	return write_file(s, p, n);
}

int
spool_read(struct spool *s, void (*fn)(void *arg, const char *p, size_t n),
    void *arg)
{
	char piece[65536];
	size_t n, at;

	for (at = 0; at < s->mem.len; at += n) {
		n = s->mem.len - at < sizeof(piece) ? s->mem.len - at :
		    sizeof(piece);
		fn(arg, s->mem.s + at, n);
	}
	if (s->file == NULL)
		return 0;
	if (fflush(s->file) == EOF || fseek(s->file, 0, SEEK_SET) == -1)
		return -1;
	while ((n = fread(piece, 1, sizeof(piece), s->file)) > 0)
		fn(arg, piece, n);
	return ferror(s->file) ? -1 : 0;
}
