/* Exit codes that every program uses, unless an older contract says otherwise.
 * source: qmail's convention (0, 100 permanent, 111 temporary); 101 is ours. */
#ifndef BASE_EXITS_H
#define BASE_EXITS_H

#define EXIT_DONE	0
#define EXIT_PERM	100	/* permanent, or wrong usage */
#define EXIT_BUG	101
#define EXIT_TEMP	111	/* temporary: the caller may try again */

#endif
