/* decoded - see decoded.h */
#include "text/decoded.h"

#include <string.h>

#include "base/ascii.h"
#include "text/base64.h"
#include "text/utf8.h"

enum charset { UTF_8, LATIN_1, WINDOWS_1252, OTHER };

struct word {
	const char	*text;
	size_t		 n;
	enum charset	 charset;
	char		 encoding;	/* 'b' or 'q' */
};

struct reader {
	struct buf	*out;
	size_t		 was;		/* where ours begins in out */
	int		 blank;		/* one belongs before what comes */
	int		 failed;
};

static void
put(struct reader *r, const char *s, size_t n)
{
	if (*s == '\0')
		return;
	if (n == 1 && ascii_blank(*s)) {
		r->blank = 1;
		return;
	}
	if (r->blank && r->out->len > r->was)
		r->failed |= buf_add(r->out, " ", 1) == -1;
	r->blank = 0;
	r->failed |= buf_add(r->out, s, n) == -1;
}

static enum charset
charset_of(const char *s, size_t n)
{
	static const struct {
		const char *name;
		enum charset is;
	} known[] = {
		{ "utf-8", UTF_8 }, { "utf8", UTF_8 }, { "us-ascii", UTF_8 },
		{ "iso-8859-1", LATIN_1 }, { "latin1", LATIN_1 },
		{ "windows-1252", WINDOWS_1252 }, { "cp1252", WINDOWS_1252 },
	};
	const char *star = memchr(s, '*', n);
	size_t i;

	if (star != NULL)			/* a language follows */
		n = (size_t)(star - s);
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (ascii_is(s, n, known[i].name))
			return known[i].is;
	return OTHER;
}

/* Behind the '?' that ends what begins at p; NULL: a blank or the end is first. */
static const char *
behind_mark(const char *p, const char *end)
{
	for (; p < end && !ascii_blank(*p); p++)
		if (*p == '?')
			return p + 1;
	return NULL;
}

/* The encoded word at p: behind it, or NULL. */
static const char *
find_word(const char *p, const char *end, struct word *w)
{
	const char *q;

	if (end - p < 8 || p[0] != '=' || p[1] != '?')
		return NULL;
	q = behind_mark(p + 2, end);
	if (q == NULL || end - q < 2 || q[1] != '?')
		return NULL;
	w->charset = charset_of(p + 2, (size_t)(q - p) - 3);
	w->encoding = ascii_lower(*q);
	w->text = q + 2;
	q = behind_mark(w->text, end);
	if (q == NULL || q == end || *q != '=')
		return NULL;
	w->n = (size_t)(q - w->text) - 1;
	return q + 1;
}

static int
hex(char c)
{
	c = ascii_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "Q" of RFC 2047 4.2. Octets, or -1. */
static ssize_t
unquote(char *out, const struct word *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->n; i++) {
		int high, low;

		out[n] = w->text[i] == '_' ? ' ' : w->text[i];
		if (w->text[i] == '=') {
			if (w->n - i < 3 || (high = hex(w->text[i + 1])) == -1 ||
			    (low = hex(w->text[i + 2])) == -1)
				return -1;
			out[n] = (char)(high << 4 | low);
			i += 2;
		}
		n++;
	}
	return (ssize_t)n;
}

/* An octet of Windows-1252; what that has not is U+FFFD. source: unicode.org's
 * CP1252.TXT */
static uint32_t
windows(unsigned char c)
{
	static const uint16_t high[32] = {
		0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
		0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
	};

	return c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c;
}

/* What the word's text stands for, in its charset. Octets, or -1: it is none. */
static ssize_t
decode_text(char out[DECODED_WORD], const struct word *w)
{
	if (w->n > DECODED_WORD)
		return -1;
	if (w->encoding == 'b')
		return base64_decode(out, DECODED_WORD, w->text, w->n);
	return w->encoding == 'q' ? unquote(out, w) : -1;
}

/* The word's characters. 0; or -1: it is none, and nothing was put. */
static int
put_word(struct reader *r, const struct word *w)
{
	char octets[DECODED_WORD] = "", one[UTF8_OCTETS];
	ssize_t n = decode_text(octets, w), i;

	if (n == -1 || w->charset == OTHER || (w->charset == UTF_8 &&
	    !utf8_is_valid(octets, (size_t)n)))
		return -1;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)octets[i];

		if (w->charset == UTF_8)
			put(r, octets + i, 1);
		else
			put(r, one, utf8_put(one, w->charset == LATIN_1 ? c :
			    windows(c)));
	}
	return 0;
}

int
decoded_add(struct buf *b, const char *s, size_t n)
{
	struct reader r = { .out = b, .was = b->len };
	const char *end = s + n, *behind, *last = NULL;
	struct word w;

	while (s < end && !r.failed) {
		const char *p = s;
		int blank = r.blank;

		while (p < end && ascii_blank(*p))
			p++;
		behind = find_word(p, end, &w);
		if (behind != NULL) {
			/* Blanks between two words are none. */
			r.blank |= p > s && s != last;
			if (put_word(&r, &w) == 0) {
				s = last = behind;
				continue;
			}
		}
		r.blank = blank | (p > s);
		if (p < end)
			put(&r, p++, 1);
		s = p;
	}
	if (!r.failed)
		return 0;
	b->len = r.was;
	return -1;
}
