/*
 * program - what deliver-program's parts share.
 *
 *	deliver-program		jobs in, answers out
 *	program-run		one message to one command, by a deadline
 *	program-child		the command's own process: environment, limits
 */
#ifndef DELIVER_PROGRAM_H
#define DELIVER_PROGRAM_H

#include "mail/letter.h"

#define SAID_OCTETS	1024	/* of what the command writes are kept */

/* What all commands get. */
struct program {
	const char	*command;	/* for /bin/sh -c */
	const char	*home, *user;
	const char	*folder;	/* of our own programs, for PATH */
	int64_t		 timeout_ms;
	uint64_t	 processes;	/* of the user, on the whole machine */
	uint64_t	 file_octets;	/* of the longest file it may write */
	uint64_t	 memory_octets;	/* of each of its processes */
	int		 signals;	/* sigfd of SIGCHLD */
};

/* What the command has said: the first octets; the rest is thrown away. */
struct said {
	char	 text[SAID_OCTETS];
	size_t	 n;
};

/* In the child: execute the command with the message on in and what it writes on
 * out. Does not come back; what fails is an exit code of sysexits(3). */
void program_execute(const struct program *p, const struct letter *l, int in,
    int out) __attribute__((noreturn));

/* Give the message to the command, and fill a: the verdict. When it returns,
 * nothing of the command's process group lives. */
void program_run(const struct program *p, struct letter *l, struct answer *a);

#endif
