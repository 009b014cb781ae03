/*
 * check - one question to a checkpassword program.
 *
 * It runs in a process group of its own with the question on descriptor 3,
 * /dev/null on 0 and a pipe on 1, on which say-user, executed in the end,
 * writes the user's name and LF.
 * source   https://cr.yp.to/checkpwd/interface.html
 */
#ifndef CHECKPW_CHECK_H
#define CHECKPW_CHECK_H

#include <stddef.h>
#include <sys/types.h>

#define CHECK_OCTETS	512	/* of a question, by the interface */

enum verdict { V_YES, V_NO, V_LATER };

/* "yes", "no" or "later". */
const char *verdict_word(enum verdict v);

/* A pipe with the question user NUL secret NUL time NUL: the end to read from
 * (close-on-exec), or -1 with errno EMSGSIZE (no checkpassword program takes
 * that) or the system's. */
int check_question(const char *user, const char *secret, size_t secret_n);

struct check {
	pid_t	pid;		/* 0: none runs */
	int	out;		/* what say-user writes */
};

/* Descriptors 0 to 3 must be open in the caller, whatever they are: so no pipe
 * of ours is one of them. Call again whenever one was closed. 0, or -1. */
int check_keep_low(void);

/* Start argv with check_question's question. 0, or -1 with its errno. */
int check_start(struct check *c, char *const argv[], const char *user,
    const char *secret, size_t secret_n);

/* What the program, waited for, said; for V_YES the user's name, perhaps "" and
 * fit for a record, in user of cap octets, at least 2. The check is over. */
enum verdict check_end(struct check *c, int status, char *user, size_t cap);

#endif
