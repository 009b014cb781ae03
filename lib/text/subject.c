/* subject - see subject.h */
#include "text/subject.h"

#include <string.h>

#include "base/ascii.h"
#include "text/decoded.h"

struct span {
	const char	*p, *end;
};

static void
skip_blanks(struct span *s)
{
	while (s->p < s->end && *s->p == ' ')
		s->p++;
}

static int
begins(const struct span *s, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(s->end - s->p) >= n && ascii_is(s->p, n, word);
}

/* "(fwd)" and blanks at the end. 1 if there was one. */
static int
cut_trailers(struct span *s)
{
	static const char fwd[] = "(fwd)";
	const ptrdiff_t n = sizeof(fwd) - 1;
	int found = 0;

	for (;;) {
		while (s->end > s->p && s->end[-1] == ' ')
			s->end--;
		if (s->end - s->p < n || !ascii_is(s->end - n, (size_t)n, fwd))
			return found;
		s->end -= n;
		found = 1;
	}
}

/* "[...]" and the blanks behind it: 1, or 0. */
static int
skip_blob(struct span *s)
{
	const char *p = s->p;

	if (p == s->end || *p != '[')
		return 0;
	for (p++; p < s->end && *p != ']'; p++)
		if (*p == '[')
			return 0;
	if (p == s->end)
		return 0;
	s->p = p + 1;
	skip_blanks(s);
	return 1;
}

/* "re:", "fw:", "fwd:", with "[...]" before the colon perhaps: 1, or 0. */
static int
skip_refwd(struct span *s)
{
	struct span was = *s;

	if (begins(s, "fwd"))
		s->p += 3;
	else if (begins(s, "fw") || begins(s, "re"))
		s->p += 2;
	else
		return 0;
	skip_blanks(s);
	skip_blob(s);
	if (s->p < s->end && *s->p == ':') {
		s->p++;
		return 1;
	}
	*s = was;
	return 0;
}

/* All that stands before the subject. 1 if some of it says reply or forward. */
static int
cut_leaders(struct span *s)
{
	struct span at, left;
	int found = 0;

	for (;;) {
		skip_blanks(s);
		at = *s;
		while (skip_blob(&at))
			;
		if (!skip_refwd(&at))
			break;
		*s = at;
		found = 1;
	}
	/* Then each "[...]" that is not all there is. */
	for (left = *s; skip_blob(&left) && left.p < left.end;)
		*s = left;
	return found;
}

/* "[fwd: ...]" around it: 1, or 0. */
static int
cut_forward(struct span *s)
{
	static const char fwd[] = "[fwd:";

	if (!begins(s, fwd) || s->end[-1] != ']')
		return 0;
	s->p += sizeof(fwd) - 1;
	s->end--;
	return 1;
}

int
subject_base(struct buf *b, const char *s, size_t n)
{
	struct span at;
	size_t was = b->len;
	int found = 0;

	if (decoded_add(b, s, n < SUBJECT_OCTETS ? n : SUBJECT_OCTETS) == -1)
		return -1;
	if (b->len == was)
		return 0;
	at = (struct span){ b->s + was, b->s + b->len };
	do {
		found |= cut_trailers(&at);
		found |= cut_leaders(&at);
	} while (cut_forward(&at) && (found = 1));
	b->len = was + (size_t)(at.end - at.p);
	memmove(b->s + was, at.p, (size_t)(at.end - at.p));
	return found;
}
