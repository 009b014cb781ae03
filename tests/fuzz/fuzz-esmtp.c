/* fuzz-esmtp - parameters of MAIL and RCPT. */
#include "fuzz.h"

#include "text/esmtp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data, *end = p + n, *before = p;
	struct param param;
	size_t i;
	int r;

	while ((r = esmtp_next(&p, end, &param)) == 1) {
		MUST(param.key >= before && param.key_n > 0);
		MUST(p > before && p <= end);
		if (param.value == NULL)
			MUST(param.n == 0 && p == param.key + param.key_n);
		else {
			MUST(param.value == param.key + param.key_n + 1);
			MUST(param.value[-1] == '=' && param.n > 0);
			MUST(p == param.value + param.n);
		}
		for (i = 0; i < param.n; i++)
			MUST(param.value[i] > 32 && param.value[i] < 127 &&
			    param.value[i] != '=');
		MUST(p == end || *p == ' ' || *p == '\t');
		if (param.value != NULL && !esmtp_is_xtext(param.value, param.n))
			MUST(memchr(param.value, '+', param.n) != NULL);
		before = p;
	}
	MUST(r == -1 || p == end);
	return 0;
}
