/* resolve-targets - where an alias leads. See resolver.h. */
#include "mail/resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/io.h"
#include "text/table.h"
#include "text/target.h"

#define LIST_MAX	(1u << 20)	/* octets of an included list */
#define TARGETS_MAX	(4u << 20)

void
resolve_targets(struct resolver *r, const char *p, size_t n,
    const struct way *way)
{
	const char *end = p + n, *lf;

	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		if (lf > p)
			resolve_target(r, p, (size_t)(lf - p), way);
	}
}

/* Open a list that everybody may read, and nothing that hangs. The descriptor; or
 * -1 with *why, or with *why NULL and errno. */
static int
open_list(const char *path, struct stat *st, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*why = NULL;
	if (fd == -1)
		return -1;
	if (fstat(fd, st) == -1 || !S_ISREG(st->st_mode))
		*why = "it is no file";
	else if ((st->st_mode & S_IROTH) == 0)
		*why = "not everybody may read it";
	else if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		*why = "its group or everybody may write it";
	else if (st->st_size > (off_t)LIST_MAX)
		*why = "it is longer than 1 MiB";
	else
		return fd;
	close(fd);
	return -1;
}

/* All its targets into out. 0; or -1 with *why and *line, or *why NULL and errno. */
static int
read_list(int fd, size_t size, struct buf *out, const char **why,
    unsigned *line)
{
	struct buf b = BUF_MAX(LIST_MAX);
	struct table_text t = { .line = 0 };
	const char *s;
	ssize_t got = -1;
	size_t n;

	*why = NULL;
	if (buf_room(&b, size) == 0)
		got = io_pread_full(fd, b.s, size, 0);
	if (got != -1) {
		t.p = b.s;
		t.end = b.s + got;
		while (*why == NULL && table_line(&t, &s, &n))
			*why = target_list(s, n, out);
		*line = t.line;
	}
	buf_free(&b);
	return got == -1 || *why != NULL ? -1 : 0;
}

static void
list_failed(struct resolver *r, const struct way *way, const char *path,
    unsigned line, const char *why)
{
	char words[256];
	int e = errno;

	if (line > 0)
		snprintf(words, sizeof(words), "%.180s:%u: %s", path, line, why);
	else
		snprintf(words, sizeof(words), "%.180s: %s", path,
		    why != NULL ? why : strerror(e));
	resolve_refuse(r, way->address, way->address_n, IS_UNSURE, "4.3.5",
	    words);
}

/* A list may name programs and files where root wrote it; they are the alias's. */
static void
include(struct resolver *r, const char *path, const char *key, size_t key_n,
    const struct way *way)
{
	struct buf targets = BUF_MAX(TARGETS_MAX);
	struct way here = *way;
	const char *why;
	unsigned line = 0;
	struct stat st;
	int fd = open_list(path, &st, &why);

	if (fd == -1) {
		list_failed(r, way, path, 0, why);
		return;
	}
	here.name = key;
	here.n = key_n;
	here.before = way;
	here.depth++;
	if (st.st_uid != 0 && way->as != NULL) {
		here.as = NULL;
		here.why_not = "a program or file in a list that root "
		    "did not write";
	}
	if (read_list(fd, (size_t)st.st_size, &targets, &why, &line) == -1)
		list_failed(r, way, path, line, why);
	else
		resolve_targets(r, targets.s, targets.len, &here);
	close(fd);
	buf_free(&targets);
}

static void
resolve_list(struct resolver *r, const char *s, size_t n,
    const struct way *way)
{
	char path[1024];
	size_t skip = sizeof(":include:") - 1;
	const struct way *w;

	if (way->file || n - skip >= sizeof(path)) {
		list_failed(r, way, "a list", 0, way->file ?
		    "the user's own program reads it" : "its name is too long");
		return;
	}
	for (w = way; w != NULL; w = w->before)
		if (w->n == n && memcmp(w->name, s, n) == 0) {
			resolve_note(r, "again", s, n);
			return;
		}
	memcpy(path, s + skip, n - skip);
	path[n - skip] = '\0';
	if (way->depth >= DEPTH_MAX)
		list_failed(r, way, path, 0, "lists within lists");
	else if (names_add(&r->aliases, s, n) != 0)
		include(r, path, s, n, way);
}

static void
refuse_target(struct resolver *r, const char *s, size_t n,
    const struct way *way)
{
	char code[12], why[256];
	const char *text;
	size_t text_n;

	if (way->file) {
		resolve_refuse(r, way->address, way->address_n, IS_UNSURE,
		    "4.3.5", "a word in the user's file that aliases have");
		return;
	}
	target_error(s, n, code, &text, &text_n);
	snprintf(why, sizeof(why), "%.*s", (int)text_n, text);
	resolve_refuse(r, way->address, way->address_n,
	    code[0] == '5' ? IS_NOBODY : IS_UNSURE, code, why);
}

void
resolve_target(struct resolver *r, const char *s, size_t n,
    const struct way *way)
{
	int plain = n > 1 && *s == '\\';

	switch (target_kind(s, n)) {
	case TARGET_PROGRAM:
	case TARGET_FILE:
		resolve_program(r, s, n, way);
		break;
	case TARGET_LIST:
		resolve_list(r, s, n, way);
		break;
	case TARGET_ERROR:
		refuse_target(r, s, n, way);
		break;
	case TARGET_OWNER:
		if (way->file)
			refuse_target(r, s, n, way);
		break;			/* else resolve-names.c has read it */
	case TARGET_ADDRESS:
		resolve_address(r, s + plain, n - (size_t)plain, plain, way);
		break;
	}
}
