/*
 * exitcode - what a delivery program's end means for the message. Pure.
 *
 * source   sysexits(3); qmail-command(8); RFC 3463
 */
#ifndef MAIL_EXITCODE_H
#define MAIL_EXITCODE_H

#include "mail/job.h"

#define QMAIL_STOP	99	/* done, and the lines behind it are not to be */

/*
 * exitcode_verdict - fill a's verdict, dsn and words.
 *
 * status   as wait(2) has it
 * said     what the program wrote, n octets, for the words; control octets are
 *          masked there
 *
 * 0 and 99: done. 71, 74, 75 (sysexits) and 111 (qmail): later. 126 and 127, the
 * shell's word for a command that it cannot execute: later, for a mended file
 * mends the mail that waits. Killed by a signal, also where the shell says so
 * (128 and more): later. Every other: never, with the code that suits it.
 */
void exitcode_verdict(struct answer *a, int status, const char *said, size_t n);

#endif
