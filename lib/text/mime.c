/* mime - see mime.h */
#include "text/mime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "text/content.h"

/* A place in the message, with what stands before it. */
struct mark {
	const char	*at;
	uint64_t	 lines;		/* line ends */
	uint64_t	 bare;		/* of them those without CR */
};

/* A part that has not ended, and the boundary of its parts. */
struct open {
	uint32_t	part;
	struct mark	since;		/* where its body began */
	size_t		n;		/* of boundary; 0: there is none to find */
	uint64_t	hash;
	char		boundary[MIME_BOUNDARY];
};

struct walk {
	struct mime	*m;
	const char	*start, *end;	/* of the message */
	struct mark	 here;		/* the line that is read */
	int		 in_header;	/* of the inner part */
	struct mark	 header;	/* where that began */
	const char	*type, *type_end;	/* the value of Content-Type */
	int		 in_type;	/* the line before belongs to it */
	size_t		 depth;		/* of open */
	size_t		 boundaries;	/* that can be found */
	size_t		 longest;	/* no open one is longer */
	struct open	 open[MIME_DEPTH + 1];
};

#define FNV_BASIS	14695981039346656037u

static uint64_t
fnv_step(uint64_t h, char c)
{
	return (h ^ (unsigned char)c) * 1099511628211u;
}

static struct open *
inner(struct walk *w)
{
	return w->open + w->depth - 1;
}

static struct mime_part *
inner_part(struct walk *w)
{
	return w->m->part + inner(w)->part;
}

/* What stands between two marks. */
static struct mime_run
run_between(const struct walk *w, const struct mark *from,
    const struct mark *to)
{
	struct mime_run r = { .at = (uint64_t)(from->at - w->start) };

	if (to->at <= from->at)
		return r;
	r.n = (uint64_t)(to->at - from->at);
	r.lines = to->lines - from->lines;
	r.wire = r.n + to->bare - from->bare;
	return r;
}

static void
close_boundary(struct walk *w, struct open *o)
{
	if (o->n > 0)
		w->boundaries--;
	o->n = 0;
}

static int
make_room(struct mime *m)
{
	uint32_t room = m->room > 0 ? m->room * 2 : 8;
	struct mime_part *p;

	if (m->n < m->room)
		return 0;
	p = realloc(m->part, room * sizeof(*p));
	if (p == NULL)
		return -1;
	m->part = p;
	m->room = room;
	return 0;
}

/* A part begins here with its header. 0, or -1 with errno ENOMEM. */
static int
begin_part(struct walk *w)
{
	struct mime *m = w->m;
	size_t i;

	if (make_room(m) == -1)
		return -1;
	m->part[m->n] = (struct mime_part){ .parent = w->depth > 0 ?
	    inner(w)->part : 0 };
	w->open[w->depth].part = m->n++;
	w->open[w->depth++].n = 0;
	w->header = w->here;
	w->in_header = 1;
	w->type = NULL;
	w->in_type = 0;
	for (i = 0; i < w->depth && m->n == MIME_PARTS; i++)
		close_boundary(w, w->open + i);	/* all the rest is its */
	return 0;
}

/* Append a parameter's value to the boundary. */
static void
add_boundary(struct open *o, const struct content_word *value)
{
	ssize_t n = content_text(value, o->boundary + o->n,
	    sizeof(o->boundary) - o->n);

	o->n = n == -1 ? 0 : o->n + (size_t)n;
}

/* Read the boundary, whole or in pieces (RFC 2231 3), from a Content-Type. */
static void
read_boundary(struct walk *w, const char *p)
{
	struct open *o = inner(w);
	struct content_word name, value;
	int left = CONTENT_PARAMS;
	size_t i;

	while (left-- > 0 && content_param(&p, w->type_end, &name, &value)) {
		if (ascii_is(name.s, name.n, "boundary")) {
			o->n = 0;
			add_boundary(o, &value);
			break;
		}
		if (name.n > 9 && ascii_is(name.s, 9, "boundary*"))
			add_boundary(o, &value);
	}
	while (o->n > 0 && (o->boundary[o->n - 1] == ' ' ||
	    o->boundary[o->n - 1] == '\t'))
		o->n--;
	for (o->hash = FNV_BASIS, i = 0; i < o->n; i++)
		o->hash = fnv_step(o->hash, o->boundary[i]);
	if (o->n > 0) {
		w->boundaries++;
		if (o->n > w->longest)
			w->longest = o->n;
	}
}

