/* dns-file - see dns-file.h */
#include "dns-file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sys/io.h"
#include "sys/log.h"

#define PIECE	65536

static int
read_file(const char *path, struct stat *st, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t r = -1;

	if (fd == -1)
		return -1;
	if (fstat(fd, st) == 0)
		while (buf_room(text, PIECE) == 0) {
			r = io_pread_full(fd, text->s + text->len, PIECE,
			    (off_t)text->len);
			if (r <= 0)
				break;
			text->len += (size_t)r;
			r = -1;
		}
	close(fd);
	return r == 0 ? 0 : -1;
}

static void
complain(const struct dns_file *f, const struct table_text *where)
{
	if (where->wrong != NULL)
		say("%s:%u: %s; the old table stays", f->path, where->line,
		    where->wrong);
	else
		say("%s cannot be read, the old table stays:", f->path);
}

int
dns_file_look(struct dns_file *f)
{
	struct buf text = BUF_MAX(DNS_FILE_MAX);
	struct table_text where = { .wrong = NULL };
	struct dns_table table = { .n = 0 };
	struct stat now;
	int r;

	if (stat(f->path, &now) == -1)
		memset(&now, 0, sizeof(now));	/* gone: said once */
	if (io_is_same(&now, &f->seen))
		return 0;
	r = read_file(f->path, &now, &text);
	if (r == 0)
		r = dns_table_parse(&table, &text, &where);
	f->seen = now;
	if (r == -1) {
		complain(f, &where);
		dns_table_free(&table);
		buf_free(&text);
		return -1;
	}
	dns_table_free(&f->table);
	f->table = table;
	return 1;
}
