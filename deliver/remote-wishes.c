/* remote-wishes - what the sender wants to be told, for the next host to know. */
#include "remote.h"

#include <stdio.h>
#include <string.h>

int
passes_wishes(const struct remote *r, const struct job *j)
{
	return r->far.can.dsn && (j->ret[0] != '\0' || j->envid[0] != '\0' ||
	    j->notify[0] != '\0' || j->orcpt[0] != '\0');
}

/* source: RFC 3461 5.2.2 (d) */
int
hides_sender(const struct remote *r, const struct job *j)
{
	return !r->far.can.dsn && !r->far.wants_sender &&
	    strcmp(j->notify, "never") == 0;
}

/* Add " KEY=value" unless value is "". Words stand in capitals, as everybody
 * writes them; codes stay as they are. */
static void
add(char out[WISHES_OCTETS], const char *key, const char *value, int is_word)
{
	size_t n = strlen(out), i;

	if (*value == '\0')
		return;
	snprintf(out + n, WISHES_OCTETS - n, " %s=%s", key, value);
	for (i = n; is_word && out[i] != '\0'; i++)
		if (out[i] >= 'a' && out[i] <= 'z')
			out[i] = (char)(out[i] - 'a' + 'A');
}

void
mail_wishes(const struct remote *r, const struct job *j,
    char out[WISHES_OCTETS])
{
	out[0] = '\0';
	if (!r->far.can.dsn)
		return;
	add(out, "RET", j->ret, 1);
	add(out, "ENVID", j->envid, 0);
}

void
rcpt_wishes(const struct remote *r, const struct job *j,
    char out[WISHES_OCTETS])
{
	out[0] = '\0';
	if (!r->far.can.dsn)
		return;
	add(out, "NOTIFY", j->notify, 1);
	add(out, "ORCPT", j->orcpt, 0);
}
