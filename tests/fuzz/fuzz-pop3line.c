/* fuzz-pop3line - a command line of POP3, and a file's name as an unique id. */
#include "fuzz.h"

#include "text/pop3line.h"
#include "text/uidl.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	char id[UIDL_OCTETS];
	struct pop3_line l;
	size_t i;

	MUST(pop3_line(in, n, &l) == l.verb);
	MUST(l.verb >= POP3_UNKNOWN && l.verb <= POP3_UIDL);
	MUST(l.args <= POP3_ARGS);
	MUST(l.verb != POP3_TOP || l.args == 2);
	MUST((l.verb != POP3_RETR && l.verb != POP3_DELE) || l.args == 1);
	MUST((l.verb != POP3_STAT && l.verb != POP3_QUIT) || l.args == 0);
	MUST((l.verb != POP3_LIST && l.verb != POP3_UIDL) || l.args < 2);
	i = uidl_make(in, n, id);
	MUST(i >= 1 && i <= UIDL_OCTETS);
	while (i-- > 0)
		MUST(id[i] > 32 && id[i] < 127);
	return 0;
}
