/* fuzz-stuff - a message to POP3, in pieces that the input's first octet chooses,
 * against the naive writer that has all of it at once. */
#include "fuzz.h"

#include "text/stuff.h"
#include "unit/naive-stuff.h"

static void
check_top(const char *in, size_t n, size_t step, uint64_t lines)
{
	struct stuff_top t = { .lines = lines };
	size_t at = 0, len, took;

	while (at < n && !t.done) {
		char *piece;

		len = n - at < step ? n - at : step;
		piece = malloc(len);
		MUST(piece != NULL);
		memcpy(piece, in + at, len);
		took = stuff_top(&t, piece, len);
		MUST(took == len || (took < len && t.done));
		at += took;
		free(piece);
	}
	MUST(at == naive_top(in, n, lines));
}

/* As SMTP sends it: neither a CR nor a LF stands alone, and one final dot. */
static void
check_mended(const char *in, size_t n)
{
	static const char final[] = "\r\n.\r\n";
	struct stuff s = { .state = 0 };
	char *piece = malloc(n), *out = malloc(2 * n + STUFF_END);
	size_t len, i;

	MUST(piece != NULL && out != NULL);
	memcpy(piece, in, n);
	stuff_mend_cr(piece, n);
	len = stuff_put(&s, piece, n, out);
	len += stuff_end(&s, out + len);
	for (i = 0; i < len; i++) {
		MUST(out[i] != '\r' || (i + 1 < len && out[i + 1] == '\n'));
		MUST(out[i] != '\n' || (i > 0 && out[i - 1] == '\r'));
		MUST(i + 5 >= len || memcmp(out + i, final, 5) != 0);
	}
	free(piece);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data + 1;
	struct stuff s = { .state = 0 }, c = { .state = 0 };
	size_t at, len, step, got_n = 0;
	uint64_t count = 0, want_count;
	char *got, *want;

	if (n == 0)
		return 0;
	n--;
	step = data[0] / 4 + 1u;
	got = malloc(2 * n + STUFF_END);
	want = malloc(2 * n + STUFF_END);
	MUST(got != NULL && want != NULL);
	for (at = 0; at < n; at += len) {
		char *piece, *room;
		size_t o;

		len = n - at < step ? n - at : step;
		piece = malloc(len);
		room = malloc(2 * len);
		MUST(piece != NULL && room != NULL);
		memcpy(piece, in + at, len);
		o = stuff_put(&s, piece, len, room);
		MUST(o <= 2 * len);
		memcpy(got + got_n, room, o);
		got_n += o;
		count += stuff_count(&c, piece, len);
		free(piece);
		free(room);
	}
	got_n += stuff_end(&s, got + got_n);
	count += stuff_count_end(&c);
	MUST(got_n == naive_stuff(in, n, want, &want_count));
	MUST(memcmp(got, want, got_n) == 0 && count == want_count);
	check_top(in, n, step, data[0] % 4);
	if (n > 0)
		check_mended(in, n);
	free(got);
	free(want);
	return 0;
}
