/* show - see show.h */
#include "show.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "text/tame.h"
#include "text/utf8.h"

const char *
show_size(char out[SHOW_OCTETS], uint64_t octets)
{
	static const char units[] = " KMGTPE";
	uint64_t tenths = octets * 10;
	unsigned u = 0;

	if (octets < 1024) {
		snprintf(out, SHOW_OCTETS, "%u", (unsigned)octets);
		return out;
	}
	if (octets > UINT64_MAX / 10) {
		tenths = octets / 1024 * 10;
		u = 1;
	}
	for (; tenths >= 10240; u++)
		tenths = (tenths + 512) / 1024;
	if (tenths < 100)
		snprintf(out, SHOW_OCTETS, "%u.%u%c", (unsigned)tenths / 10,
		    (unsigned)tenths % 10, units[u]);
	else
		snprintf(out, SHOW_OCTETS, "%u%c", (unsigned)(tenths + 5) / 10,
		    units[u]);
	return out;
}

uint64_t
span_s(uint64_t from_us, uint64_t to_us)
{
	return to_us > from_us ? (to_us - from_us) / 1000000 : 0;
}

const char *
show_span(char out[SHOW_OCTETS], uint64_t seconds)
{
	static const struct {
		uint64_t s;
		char letter;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	unsigned u = 0;
	uint64_t rest;
	int n;

	while (u < 3 && seconds < units[u].s)
		u++;
	n = snprintf(out, SHOW_OCTETS, "%llu%c", (unsigned long long)(seconds /
	    units[u].s), units[u].letter);
	rest = seconds % units[u].s / (u < 3 ? units[u + 1].s : 1);
	if (u < 2 && rest > 0)
		snprintf(out + n, SHOW_OCTETS - (size_t)n, "%u%c",
		    (unsigned)rest, units[u + 1].letter);
	return out;
}

const char *
show_time(char out[SHOW_OCTETS], uint64_t us)
{
	time_t t = (time_t)(us / 1000000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(out, SHOW_OCTETS, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		strcpy(out, "-");
	return out;
}

void
print_tame(const char *s, size_t n)
{
	struct buf b = BUF_MAX(n + 1);

	if (n > 0 && tame_add(&b, s, n) == 0)
		fwrite(b.s, 1, b.len, stdout);
	buf_free(&b);
}

void
print_text(const char *s)
{
	print_tame(s, strlen(s));
}

/* How many octets the character has that begins at s; 0: it is none. */
static size_t
character(const char *s, size_t n)
{
	unsigned char c = (unsigned char)*s;
	size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	return len <= n && utf8_is_valid(s, len) ? len : 0;
}

static int
add_character(struct buf *b, const char *s, size_t len)
{
	unsigned char c = (unsigned char)*s;

	if (len == 0)
		return buf_adds(b, "\xef\xbf\xbd");
	if (c == '"' || c == '\\')
		return buf_addf(b, "\\%c", c);
	if (c == '\n')
		return buf_adds(b, "\\n");
	if (c < 32 || c == 127)
		return buf_addf(b, "\\u%04x", c);
	return buf_add(b, s, len);
}

int
json_string(struct buf *b, const char *s, size_t n)
{
	size_t was = b->len;

	if (buf_add(b, "\"", 1) == -1)
		return -1;
	while (n > 0) {
		size_t len = character(s, n), step = len > 0 ? len : 1;

		if (add_character(b, s, len) == -1)
			break;
		s += step;
		n -= step;
	}
	if (n == 0 && buf_add(b, "\"", 1) == 0)
		return 0;
	b->len = was;
	return -1;
}

int
json_time(struct buf *b, uint64_t us)
{
	char out[SHOW_OCTETS];

	show_time(out, us);
	if (strlen(out) == 19)
		out[10] = 'T';
	return buf_addf(b, "\"%sZ\"", out);
}
