/* compile - see compile.h */
#include "compile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/exits.h"
#include "check.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/newfile.h"

#define TEXT_MAX	(256u << 20)	/* octets of the longest table */

static int
keep_origin(struct compiler *c, const void *key, size_t key_n,
    const void *value, size_t n)
{
	struct origin *o = malloc(sizeof(*o) + key_n + n);

	if (o == NULL)
		return -1;
	o->next = NULL;
	o->line = c->text.line;
	o->key_n = key_n;
	o->n = n;
	strcpy(o->file, c->file);
	memcpy(o->octets, key, key_n);
	memcpy(o->octets + key_n, value, n);
	*c->last = o;
	c->last = &o->next;
	return 0;
}

void
compile_show(struct compiler *c, const void *key, size_t key_n,
    const void *value, size_t n)
{
	const char *p = value, *end = p + n, *lf;

	printf("%s/%s:%u: %.*s\n", c->folder, c->file, c->text.line,
	    (int)key_n, (const char *)key);
	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		printf("\t%.*s\n", (int)(lf - p), p);
	}
	c->shown++;
}

int
compile_add(struct compiler *c, const void *key, size_t key_n,
    const void *value, size_t n)
{
	int r;

	if (c->show != NULL && ascii_is(key, key_n, c->show))
		compile_show(c, key, key_n, value, n);
	r = cdb_make_put(&c->cdb, key, (unsigned)key_n, value, (unsigned)n,
	    CDB_PUT_INSERT);
	if (r == 1) {
		c->text.wrong = "this name was there before";
		return errno = EINVAL, -1;
	}
	if (r == 0)
		c->entries++;
	return r == 0 && c->keep ? keep_origin(c, key, key_n, value, n) : r;
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

/* Begin the text in b, which is that of the file name. */
static void
set_text(struct compiler *c, const char *name, const struct buf *b)
{
	snprintf(c->file, sizeof(c->file), "%s", name);
	memset(&c->text, 0, sizeof(c->text));
	c->text.p = b->s;
	c->text.end = b->s + b->len;
}

int
compile_read(struct compiler *c, const char *name, struct buf *b)
{
	if (read_text(c->etc, name, b) == -1)
		return -1;
	set_text(c, name, b);
	return 0;
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
	if (fstatat(etc, table, &st, 0) == -1)
		return errno == ENOENT ? 0 : -1;
	return fchown(fd, st.st_uid, st.st_gid);
}

/* The new file is whole: look through it, and put it in its place. 0; 1 if it is
 * not to be used, which has been said; -1. */
static int
finish(struct compiler *c, struct newfile *f, const char *cdb)
{
	if (c->show != NULL)
		return 0;
	if (c->keep && !c->unchecked && (!c->set || c->only_check) &&
	    check_table(c, f->tmp_name) > 0 && !c->lenient)
		return 1;
	if (c->only_check)
		return 0;
	return fchmod(f->fd, 0640) == -1 ||
	    same_owner(c->etc, c->table, f->fd) == -1 ||
	    newfile_sync(f->fd) == -1 ||
	    newfile_replace(f, c->etc, cdb) == -1 ||
	    newfile_sync_dir(c->etc) == -1 ? -1 : 0;
}

static int
build(struct compiler *c, compile_fn *fn)
{
	char tmp[64], cdb[64];
	struct newfile f = { .fd = -1, .tmp_dir = c->etc };
	int r;

	snprintf(cdb, sizeof(cdb), "%s.cdb%s", c->table, c->set ? ".new" : "");
	snprintf(tmp, sizeof(tmp), "%s.cdb.%d", c->table, (int)getpid());
	if (unlinkat(c->etc, tmp, 0) == -1 && errno != ENOENT)
		return -1;
	f.fd = openat(c->etc, tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	if (f.fd == -1)
		return -1;
	memcpy(f.tmp_name, tmp, sizeof(tmp));
	c->last = &c->first;
	r = fill(c, f.fd, fn);
	if (r == 0)
		r = finish(c, &f, cdb);
	newfile_close(&f);
	return r;
}

static void
free_origins(struct compiler *c)
{
	while (c->first != NULL) {
		struct origin *o = c->first;

		c->first = o->next;
		free(o);
	}
}

int
compile_text(struct compiler *c, const struct buf *b, compile_fn *fn)
{
	int r;

	set_text(c, c->table, b);
	r = build(c, fn);
	if (r == -1) {
		if (c->text.wrong != NULL)
			die(EXIT_PERM, "%s/%s:%u: %s; the old table stays",
			    c->folder, c->file, c->text.line, c->text.wrong);
		die(EXIT_TEMP, "%s/%s.cdb, the old table stays:", c->folder,
		    c->table);
	}
	free_origins(c);
	if (r == 1)
		die(EXIT_PERM, "the old table stays; with -l this is no "
		    "error");
	return EXIT_DONE;
}

/* Whether what -s has printed is what the programs see. */
static int
end_show(const struct compiler *c)
{
	char cdb[64];
	struct stat text, made;

	snprintf(cdb, sizeof(cdb), "%s.cdb", c->table);
	if (fflush(stdout) != 0)
		die(EXIT_TEMP, "descriptor 1:");
	if (c->shown == 0)
		die(EXIT_PERM, "%s/%s does not say anything of %s", c->folder,
		    c->table, c->show);
	if (fstatat(c->etc, cdb, &made, 0) == -1 ||
	    fstatat(c->etc, c->table, &text, 0) == -1 ||
	    made.st_mtime < text.st_mtime)
		say("%s/%s is newer than its cdb, which is what counts",
		    c->folder, c->table);
	return EXIT_DONE;
}

static void
read_options(struct compiler *c, int argc, char **argv)
{
	int o;

	opterr = 0;
	while ((o = getopt(argc, argv, "lnps:u")) != -1) {
		if (o == 'l')
			c->lenient = 1;
		else if (o == 'p')
			c->set = 1;
		else if (o == 'u')
			c->unchecked = 1;
		else if (o == 'n')
			c->only_check = 1;
		else if (o == 's')
			c->show = optarg;
		else
			break;
	}
	if (o != -1 || optind != argc - 1)
		die(EXIT_PERM, "usage: %s [-lnpu] [-s key] etc-folder",
		    progname);
	c->folder = argv[optind];
}

int
compile_main(int argc, char **argv, const char *table, compile_fn *fn,
    int check)
{
	struct compiler c = { .table = table, .keep = check };
	struct buf text = BUF_MAX(TEXT_MAX);

	read_options(&c, argc, argv);
	c.etc = open(c.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c.etc == -1)
		die(EXIT_PERM, "%s:", c.folder);
	if (read_text(c.etc, table, &text) == -1)
		die(EXIT_PERM, "%s/%s:", c.folder, table);
	compile_text(&c, &text, fn);
	buf_free(&text);
	if (c.show != NULL)
		return end_show(&c);
	if (!c.only_check && !c.set)
		say("%s/%s.cdb: %u entries", c.folder, table, c.entries);
	return EXIT_DONE;
}
