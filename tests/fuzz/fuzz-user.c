/* fuzz-user - the text of a users file. */
#include "fuzz.h"

#include "text/table.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct table_text t = { .p = (const char *)data,
	    .end = (const char *)data + n };
	struct user_line u;
	unsigned before = 0;
	int r;

	while ((r = user_next(&t, &u)) == 1) {
		MUST(t.line > before);
		before = t.line;
		MUST(memchr(u.address, '\0', sizeof(u.address)) != NULL);
		MUST(memchr(u.hash, '\0', sizeof(u.hash)) != NULL);
		MUST(memchr(u.home, '\0', sizeof(u.home)) != NULL);
		MUST(memchr(u.rights, '\0', sizeof(u.rights)) != NULL);
		MUST(strchr(u.address, '@') != NULL && u.home[0] == '/');
		MUST(strpbrk(u.home, ":\n") == NULL);
		MUST(u.uid > 0 && u.uid < UINT32_MAX && u.gid < UINT32_MAX);
		MUST(u.quota.octets <= INT64_MAX);
	}
	if (r == 0)
		MUST(t.p == t.end && t.wrong == NULL);
	else
		MUST(t.wrong != NULL && t.line > before);
	return 0;
}
