/* makemap - a text of keys and values to a cdb, and back. See makemap.8. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/newfile.h"
#include "text/alias.h"
#include "text/mapline.h"

#include <cdb.h>

#define TEXT_MAX	(256u << 20)	/* octets of the longest text */

/* sysexits(3), which sendmail's makemap has. */
#define MM_USAGE	64
#define MM_DATA		65
#define MM_OSERR	71
#define MM_CREATE	73

struct makemap {
	struct mapline	 line;
	int		 with_nul;	/* -N: keys and values end with one */
	int		 duplicates;	/* -d: a key may come again */
	int		 replace;	/* -r: and then the last one counts */
	int		 append;	/* -o: to what is there */
	int		 verbose;	/* -v */
	int		 undo;		/* -u */
	int		 is_virtual;	/* the virtusertable, which has its parser */
	char		 name[4096];	/* of the map, with .cdb */
	struct cdb_make	 cdb;
};

static void
usage(void)
{
	die(MM_USAGE, "usage: makemap [-deflNorsuv] [-C file] [-c size] "
	    "[-D char] [-t char] type map <text");
}

static char
one_char(const char *s)
{
	if (strlen(s) != 1)
		usage();
	return *s;
}

static void
read_options(struct makemap *m, int argc, char **argv)
{
	int o;

	opterr = 0;
	while ((o = getopt(argc, argv, "C:c:dD:eflNorst:uv")) != -1) {
		switch (o) {
		case 'd':
			m->duplicates = 1;
			break;
		case 'D':
			m->line.comment = one_char(optarg);
			break;
		case 'e':
			m->line.empty = 1;
			break;
		case 'f':
			m->line.as_is = 1;
			break;
		case 'l':
			puts("cdb\nhash\nbtree\ndbm");
			exit(fflush(stdout) == 0 ? 0 : MM_OSERR);
		case 'N':
			m->with_nul = 1;
			break;
		case 'o':
			m->append = 1;
			break;
		case 'r':
			m->replace = 1;
			break;
		case 't':
			m->line.divider = one_char(optarg);
			break;
		case 'u':
			m->undo = 1;
			break;
		case 'v':
			m->verbose = 1;
			break;
		case 'C':		/* sendmail's own file, a cache's size, */
		case 'c':		/* and its checks of folders: nothing here */
		case 's':
			break;
		default:
			usage();
		}
	}
}

static int
ends(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n > t && strcmp(s + n - t, tail) == 0;
}

/* A type, and a name with or without .db or .cdb. */
static void
read_arguments(struct makemap *m, char **argv)
{
	static const char *const types[] = { "hash", "btree", "dbm", "cdb" };
	int bare, n;
	size_t i;

	for (i = 0; i < 4 && strcmp(argv[0], types[i]) != 0; i++)
		;
	if (i == 4)
		die(MM_USAGE, "type %s is not hash, btree, dbm or cdb", argv[0]);
	bare = (int)strlen(argv[1]);
	if (ends(argv[1], ".cdb"))
		bare -= 4;
	else if (ends(argv[1], ".db"))
		bare -= 3;
	n = snprintf(m->name, sizeof(m->name), "%.*s.cdb", bare, argv[1]);
	if (n < 0 || (size_t)n >= sizeof(m->name))
		die(MM_USAGE, "%s: the name is too long", argv[1]);
}

static void
put(struct makemap *m, const char *key, size_t key_n, const char *value,
    size_t n, unsigned line)
{
	enum cdb_put_mode how = m->duplicates ? CDB_PUT_ADD :
	    m->replace ? CDB_PUT_REPLACE : CDB_PUT_INSERT;
	int r = cdb_make_put(&m->cdb, key, (unsigned)key_n, value, (unsigned)n,
	    how);

	if (r == 1 && how == CDB_PUT_INSERT)
		die(MM_DATA, "line %u: %.*s was there before; the old map "
		    "stays", line, (int)key_n, key);
	if (r < 0)
		die(MM_OSERR, "%s:", m->name);
	if (m->verbose)
		printf("key=`%.*s', val=`%.*s'\n", (int)key_n, key, (int)n,
		    value);
}

static void
read_text(struct buf *b)
{
	ssize_t r;

	do {
		if (buf_room(b, 65536) == -1)
			die(MM_DATA, "the text:");
		r = io_read(0, b->s + b->len, 65536, -1);
		if (r == -1)
			die(MM_OSERR, "descriptor 0:");
		b->len += (size_t)r;
	} while (r > 0);
}

static void
add_text(struct makemap *m)
{
	struct buf text = BUF_MAX(TEXT_MAX), key = BUF_MAX(TEXT_MAX);
	struct buf value = BUF_MAX(TEXT_MAX);
	int r;

	read_text(&text);
	m->line.text.p = text.s;
	m->line.text.end = text.s + text.len;
	while ((r = m->is_virtual ? virtual_next(&m->line.text, &key, &value) :
	    mapline_next(&m->line, &key, &value)) == 1) {
		if (m->with_nul && (buf_add(&key, "", 1) == -1 ||
		    buf_add(&value, "", 1) == -1))
			die(MM_OSERR, "no memory");
		put(m, key.s, key.len, value.s, value.len, m->line.text.line);
	}
	if (r == -1)
		die(MM_DATA, "line %u: %s; the old map stays", m->line.text.line,
		    m->line.text.wrong);
	buf_free(&text);
	buf_free(&key);
	buf_free(&value);
}

