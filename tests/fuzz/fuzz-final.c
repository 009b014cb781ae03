/* fuzz-final - the spelling of a final address, put together again. */
#include "fuzz.h"

#include "text/final.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;
	struct final_text f, g;

	final_split(s, n, &f);
	MUST(f.plain == (n > 0 && s[0] == '\\'));
	MUST((size_t)f.plain + f.n + f.way_n == n);
	MUST(f.address == s + f.plain);
	if (f.way_n > 0) {
		MUST(f.way == f.address + f.n);
		MUST(f.way[0] == '|' || f.way[0] == '/');
		MUST(memchr(f.address, '@', f.n) != NULL);
		final_split(f.address, f.n, &g);	/* once is all */
		MUST(g.plain || g.way_n == 0);
	}
	(void)ext_is(s, n);
	return 0;
}