/* What kind the inner part is, by its Content-Type. */
static enum mime_kind
read_type(struct walk *w)
{
	struct mime_part *p = inner_part(w);
	struct content_word type, sub;
	const char *at = w->type;
	int nest = w->depth <= MIME_DEPTH && w->m->n < MIME_PARTS;

	if (at != NULL) {
		p->type = (uint64_t)(at - w->start);
		p->type_n = (uint64_t)(w->type_end - at);
	}
	if (at == NULL || !content_type(&at, w->type_end, &type, &sub)) {
		if (w->m->n > 1 && w->m->part[p->parent].digest)
			return nest ? MIME_MESSAGE : MIME_LEAF;
		return MIME_TEXT;
	}
	if (ascii_is(type.s, type.n, "text"))
		return MIME_TEXT;
	if (ascii_is(type.s, type.n, "message") &&
	    ascii_is(sub.s, sub.n, "rfc822"))
		return nest ? MIME_MESSAGE : MIME_LEAF;
	if (!ascii_is(type.s, type.n, "multipart") || !nest)
		return MIME_LEAF;
	read_boundary(w, at);
	p->digest = ascii_is(sub.s, sub.n, "digest");
	return inner(w)->n > 0 ? MIME_MULTIPART : MIME_TEXT;
}

/* The inner part's header is over; its body begins here. */
static void
end_header(struct walk *w)
{
	struct mime_part *p = inner_part(w);

	p->header = run_between(w, &w->header, &w->here);
	p->kind = read_type(w);
	inner(w)->since = w->here;
	w->in_header = 0;
}

/* The inner part ends at that mark. */
static void
end_part(struct walk *w, const struct mark *at)
{
	struct mime_part *p = inner_part(w);

	if (w->in_header)
		end_header(w);
	p->body = run_between(w, &inner(w)->since, at);
	p->after = w->m->n;
	close_boundary(w, inner(w));
	w->depth--;
}

/* The octets of the line without its end and the blanks before that. */
static size_t
trimmed(const char *line, size_t n)
{
	while (n > 0 && strchr(" \t\r\n", line[n - 1]) != NULL &&
	    line[n - 1] != '\0')
		n--;
	return n;
}

/* The open part whose boundary the line has, or NULL. The line begins with "--",
 * its n octets are those behind them. */
static struct open *
find_boundary(struct walk *w, const char *line, size_t n)
{
	uint64_t hash[MIME_BOUNDARY + 1];
	struct open *o, *best = NULL;
	size_t i, k = n < w->longest ? n : w->longest;

	n = trimmed(line, n);
	for (hash[0] = FNV_BASIS, i = 0; i < k; i++)
		hash[i + 1] = fnv_step(hash[i], line[i]);
	for (o = w->open + w->depth; o-- > w->open;) {
		if (o->n == 0 || o->n > k || o->hash != hash[o->n] ||
		    (best != NULL && o->n <= best->n) ||
		    memcmp(o->boundary, line, o->n) != 0)
			continue;
		best = o;
		if (o->n == n || (o->n + 2 == n &&
		    memcmp(line + o->n, "--", 2) == 0))
			break;
	}
	return best;
}

/* Where the parts end that a delimiter here ends: in front of the line end before
 * it, but that of a header stays. */
static struct mark
end_of_parts(struct walk *w)
{
	struct mark m = w->here;
	int crlf;

	if (w->in_header || m.at == inner(w)->since.at)
		return m;
	crlf = m.at - inner(w)->since.at > 1 && m.at[-2] == '\r';
	m.at -= 1 + crlf;
	m.lines--;
	m.bare -= !crlf;
	return m;
}

