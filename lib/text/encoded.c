/* encoded - see encoded.h */
#include "text/encoded.h"

#include "text/base64.h"

#define WORD_OCTETS	39	/* of the text, in one word: 64 with what is around */

int
encoded_words(struct buf *out, const char *s, size_t n, const char *between)
{
	char word[BASE64_ROOM(WORD_OCTETS)];

	while (n > 0) {
		size_t k = n < WORD_OCTETS ? n : WORD_OCTETS;

		while (k < n && k > 1 && ((unsigned char)s[k] & 0xc0) == 0x80)
			k--;		/* no character is cut */
		base64_encode(word, s, k);
		s += k;
		n -= k;
		if (buf_addf(out, "=?utf-8?B?%s?=%s", word, n > 0 ? between :
		    "") == -1)
			return -1;
	}
	return 0;
}
