/* alias - see alias.h */
#include "text/alias.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "text/target.h"

#define ENTRY_MAX	(4u << 20)	/* octets of the longest entry */

static int
wrong(struct table_text *t, const char *why)
{
	t->wrong = why;
	return errno = EINVAL, -1;
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(const char **s, size_t *n)
{
	while (*n > 0 && is_blank(**s)) {
		(*s)++;
		(*n)--;
	}
	while (*n > 0 && is_blank((*s)[*n - 1]))
		(*n)--;
}

/* Append a line; 1 if it says that it goes on, 0, or -1. */
static int
add_line(struct buf *b, const char *line, size_t n)
{
	int on;

	trim(&line, &n);
	on = n > 0 && line[n - 1] == '\\';
	if (n == 0 || *line == '#')
		return 0;
	return buf_add(b, line, n - (size_t)on) == -1 ||
	    buf_add(b, on ? " " : "\n", 1) == -1 ? -1 : on;
}

/* The lines of the entry that begins with line into b; t->line stays its first. */
static const char *
gather(struct table_text *t, const char *line, size_t n, struct buf *b)
{
	int on = add_line(b, line, n);

	while (on != -1 && t->p < t->end && (on == 1 || *t->p == ' ' ||
	    *t->p == '\t') && table_physical(t, &line, &n))
		on = add_line(b, line, n);
	return on == -1 ? "the entry is too long" : NULL;
}

/* The colon behind the name, outside of quotes; n: there is none. */
static size_t
find_colon(const char *s, size_t n)
{
	size_t i;
	int quoted = 0;

	for (i = 0; i < n; i++) {
		if (s[i] == '\\')
			i++;
		else if (s[i] == '"')
			quoted = !quoted;
		else if (s[i] == ':' && !quoted)
			return i;
	}
	return n;
}

static const char *
read_alias(const char *s, size_t n, struct buf *name, struct buf *targets)
{
	size_t colon = find_colon(s, n), len = colon;
	const char *key = s, *why;

	if (colon == n)
		return "a colon behind the name is missing";
	trim(&key, &len);
	why = target_address(name, key, len);
	if (why != NULL)
		return why;
	why = target_list(s + colon + 1, n - colon - 1, targets);
	if (why == NULL && targets->len == 0)
		why = "the name has no target";
	return why;
}

int
alias_next(struct table_text *t, struct buf *name, struct buf *targets)
{
	struct buf entry = BUF_MAX(ENTRY_MAX);
	const char *line, *why;
	size_t n;

	name->len = targets->len = 0;
	if (!table_line(t, &line, &n))
		return 0;
	if (is_blank(*line))
		return wrong(t, "the line goes on from nothing");
	why = gather(t, line, n, &entry);
	if (why == NULL)
		why = read_alias(entry.s, entry.len, name, targets);
	buf_free(&entry);
	return why == NULL ? 1 : wrong(t, why);
}

/* The key's part before the '@': nothing, "++", "+*", or a name that may end so. */
static const char *
check_key(const char *s, size_t n, struct buf *name)
{
	size_t local = address_local(s, n);

	if (local == n)
		return "the first word has no @domain";
	if (!domain_is_valid(s + local + 1, n - local - 1))
		return "behind the @ is no domain";
	if (local > 0 && !(local == 2 && (memcmp(s, "++", 2) == 0 ||
	    memcmp(s, "+*", 2) == 0)))
		return target_address(name, s, n);
	if (buf_add(name, s, n) == -1)
		return "the address is too long";
	ascii_lower_all(name->s, name->len);
	return NULL;
}

/* Only addresses and errors: programs stand in aliases. */
static const char *
check_targets(const struct buf *targets)
{
	const char *p, *end, *lf;
	unsigned errors = 0, all = 0;

	if (targets->len == 0)
		return "the name has no target";
	end = targets->s + targets->len;
	for (p = targets->s; p < end; p = lf + 1, all++) {
		enum target_kind kind;

		lf = memchr(p, '\n', (size_t)(end - p));
		kind = target_kind(p, (size_t)(lf - p));
		errors += kind == TARGET_ERROR;
		if (kind != TARGET_ADDRESS && kind != TARGET_ERROR)
			return "programs, files and lists stand in aliases";
	}
	if (errors > 0 && all > 1)
		return "an error stands alone";
	return NULL;
}

static const char *
read_virtual(const char *s, size_t n, struct buf *name, struct buf *targets)
{
	size_t len = 0;
	const char *why;

	while (len < n && !is_blank(s[len]))
		len++;
	why = check_key(s, len, name);
	if (why != NULL)
		return why;
	s += len;
	n -= len;
	trim(&s, &n);
	why = target_list(s, n, targets);
	return why == NULL ? check_targets(targets) : why;
}

int
virtual_next(struct table_text *t, struct buf *name, struct buf *targets)
{
	struct buf entry = BUF_MAX(ENTRY_MAX);
	const char *line, *why;
	size_t n;

	name->len = targets->len = 0;
	if (!table_line(t, &line, &n))
		return 0;
	if (is_blank(*line))
		return wrong(t, "the line goes on from nothing");
	why = gather(t, line, n, &entry);
	if (why == NULL)
		why = read_virtual(entry.s, entry.len, name, targets);
	buf_free(&entry);
	return why == NULL ? 1 : wrong(t, why);
}

int
virtual_fill(struct buf *out, const char *target, size_t n,
    const struct virtual_parts *what)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int r;

		if (target[i] == '%' && i + 1 < n && target[i + 1] >= '0' &&
		    target[i + 1] <= '3') {
			int k = target[++i] - '0';

			r = buf_add(out, what->s[k], what->n[k]);
		} else
			r = buf_add(out, target + i, 1);
		if (r == -1)
			return -1;
	}
	return 0;
}
