/* wishes - see wishes.h */
#include "wishes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/path.h"
#include "text/record.h"
#include "text/xtext.h"

static int
add_rcpt(struct wishes *w, const struct field *f)
{
	struct wish *more;

	if (w->n == w->cap) {
		w->cap = w->cap == 0 ? 4 : 2 * w->cap;
		more = realloc(w->of, w->cap * sizeof(*more));
		if (more == NULL)
			return -1;
		w->of = more;
	}
	w->of[w->n++] = (struct wish){ .rcpt = f->value, .rcpt_n = f->n };
	return 0;
}

/* What stands behind a rcpt line, if it is any good. */
static void
take_wish(struct wishes *w, const struct field *f)
{
	struct wish *last = w->of + w->n - 1;
	int bits;

	if (field_is(f, "orcpt") && orcpt_is(f->value, f->n)) {
		last->orcpt = f->value;
		last->orcpt_n = f->n;
		w->any = 1;
	} else if (field_is(f, "notify")) {
		bits = notify_parse(f->value, f->n);
		last->notify = bits != -1 ? bits : 0;
		w->any = 1;
		w->success |= last->notify & NOTIFY_SUCCESS;
	}
}

int
wishes_read(struct wishes *w, const char *facts, size_t n)
{
	const char *p = facts, *end = p + n;
	struct field f;

	memset(w, 0, sizeof(*w));
	while (record_next(&p, end, &f) == 1) {
		if (field_is(&f, "rcpt")) {
			if (add_rcpt(w, &f) == -1)
				return -1;
		} else if (field_is(&f, "ret")) {
			w->ret = ret_parse(f.value, f.n);
		} else if (field_is(&f, "envid") && envid_is(f.value, f.n)) {
			w->envid = f.value;
			w->envid_n = f.n;
		} else if (w->n > 0)
			take_wish(w, &f);
	}
	return 0;
}

void
wishes_free(struct wishes *w)
{
	free(w->of);
	w->of = NULL;
	w->n = w->cap = 0;
}

/* The last line comes first: lines are looked up in order, and the next one is
 * then added at once. */
struct lead *
wishes_lead(struct wishes *w, struct lead **first, size_t rcpt)
{
	struct lead **at = first, *l;

	if (rcpt >= w->n)
		return errno = ERANGE, NULL;
	while (*at != NULL && (*at)->rcpt > rcpt)
		at = &(*at)->next;
	if (*at != NULL && (*at)->rcpt == rcpt)
		return *at;
	l = malloc(sizeof(*l));
	if (l == NULL)
		return NULL;
	*l = (struct lead){ .next = *at, .rcpt = rcpt };
	*at = l;
	w->of[rcpt].members++;
	return l;
}

void
leads_free(struct lead *first)
{
	while (first != NULL) {
		struct lead *l = first;

		first = l->next;
		free(l);
	}
}

int
wish_has(const struct wish *w, int event)
{
	if (w->notify == 0)
		return event != NOTIFY_SUCCESS;
	if (event == NOTIFY_SUCCESS && (w->members > 1 || w->expanded))
		return 0;
	return (w->notify & event) != 0;
}

int
wishes_want(const struct wishes *w, const struct lead *first, int event)
{
	const struct lead *l;
	size_t i;

	for (l = first; l != NULL; l = l->next)
		if (wish_has(w->of + l->rcpt, event))
			return 1;
	for (i = 0; first == NULL && i < w->n; i++)
		if (wish_has(w->of + i, event))
			return 1;
	return 0;
}

int
wish_is_expanded(const struct wish *w)
{
	return (w->notify & NOTIFY_SUCCESS) && w->members > 1 && !w->expanded;
}

int
wishes_notify(const struct wishes *w, const struct lead *first)
{
	const struct lead *l;
	int bits = 0, silent = 0;

	for (l = first; l != NULL; l = l->next) {
		const struct wish *of = w->of + l->rcpt;

		silent |= of->notify == 0;
		bits |= of->notify & (NOTIFY_FAILURE | NOTIFY_DELAY);
		if (of->notify != 0 && wish_has(of, NOTIFY_SUCCESS))
			bits |= NOTIFY_SUCCESS;
	}
	if (bits == 0)
		return silent || first == NULL ? 0 : NOTIFY_NEVER;
	return silent ? bits | NOTIFY_FAILURE | NOTIFY_DELAY : bits;
}

/* The address of a rcpt line as an ORCPT; "" where it cannot be one. source:
 * RFC 3461 5.2.1 (d), 4.2 */
static void
make_orcpt(char out[ORCPT_OCTETS + 1], const struct wish *w)
{
	static const char type[] = "rfc822;";
	const size_t n = sizeof(type) - 1;
	char address[ADDRESS_OCTETS + 1], quoted[QUOTED_OCTETS + 1];

	if (w->rcpt_n > ADDRESS_OCTETS ||
	    memchr(w->rcpt, '@', w->rcpt_n) == NULL)
		return;
	memcpy(address, w->rcpt, w->rcpt_n);
	address[w->rcpt_n] = '\0';
	address_quote(quoted, address);
	memcpy(out, type, n);
	if (xtext_encode(out + n, ORCPT_OCTETS + 1 - n, quoted,
	    strlen(quoted)) == -1 || !orcpt_is(out, strlen(out)))
		out[0] = '\0';
}

void
wishes_orcpt(const struct wishes *w, const struct lead *first,
    char out[ORCPT_OCTETS + 1])
{
	const struct wish *named = NULL, *asked = NULL;

	for (; first != NULL; first = first->next) {
		const struct wish *of = w->of + first->rcpt;

		if (of->orcpt != NULL)
			named = of;
		if (of->notify & ~NOTIFY_NEVER)
			asked = of;
	}
	out[0] = '\0';
	if (named != NULL) {
		memcpy(out, named->orcpt, named->orcpt_n);
		out[named->orcpt_n] = '\0';
	} else if (asked != NULL)
		make_orcpt(out, asked);
}
