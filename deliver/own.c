/* own - see own.h */
#include "own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/maildir.h"
#include "sys/io.h"
#include "text/forward.h"
#include "text/record.h"

#define DEPTH_MAX	5	/* of :include: within :include: */
#define INCLUDES_MAX	50	/* of one file */
#define NAME_OCTETS	(2 * EXT_OCTETS)

struct own {
	const char	*home;
	struct buf	*targets;
	const char	*why;		/* what is wrong */
	unsigned	 line;		/* where, or 0 */
	int		 error;		/* the system's, or 0 */
	unsigned	 includes;
	int		 said;		/* the file says something */
	int		 programs;	/* a .qmail has such lines */
};

static int
bad(struct own *o, const char *why)
{
	o->why = why;
	return -1;
}

/* What the system says. */
static int
failed(struct own *o)
{
	o->error = errno;
	return bad(o, strerror(errno));
}

/* Nobody but the user and root can have written it. */
static int
is_safe(const struct stat *st)
{
	return (st->st_uid == geteuid() || st->st_uid == 0) &&
	    (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static const char *
unsafe_file(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "it is no file";
	if (!is_safe(st))
		return "others can write it, or it is theirs";
	return st->st_size > FORWARD_TEXT ? "it is too long" : NULL;
}

/* Read the open file. 0, or -1 with why. */
static int
read_open(struct own *o, int fd, struct buf *text)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == -1)
		return failed(o);
	o->why = unsafe_file(&st);
	if (o->why != NULL)
		return -1;
	text->len = 0;
	text->max = FORWARD_TEXT + 1;
	if (buf_room(text, FORWARD_TEXT + 1) == -1)
		return bad(o, "no memory");
	n = io_pread_full(fd, text->s, FORWARD_TEXT + 1, 0);
	if (n == -1)
		return failed(o);
	if (n > FORWARD_TEXT)
		return bad(o, "it is too long");
	text->len = (size_t)n;
	return 0;
}

/* Read a file, which may be anything. 1; 0: there is none; -1 with why. */
static int
read_file(struct own *o, int at, const char *name, struct buf *text)
{
	int fd = openat(at, name, O_RDONLY | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC), r;

	if (fd == -1)
		return errno == ENOENT ? 0 : failed(o);
	r = read_open(o, fd, text);
	close(fd);
	return r == -1 ? -1 : 1;
}

