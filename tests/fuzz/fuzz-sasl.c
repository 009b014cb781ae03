/* fuzz-sasl - the message of PLAIN: its parts are the input, two NULs between. */
#include "fuzz.h"

#include "text/sasl.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	struct plain p, turned;

	if (plain_parse(&p, in, n) == -1)
		return 0;
	MUST(p.authzid == in && p.user == p.authzid + p.authzid_n + 1);
	MUST(p.secret == p.user + p.user_n + 1);
	MUST(p.secret + p.secret_n == in + n);
	MUST(p.user_n > 0 && p.secret_n > 0);
	MUST(p.user[-1] == '\0' && p.secret[-1] == '\0');
	MUST(memchr(p.user, '\0', p.user_n) == NULL);
	MUST(memchr(p.secret, '\0', p.secret_n) == NULL);
	turned = p;
	turned.authzid = p.user;
	turned.authzid_n = p.user_n;
	MUST(plain_same_account(&turned, "d"));
	turned.user = p.authzid;
	turned.user_n = p.authzid_n;
	MUST(p.authzid_n == 0 || plain_same_account(&p, "d") ==
	    plain_same_account(&turned, "d"));
	return 0;
}
