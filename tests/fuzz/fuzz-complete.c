/* fuzz-complete - a message in pieces that the first octets choose: the message
 * is as before but for the lines that were missing, in their place. */
#include "fuzz.h"

#include "text/complete.h"

#define CUTS	4		/* octets that say how long the pieces are */
#define DATE	"Date: D\n"
#define FROM	"From: F\n"
#define ID	"Message-ID: I\n"

struct found {
	unsigned dates, froms, ids;
};

static void
count(void *arg, const char *line, size_t n)
{
	struct found *f = arg;
	size_t value_n;

	f->dates += header_value(line, n, "Date", &value_n) != NULL;
	f->froms += header_value(line, n, "From", &value_n) != NULL;
	f->ids += header_value(line, n, "Message-ID", &value_n) != NULL;
}

static struct found
count_fields(const char *in, size_t n)
{
	static struct header h;
	struct found f = { 0, 0, 0 };

	memset(&h, 0, sizeof(h));
	header_scan(&h, in, n, count, &f);
	return f;
}

/* Octets that came out. */
static size_t
in_pieces(const char *in, size_t n, const uint8_t *cuts, char *out)
{
	struct complete c = { .date = DATE, .message_id = ID, .from = FROM };
	size_t at = 0, k = 0, out_n = 0;

	while (at < n) {
		size_t len = cuts[k++ % CUTS] + 1u, o;
		char *piece, *room;

		if (len > n - at)
			len = n - at;
		piece = malloc(len);
		room = malloc(len + COMPLETE_ROOM);
		MUST(piece != NULL && room != NULL);
		memcpy(piece, in + at, len);
		o = complete_add(&c, piece, len, room);
		MUST(o <= len + COMPLETE_ROOM);
		memcpy(out + out_n, room, o);
		out_n += o;
		at += len;
		free(piece);
		free(room);
	}
	return out_n + complete_end(&c, out + out_n);
}

/* Only in one place were octets added, and they are those. */
static void
compare(const char *in, size_t n, const char *out, size_t out_n)
{
	static const char *const added[] = {
		"", "\n", DATE, DATE "\n", ID, ID "\n", DATE ID, DATE ID "\n",
		FROM, FROM "\n", DATE FROM, DATE FROM "\n", FROM ID,
		FROM ID "\n", DATE FROM ID, DATE FROM ID "\n",
	};
	size_t same, i, more = out_n - n;

	MUST(out_n >= n);
	for (same = 0; same < n && in[same] == out[same]; same++)
		;
	for (;; same--) {	/* what follows may begin alike */
		for (i = 0; i < sizeof(added) / sizeof(*added); i++)
			if (strlen(added[i]) == more &&
			    memcmp(out + same, added[i], more) == 0 &&
			    memcmp(out + same + more, in + same,
			    n - same) == 0)
				return;
		MUST(same > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data + CUTS;
	struct found before, after;
	char *out;
	size_t out_n;

	if (n < CUTS)
		return 0;
	n -= CUTS;
	out = malloc(n + COMPLETE_ROOM);
	MUST(out != NULL);
	out_n = in_pieces(in, n, data, out);
	compare(in, n, out, out_n);
	if (n > 0 && in[0] != ' ' && in[0] != '\t' && in[n - 1] == '\n') {
		before = count_fields(in, n);
		after = count_fields(out, out_n);
		MUST(after.dates == before.dates + (before.dates == 0));
		MUST(after.froms == before.froms + (before.froms == 0));
		MUST(after.ids == before.ids + (before.ids == 0));
	}
	free(out);
	return 0;
}
