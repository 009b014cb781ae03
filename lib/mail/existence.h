/* existence - what who-is says to a front of one recipient. */
#ifndef MAIL_EXISTENCE_H
#define MAIL_EXISTENCE_H

#include <stddef.h>

enum existence {
	IS_HERE,	/* mail for it is taken */
	IS_NOBODY,	/* 550 5.1.1 */
	IS_ELSEWHERE,	/* another host's, and there is a way to it */
	IS_BARRED,	/* another host's to which no mail goes from here */
	IS_UNSURE	/* try later */
};

/* "here", "nobody", "elsewhere", "barred" or "unsure". */
const char *existence_name(enum existence e);

/* The other way, from n octets: 0 with *e set, or -1 with errno EINVAL. */
int existence_parse(const char *s, size_t n, enum existence *e);

#endif
