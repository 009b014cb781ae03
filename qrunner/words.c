/* words - see words.h */
#include "words.h"

#include <string.h>

void
words_put(char *out, size_t cap, const char *text, const char *const *args,
    size_t n)
{
	size_t len = 0;

	while (*text != '\0') {
		const char *piece = text;
		size_t piece_n = 1, which = (size_t)(text[1] - '1');

		if (*text == '$' && text[1] >= '1' && which < n) {
			piece = args[which];
			piece_n = strlen(piece);
			text++;
		}
		text++;
		if (piece_n > cap - 1 - len)
			piece_n = cap - 1 - len;
		memcpy(out + len, piece, piece_n);
		len += piece_n;
	}
	out[len] = '\0';
}
