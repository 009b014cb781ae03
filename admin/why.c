/* why - "correo why ADDRESS" and "correo why ID". */
#include "why.h"

#include <stdio.h>
#include <string.h>

#include "base/exits.h"
#include "sys/log.h"

int
verb_why(struct correo *c, int argc, char **argv)
{
	if (argc != 2 || argv[1][0] == '\0')
		die(EXIT_PERM, "usage: correo why ADDRESS|ID");
	if (queue_id_is(argv[1]))
		return why_message(c, argv[1]);
	if (strlen(argv[1]) > ADDRESS_OCTETS)
		die(EXIT_PERM, "this is too long for an address");
	switch (explain_address(c, argv[1])) {
	case IS_HERE:
	case IS_ELSEWHERE:
		return EXIT_DONE;
	case IS_UNSURE:
		return EXIT_TEMP;
	default:
		return EXIT_PERM;
	}
}
