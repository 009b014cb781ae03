/* fuzz-attempt - what a front says to mail-login: what is taken is bounded, and
 * its octets were in the record. */
#include "fuzz.h"

#include "checkpw/attempt.h"
#include "text/base64.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct attempt a;
	char letters[BASE64_ROOM(ATTEMPT_ROOM)];
	const char *in = (const char *)data;
	size_t user_n, letters_n;

	if (attempt_parse(&a, in, n) == -1)
		return 0;
	user_n = strnlen(a.user, sizeof(a.user));
	MUST(user_n > 0 && user_n < sizeof(a.user));
	MUST(a.secret_n <= sizeof(a.secret));
	MUST(a.tls == 0 || a.tls == 1);
	MUST(memmem(in, n, a.user, user_n) != NULL);
	letters_n = base64_encode(letters, a.secret, a.secret_n);
	MUST(memmem(in, n, letters, letters_n) != NULL);
	return 0;
}