/* Open the map that is there; -1: none. */
static int
open_old(const struct makemap *m, struct cdb *cdb)
{
	int fd = open(m->name, O_RDONLY | O_CLOEXEC);

	if (fd == -1 && errno == ENOENT)
		return -1;
	if (fd == -1 || cdb_init(cdb, fd) != 0)
		die(MM_DATA, "%s is no map:", m->name);
	return fd;
}

typedef void pair_fn(struct makemap *m, const char *key, size_t key_n,
    const char *value, size_t n, unsigned line);

static void
each_pair(struct makemap *m, struct cdb *cdb, pair_fn *fn)
{
	unsigned at, number = 0;
	int r;

	cdb_seqinit(&at, cdb);
	while ((r = cdb_seqnext(&at, cdb)) > 0)
		fn(m, cdb_getkey(cdb), cdb_keylen(cdb), cdb_getdata(cdb),
		    cdb_datalen(cdb), ++number);
	if (r < 0)
		die(MM_DATA, "%s is no map", m->name);
}

static void
print_pair(struct makemap *m, const char *key, size_t key_n,
    const char *value, size_t n, unsigned line)
{
	(void)line;
	if (key_n > 0 && key[key_n - 1] == '\0')
		key_n--;
	if (n > 0 && value[n - 1] == '\0')
		n--;
	printf("%.*s%c%.*s\n", (int)key_n, key,
	    m->line.divider != '\0' ? m->line.divider : '\t', (int)n, value);
}

static int
print_map(struct makemap *m)
{
	struct cdb cdb;

	if (open_old(m, &cdb) == -1)
		die(MM_DATA, "%s:", m->name);
	each_pair(m, &cdb, print_pair);
	return fflush(stdout) == 0 ? 0 : MM_OSERR;
}

static void
add_old(struct makemap *m)
{
	struct cdb cdb;
	int fd;

	if (!m->append)
		return;
	fd = open_old(m, &cdb);
	if (fd == -1)
		return;
	each_pair(m, &cdb, put);
	cdb_free(&cdb);
	close(fd);
}

/* Mode and owner of the map that is replaced, or the mode that the umask gives. */
static int
set_rights(const struct makemap *m, int fd)
{
	mode_t mask = umask(022);
	struct stat st;

	umask(mask);
	if (stat(m->name, &st) == -1)
		return fchmod(fd, 0666 & ~mask);
	if (geteuid() == 0 && fchown(fd, st.st_uid, st.st_gid) == -1)
		return -1;
	return fchmod(fd, st.st_mode & 0777);
}

/* Open the folder of the map; *base is its name there. */
static int
open_folder(const struct makemap *m, const char **base)
{
	char dir[sizeof(m->name)];
	char *slash;
	int fd;

	strcpy(dir, m->name);
	slash = strrchr(dir, '/');
	*base = m->name + (slash != NULL ? slash + 1 - dir : 0);
	if (slash == NULL)
		strcpy(dir, ".");
	else
		slash[slash == dir] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		die(MM_CREATE, "%s:", dir);
	return fd;
}

/* Tables that mean more than keys and values have their own compilers. */
static void
refuse_ours(struct makemap *m, const char *base)
{
	static const char *const ours[] = { "aliases.cdb", "users.cdb",
	    "local-host-names.cdb", "relay-domains.cdb", "routes.cdb" };
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strcmp(base, ours[i]) == 0)
			die(MM_USAGE, "%s is made by: correo tables", m->name);
	m->is_virtual = strcmp(base, "virtusertable.cdb") == 0;
}

static void
replace_map(struct makemap *m, struct newfile *f, const char *tmp,
    const char *base)
{
	if (cdb_make_finish(&m->cdb) != 0 || set_rights(m, f->fd) == -1 ||
	    newfile_sync(f->fd) == -1)
		die(MM_OSERR, "%s:", m->name);
	if (f->tmp_name[0] == '\0') {
		(void)unlinkat(f->tmp_dir, tmp, 0);
		if (newfile_link(f, f->tmp_dir, tmp) == -1)
			die(MM_CREATE, "%s:", m->name);
	}
	if (renameat(f->tmp_dir, tmp, f->tmp_dir, base) == -1 ||
	    newfile_sync_dir(f->tmp_dir) == -1)
		die(MM_CREATE, "%s:", m->name);
}

static int
make_map(struct makemap *m)
{
	const char *base;
	struct newfile f;
	char tmp[64];
	int dir = open_folder(m, &base);

	refuse_ours(m, base);
	snprintf(tmp, sizeof(tmp), "makemap.%d", (int)getpid());
	if (newfile_open(&f, dir, dir, tmp, 0600) == -1)
		die(MM_CREATE, "%s:", m->name);
	if (cdb_make_start(&m->cdb, f.fd) != 0)
		die(MM_OSERR, "%s:", m->name);
	add_old(m);
	add_text(m);
	replace_map(m, &f, tmp, base);
	return fflush(stdout) == 0 ? 0 : MM_OSERR;
}

int
main(int argc, char **argv)
{
	static struct makemap m = { .line = { .comment = '#' } };

	progname = "makemap";
	read_options(&m, argc, argv);
	if (argc - optind != 2)
		usage();
	read_arguments(&m, argv + optind);
	if (m.undo)
		return print_map(&m);
	return make_map(&m);
}
