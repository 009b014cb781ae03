/*
 * question - what a client of the auth service may say, as auth.8 has it. Pure.
 */
#ifndef CHECKPW_QUESTION_H
#define CHECKPW_QUESTION_H

#include <stddef.h>
#include <stdint.h>

#define QUESTION_USER	512	/* what a checkpassword program reads */
#define QUESTION_CLIENT	128

enum question_kind {
	Q_SECRET,	/* is this secret right? */
	Q_WAIT,		/* how long has he to wait? */
	Q_TOLD_YES,	/* it was right; asked elsewhere */
	Q_TOLD_NO,
	Q_SHOW		/* the counters */
};

struct question {
	enum question_kind kind;
	char		client[QUESTION_CLIENT];	/* 33 to 126 only */
	char		user[QUESTION_USER];
	char		secret[QUESTION_USER];		/* any octets */
	size_t		secret_n;
	uint64_t	from;				/* Q_SHOW */
};

/* Read the n octets of a record. 0, or -1 with errno EINVAL or EMSGSIZE; then q
 * may hold part of a secret too. */
int question_parse(struct question *q, const char *in, size_t n);

#endif
