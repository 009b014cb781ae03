/* fuzz-dot - DATA, in pieces that the input's first octets choose, against the
 * naive decoder that has all of it at once; with either line end. */
#include "fuzz.h"

#include "text/dot.h"
#include "unit/naive-dot.h"

#define CUTS	4		/* octets that say how long the pieces are */

/* Decode in pieces; octets read. */
static size_t
in_pieces(struct dot *d, const char *in, size_t n, const uint8_t *cuts,
    char *out, size_t *out_n)
{
	size_t at = 0, k = 0;

	*out_n = 0;
	while (at < n && !d->done) {
		size_t len = cuts[k++ % CUTS] + 1u, got, o;
		char *piece, *room;

		if (len > n - at)
			len = n - at;
		piece = malloc(len);
		room = malloc(len + 2);
		MUST(piece != NULL && room != NULL);
		memcpy(piece, in + at, len);
		got = dot_decode(d, piece, len, room, &o);
		MUST(o <= len + 2);
		MUST(got == len || (got < len && d->done));
		memcpy(out + *out_n, room, o);
		*out_n += o;
		at += got;
		free(piece);
		free(room);
	}
	return at;
}

static void
compare(int by_lf, const uint8_t *data, size_t n)
{
	const char *in = (const char *)data + CUTS;
	struct dot d = { .by_lf = by_lf };
	struct naive_dot naive;
	char *got, *want;
	size_t got_n, read;

	got = malloc(2 * n + 2);
	want = malloc(n + 1);
	MUST(got != NULL && want != NULL);
	read = in_pieces(&d, in, n, data, got, &got_n);
	naive_dot(by_lf, in, n, want, &naive);
	MUST(read == naive.read);
	MUST(d.done == naive.done && d.wrong_end == naive.wrong_end);
	MUST(got_n == naive.n && memcmp(got, want, got_n) == 0);
	MUST(got_n <= n);
	free(got);
	free(want);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < CUTS)
		return 0;
	compare(0, data, n - CUTS);
	compare(1, data, n - CUTS);
	return 0;
}
