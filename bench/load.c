/* load - see load.h */
#include "load.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/num.h"
#include "sys/log.h"

#define LINE_OCTETS	74	/* with CRLF */

uint64_t
load_number(const char *p, uint64_t max)
{
	uint64_t n;

	if (num_u64(p, strlen(p), &n) == -1 || n == 0 || n > max)
		die(EXIT_PERM, "%s: not a number from 1 to %" PRIu64, p, max);
	return n;
}

char *
load_padding(size_t n)
{
	char *p = malloc(n);
	size_t i;

	if (p == NULL)
		die(EXIT_TEMP, "memory:");
	for (i = 0; i < n; i++) {
		size_t left = (n - 1 - i) % LINE_OCTETS;

		p[i] = left == 0 ? '\n' : left == 1 ? '\r' :
		    (char)('a' + i % 26);
	}
	return p;
}
