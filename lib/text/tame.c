/* tame - see tame.h */
#include "text/tame.h"

#include "text/utf8.h"

int
tame_add(struct buf *b, const char *s, size_t n)
{
	int is_utf8 = utf8_is_valid(s, n);
	size_t i;

	if (buf_room(b, n) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == 0xc2 && is_utf8 && (unsigned char)s[i + 1] < 0xa0) {
			b->s[b->len++] = '?';
			i++;
			continue;
		}
		b->s[b->len++] = c < 32 || c == 127 || (c > 126 && !is_utf8) ?
		    '?' : (char)c;
	}
	return 0;
}
