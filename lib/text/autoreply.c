/* autoreply - see autoreply.h */
#include "text/autoreply.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "text/addrlist.h"
#include "text/fields.h"

/* Senders' local parts that no person reads. */
static const char *const machines[] = {
	"mailer-daemon", "owner-*", "*-owner", "*-request", "*-bounces",
	"*-bounces+*", "listserv", "majordomo", "noreply*", "no-reply*",
	"donotreply*", "do-not-reply*",
};

static int
is_machine(const char *sender)
{
	size_t n = address_local(sender, strlen(sender)), i;

	for (i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (ascii_glob(machines[i], sender, n))
			return 1;
	return 0;
}

static int
is_own(const char *address, const char *const *own)
{
	while (*own != NULL && !ascii_is(address, strlen(address), *own))
		own++;
	return *own != NULL;
}

/* The value's first word is word. */
static int
begins_with(const struct header_field *f, const char *word)
{
	const char *p = f->value, *end = f->value + f->n;
	size_t n = 0;

	while (p < end && strchr(" \t\r\n", *p) != NULL)
		p++;
	while (p + n < end && p[n] != '\0' && strchr(" \t\r\n;(", p[n]) == NULL)
		n++;
	return ascii_is(p, n, word);
}

static int
names_own(const struct header_field *f, const char *const *own)
{
	const char *p = f->value, *end = f->value + f->n;
	struct mailbox_text m;
	int r;

	while ((r = addrlist_next(&p, end, &m)) != 0)
		if (r == 1 && is_own(m.address, own))
			return 1;
	return 0;
}

static int
is_field(const struct header_field *f, const char *name)
{
	return ascii_is(f->name, f->name_n, name);
}

static const char *
field_forbids(const struct header_field *f)
{
	if (f->name_n > 5 && ascii_is(f->name, 5, "list-"))
		return "it came by a list";
	if (is_field(f, "precedence") && (begins_with(f, "bulk") ||
	    begins_with(f, "list") || begins_with(f, "junk")))
		return "it is bulk mail";
	if (is_field(f, "auto-submitted") && !begins_with(f, "no"))
		return "a program wrote it";
	return NULL;
}

const char *
autoreply_why_not(const char *header, size_t n, const char *sender,
    const char *const *own)
{
	const char *p = header, *end = header + n, *why;
	struct header_field f;
	int named = 0;

	if (*sender == '\0')
		return "it has no sender";
	if (is_machine(sender))
		return "its sender is a program";
	if (is_own(sender, own))
		return "it is the user's own";
	while (fields_next(&p, end, &f)) {
		why = field_forbids(&f);
		if (why != NULL)
			return why;
		if (is_field(&f, "to") || is_field(&f, "cc"))
			named |= names_own(&f, own);
	}
	return named ? NULL : "the user is not in To or Cc";
}

/* A line of the memory. 1 if it is one and not too old. */
static int
read_seen(const char *p, size_t n, uint64_t now_s, uint64_t keep_s,
    const char **who, size_t *who_n)
{
	const char *space = memchr(p, ' ', n);
	uint64_t then;

	if (space == NULL || num_u64(p, (size_t)(space - p), &then) == -1)
		return 0;
	*who = space + 1;
	*who_n = n - (size_t)(space + 1 - p);
	return *who_n > 0 && then <= now_s && now_s - then < keep_s;
}

static int
add_seen(struct buf *out, const char *sender, uint64_t now_s)
{
	char digits[NUM_DIGITS];

	if (buf_add(out, digits, num_put(digits, now_s)) == -1 ||
	    buf_add(out, " ", 1) == -1 || buf_adds(out, sender) == -1 ||
	    buf_add(out, "\n", 1) == -1)
		return -1;
	return 1;
}

int
autoreply_remember(const char *memory, size_t n, const char *sender,
    uint64_t now_s, uint64_t keep_s, struct buf *out)
{
	const char *p = memory, *end = memory + n, *lf, *who;
	size_t lines = 0, skip = 0, who_n;

	for (lf = p; n > 0 && (lf = memchr(lf, '\n', (size_t)(end - lf))) !=
	    NULL; lf++)
		lines++;
	if (lines >= AUTOREPLY_SEEN)
		skip = lines - AUTOREPLY_SEEN + 1;
	for (; p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL;
	    p = lf + 1) {
		if (!read_seen(p, (size_t)(lf - p), now_s, keep_s, &who,
		    &who_n))
			;
		else if (ascii_is(who, who_n, sender))
			return 0;
		else if (skip == 0 &&
		    buf_add(out, p, (size_t)(lf + 1 - p)) == -1)
			return -1;
		skip -= skip > 0;
	}
	return add_seen(out, sender, now_s);
}