/* The same below home, which nobody else may write either. */
static int
read_own(struct own *o, const char *name, struct buf *text)
{
	int home = open(o->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	struct stat st;

	if (home == -1)
		return errno == ENOENT ? 0 : failed(o);
	r = read_file(o, home, name, text);
	if (r == 1 && fstat(home, &st) == -1)
		r = failed(o);
	else if (r == 1 && !is_safe(&st))
		r = bad(o, "others can write the home folder, or it is theirs");
	close(home);
	return r;
}

/* "./path" is below home. */
static int
add_target(struct own *o, const struct buf *t)
{
	struct buf b = BUF_MAX(ADDRESS_OCTETS);
	int r = 0;

	if (t->s[0] == '.')
		r = buf_adds(&b, o->home) == -1 ||
		    buf_add(&b, "/", 1) == -1 ||
		    buf_add(&b, t->s + 1 + (t->s[1] == '/'),
		    t->len - 1 - (t->s[1] == '/')) == -1 ? -1 : 0;
	else
		r = buf_add(&b, t->s, t->len);
	if (r == 0)
		r = record_add(o->targets, "target", b.s, b.len);
	else
		o->why = "a line is too long";
	if (r == -1 && o->why == NULL)
		o->why = "it has too many targets";
	buf_free(&b);
	return r;
}

static int read_forward(struct own *o, const struct buf *text,
    unsigned depth);

/* Another file of the user's with more of them. */
static int
include(struct own *o, struct buf *path, unsigned depth)
{
	struct buf text = BUF_MAX(FORWARD_TEXT + 1);
	int r;

	if (depth >= DEPTH_MAX || ++o->includes > INCLUDES_MAX)
		return bad(o, "includes within includes within includes");
	if (path->s[0] != '/' || buf_0(path) == -1)
		return bad(o, "an include without a full path");
	r = read_file(o, AT_FDCWD, path->s, &text);
	if (r == 0)
		r = bad(o, "an included file is not there");
	else if (r == 1)
		r = read_forward(o, &text, depth + 1);
	buf_free(&text);
	return r;
}

static int
read_forward(struct own *o, const struct buf *text, unsigned depth)
{
	struct forward_text t = { .p = text->s, .end = text->s + text->len };
	struct buf target = BUF_MAX(FORWARD_TEXT);
	int kind, r = 0;

	while (r == 0 && (kind = forward_next(&t, &target)) != 0) {
		o->said = 1;
		if (kind == -1)
			r = bad(o, t.wrong != NULL ? t.wrong : "no memory");
		else if (kind == FORWARD_INCLUDE)
			r = include(o, &target, depth);
		else
			r = add_target(o, &target);
		if (r == -1 && o->line == 0)
			o->line = t.line;
	}
	buf_free(&target);
	return r;
}

/* Programs have their place among the others, so they are done in one go. */
static int
read_qmail(struct own *o, const struct buf *text)
{
	struct forward_text t = { .p = text->s, .end = text->s + text->len };
	struct buf target = BUF_MAX(FORWARD_TEXT);
	int kind, r = 0;

	o->said = text->len > 0;
	while (r == 0 && (kind = qmail_next(&t, &target)) != 0) {
		if (kind == -1)
			r = bad(o, t.wrong != NULL ? t.wrong : "no memory");
		else if (kind == FORWARD_PROGRAM)
			o->programs = 1;
		else
			r = add_target(o, &target);
	}
	if (r == -1)
		o->line = t.line;
	else if (o->programs) {
		o->targets->len = 0;
		r = record_adds(o->targets, "target", "|" QMAIL_COMMAND);
	}
	buf_free(&target);
	return r;
}

static int
answer_for(struct own *o, const char *name, int r, struct answer *a)
{
	char what[128];

	if (r == -1 && o->line != 0)
		answer_set(a, V_LATER, "4.3.5", "~/%.100s: line %u: %s", name,
		    o->line, o->why);
	else if (r == -1 && o->error != 0) {
		snprintf(what, sizeof(what), "~/%.100s", name);
		maildir_failure(a, o->error, what);
	} else if (r == -1)
		answer_set(a, V_LATER, "4.3.5", "~/%.100s: %s", name, o->why);
	else if (!o->said)
		return 0;
	else if (o->targets->len > 0)
		answer_set(a, V_FORWARD, "2.0.0", "%.100s", name);
	else
		answer_set(a, V_DONE, "2.0.0", "dropped: %.100s has no target",
		    name);
	return 1;
}

static int
try_forward(struct own *o, const char *name, struct answer *a)
{
	struct buf text = BUF_MAX(FORWARD_TEXT + 1);
	int r = read_own(o, name, &text);

	if (r == 1)
		r = read_forward(o, &text, 0);
	buf_free(&text);
	return answer_for(o, name, r, a);
}

static int
find_qmail(struct own *o, const char *ext, struct buf *text, struct buf *name,
    size_t *rest)
{
	unsigned i;
	int r = 0;

	for (i = 0; r == 0 && qmail_name(name, ext, i, rest) == 1; i++)
		r = read_own(o, name->s, text);
	return r;
}

static int
try_qmail(struct own *o, const char *ext, struct answer *a)
{
	struct buf text = BUF_MAX(FORWARD_TEXT + 1);
	struct buf name = BUF_MAX(NAME_OCTETS);
	size_t rest;
	int r = find_qmail(o, ext, &text, &name, &rest);

	if (r == 1)
		r = read_qmail(o, &text);
	r = answer_for(o, name.s, r, a);
	buf_free(&text);
	buf_free(&name);
	return r;
}

int
own_qmail(const char *home, const char *ext, struct buf *text,
    struct buf *name, size_t *rest, const char **why)
{
	struct own o = { .home = home };
	int r = find_qmail(&o, ext, text, name, rest);

	if (*ext != '\0' && (r == 0 || (r == 1 && text->len == 0)))
		r = find_qmail(&o, "", text, name, rest);
	*why = o.why;
	return r;
}

int
own_ask(const char *home, const struct job *j, struct answer *a,
    struct buf *targets)
{
	struct own o = { .home = home, .targets = targets };
	char name[NAME_OCTETS] = ".forward+";

	targets->len = 0;
	if (j->ext[0] != '\0') {
		strcat(name, j->ext);
		if (try_forward(&o, name, a) || try_qmail(&o, j->ext, a))
			return 1;
	}
	return try_forward(&o, ".forward", a) || try_qmail(&o, "", a);
}
