/* imapid - see imapid.h */
#include "text/imapid.h"

#include <errno.h>

static int
read_pair(struct imap_in *in)
{
	struct imap_text name, value;

	if (imap_str(in, &name) == -1 || imap_char(in, ' ') == -1 ||
	    imap_nstr(in, &value) == -1)
		return -1;
	if (name.n > IMAP_ID_FIELD || value.n > IMAP_ID_VALUE)
		return errno = EMSGSIZE, -1;
	return 0;
}

int
imap_id(struct imap_in *in)
{
	struct imap_text t;
	int pairs = 0;

	if (imap_char(in, '(') == -1)	/* NIL, and no string */
		return imap_atom(in, &t) == 0 && imap_is(&t, "NIL") ? 0 :
		    (errno = EINVAL, -1);
	while (imap_char(in, ')') == -1) {
		if (pairs == IMAP_ID_PAIRS)
			return errno = EMSGSIZE, -1;
		if ((pairs > 0 && imap_char(in, ' ') == -1) ||
		    read_pair(in) == -1)
			return -1;
		pairs++;
	}
	return pairs;
}
