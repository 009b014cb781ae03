/* fuzz-imapsearch - the keys of SEARCH: operators have as many keys as they need,
 * and none reaches out of the one that it is in. */
#include "fuzz.h"

#include "text/imapsearch.h"

static void
check(const struct search *s, uint32_t i, unsigned depth)
{
	const struct search_key *k = s->key + i;
	uint32_t c;
	int keys = 0;

	MUST(depth <= SEARCH_DEPTH + 2);
	MUST(k->after > i && k->after <= s->n);
	if (k->op > SEARCH_FUZZY) {
		MUST(k->after == i + 1);
		return;
	}
	for (c = i + 1; c < k->after; c = s->key[c].after, keys++)
		check(s, c, depth + 1);
	MUST(c == k->after);
	MUST(k->op != SEARCH_OR || keys == 2);
	MUST((k->op != SEARCH_NOT && k->op != SEARCH_FUZZY) || keys == 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *s = malloc(n + 1);
	struct imap_in in = { s, s + n };
	struct search keys = { .n = 0 };
	struct imap_text charset;
	struct sort sort;
	unsigned bits;
	size_t i;

	memcpy(s, data, n);
	if (sort_parse(&sort, &in) == 0) {
		MUST(sort.n > 0 && sort.n <= SORT_KEYS);
		for (i = 0; i < sort.n; i++)
			MUST(sort.key[i].by <= SORT_TO);
	}
	in.p = s;
	if (search_return(&in, &bits) == 0 &&
	    search_charset(&in, &charset) == 0 &&
	    search_parse(&keys, &in) == 0) {
		MUST(in.p == in.end && keys.n > 1);
		MUST(keys.key[0].op == SEARCH_AND &&
		    keys.key[0].after == keys.n);
		check(&keys, 0, 0);
	} else
		MUST(keys.n == 0);
	search_free(&keys);
	free(s);
	return 0;
}
