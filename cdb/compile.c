/* compile - see compile.h */
#include "compile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/newfile.h"

#define TEXT_MAX	(256u << 20)	/* octets of the longest table */

int
compile_add(struct compiler *c, const void *key, size_t key_n,
    const void *value, size_t n)
{
	int r = cdb_make_put(&c->cdb, key, (unsigned)key_n, value, (unsigned)n,
	    CDB_PUT_INSERT);

	if (r == 1) {
		c->text.wrong = "this name was there before";
		return errno = EINVAL, -1;
	}
	if (r == 0)
		c->entries++;
	return r;
}

static int
read_text(int etc, const char *name, struct buf *b)
{
	int fd = openat(etc, name, O_RDONLY | O_CLOEXEC);
	ssize_t r = -1;

	if (fd == -1)
		return -1;
	while (buf_room(b, 65536) == 0) {
		r = io_pread_full(fd, b->s + b->len, 65536, (off_t)b->len);
		if (r <= 0)
			break;
		b->len += (size_t)r;
	}
	close(fd);
	return r == 0 ? 0 : -1;
}

/* Write the cdb into the open new file. 0, or -1 as compile_fn. */
static int
fill(struct compiler *c, int fd, compile_fn *fn)
{
	int made, e;

	if (cdb_make_start(&c->cdb, fd) != 0)
		return -1;
	made = fn(c);
	e = errno;
	if (cdb_make_finish(&c->cdb) != 0 && made == 0)
		return -1;
	errno = e;
	return made;
}

/* Who may read the text may read the cdb. */
static int
same_owner(int etc, const char *table, int fd)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	return fstatat(etc, table, &st, 0) == -1 ? -1 :
	    fchown(fd, st.st_uid, st.st_gid);
}

static int
build(struct compiler *c, int etc, compile_fn *fn)
{
	char tmp[64], cdb[64];
	struct newfile f = { .fd = -1, .tmp_dir = etc };
	int r;

	snprintf(cdb, sizeof(cdb), "%s.cdb", c->table);
	snprintf(tmp, sizeof(tmp), "%s.cdb.%d", c->table, (int)getpid());
	if (unlinkat(etc, tmp, 0) == -1 && errno != ENOENT)
		return -1;
	f.fd = openat(etc, tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (f.fd == -1)
		return -1;
	memcpy(f.tmp_name, tmp, sizeof(tmp));
	r = fill(c, f.fd, fn);
	if (r == 0 && !c->only_check && (fchmod(f.fd, 0640) == -1 ||
	    same_owner(etc, c->table, f.fd) == -1 || newfile_sync(f.fd) == -1 ||
	    newfile_replace(&f, etc, cdb) == -1 || newfile_sync_dir(etc) == -1))
		r = -1;
	newfile_close(&f);
	return r;
}

int
compile_main(int argc, char **argv, const char *table, compile_fn *fn)
{
	struct compiler c = { .table = table };
	struct buf text = BUF_MAX(TEXT_MAX);
	int etc;

	if (argc == 3 && strcmp(argv[1], "-n") == 0) {
		c.only_check = 1;
		argv++;
		argc--;
	}
	if (argc != 2)
		die(EXIT_PERM, "usage: %s [-n] etc-folder", progname);
	etc = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (etc == -1)
		die(EXIT_PERM, "%s:", argv[1]);
	if (read_text(etc, table, &text) == -1)
		die(EXIT_PERM, "%s/%s:", argv[1], table);
	c.text.p = text.s;
	c.text.end = text.s + text.len;
	if (build(&c, etc, fn) == -1) {
		if (c.text.wrong != NULL)
			die(EXIT_PERM, "%s/%s:%u: %s; the old table stays",
			    argv[1], table, c.text.line, c.text.wrong);
		die(EXIT_TEMP, "%s/%s.cdb, the old table stays:", argv[1],
		    table);
	}
	buf_free(&text);
	if (!c.only_check)
		say("%s/%s.cdb: %u entries", argv[1], table, c.entries);
	return EXIT_DONE;
}
