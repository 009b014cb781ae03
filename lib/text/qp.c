/* qp - see qp.h */
#include "text/qp.h"

#include <stdio.h>

#include "base/ascii.h"

/* As it is: what is printable, and a blank that does not end its line. */
static int
is_plain(const char *in, size_t i, size_t n)
{
	if (in[i] == ' ' || in[i] == '\t')
		return i + 1 < n && in[i + 1] != '\n';
	return ascii_graph(in[i]) && in[i] != '=';
}

int
qp_encode(struct buf *out, const char *in, size_t n)
{
	size_t i, column = 0, piece_n;
	char piece[4];

	for (i = 0; i < n; i++) {
		if (in[i] == '\n') {
			column = 0;
			if (buf_add(out, "\n", 1) == -1)
				return -1;
			continue;
		}
		piece[0] = in[i];
		piece_n = 1;
		if (!is_plain(in, i, n))
			piece_n = (size_t)snprintf(piece, sizeof(piece),
			    "=%02X", (unsigned char)in[i]);
		if (column + piece_n > QP_LINE - 1) {	/* room for '=' */
			column = 0;
			if (buf_add(out, "=\n", 2) == -1)
				return -1;
		}
		column += piece_n;
		if (buf_add(out, piece, piece_n) == -1)
			return -1;
	}
	return 0;
}