/* The line is a delimiter of the parts of o: what is open in it ends. The line
 * behind it is at next. 0, or -1 with errno ENOMEM. */
static int
delimit(struct walk *w, struct open *o, const struct mark *next)
{
	const char *behind = w->here.at + 2 + o->n;
	struct mark at = end_of_parts(w);

	while (inner(w) > o)
		end_part(w, &at);
	w->here = *next;
	if (next->at - behind < 2 || memcmp(behind, "--", 2) != 0)
		return begin_part(w);
	close_boundary(w, o);
	return 0;
}

/* A line of a header, which is not empty: is it, or a piece of it, Content-Type? */
static void
header_line(struct walk *w, const char *next)
{
	static const char name[] = "content-type";
	const char *p = w->here.at;

	if (*p == ' ' || *p == '\t') {
		if (w->in_type)
			w->type_end = next;
		return;
	}
	w->in_type = 0;
	if (w->type != NULL || next - p < (ptrdiff_t)sizeof(name) ||
	    !ascii_is(p, sizeof(name) - 1, name))
		return;
	p += sizeof(name) - 1;
	while (p < next && (*p == ' ' || *p == '\t'))
		p++;
	if (p == next || *p != ':')
		return;
	w->in_type = 1;
	w->type = p + 1;
	w->type_end = next;
}

/* The line here, up to next. 0, or -1 with errno ENOMEM. */
static int
take_line(struct walk *w, const struct mark *next)
{
	const char *line = w->here.at;
	size_t n = (size_t)(next->at - line);
	struct open *o;
	int empty;

	if (w->boundaries > 0 && n > 2 && line[0] == '-' && line[1] == '-') {
		o = find_boundary(w, line + 2, n - 2);
		if (o != NULL)
			return delimit(w, o, next);
	}
	empty = line[0] == '\n' || (n == 2 && line[0] == '\r' && line[1] == '\n');
	if (w->in_header && !empty)
		header_line(w, next->at);
	w->here = *next;
	if (!w->in_header || !empty)
		return 0;
	end_header(w);
	return inner_part(w)->kind == MIME_MESSAGE ? begin_part(w) : 0;
}

static int
walk(struct walk *w)
{
	struct mark next = w->here;
	const char *lf;

	while (w->here.at < w->end) {
		lf = memchr(w->here.at, '\n', (size_t)(w->end - w->here.at));
		if (lf == NULL)
			next.at = w->end;
		else {
			next.at = lf + 1;
			next.lines++;
			next.bare += lf == w->here.at || lf[-1] != '\r';
		}
		if (take_line(w, &next) == -1)
			return -1;
	}
	while (w->depth > 0)
		end_part(w, &w->here);
	return 0;
}

int
mime_parse(struct mime *m, const char *s, uint64_t n)
{
	struct walk w = { .m = m, .start = s, .end = s + n, .here = { .at = s } };

	m->n = 0;
	if (begin_part(&w) == 0 && walk(&w) == 0)
		return 0;
	m->n = 0;
	return -1;
}

/* The child of part i of that number, from 1; or -1. */
static int64_t
child(const struct mime *m, uint32_t i, uint32_t number)
{
	uint32_t at = i + 1;

	while (number > 1 && at < m->part[i].after) {
		at = m->part[at].after;
		number--;
	}
	return number == 1 && at < m->part[i].after ? (int64_t)at : -1;
}

int64_t
mime_find(const struct mime *m, const uint32_t *number, size_t count)
{
	int whole = 1;		/* at is a message whose body no number names */
	int64_t at = 0;

	for (; count > 0 && at != -1; number++, count--) {
		if (!whole && m->part[at].kind == MIME_MESSAGE) {
			at = child(m, (uint32_t)at, 1);
			whole = 1;
			if (at == -1)
				break;
		}
		if (m->part[at].kind == MIME_MULTIPART)
			at = child(m, (uint32_t)at, *number);
		else if (!whole || *number != 1)
			at = -1;
		whole = 0;
	}
	return at;
}

void
mime_free(struct mime *m)
{
	free(m->part);
	*m = (struct mime){ .n = 0 };
}
