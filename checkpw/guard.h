/*
 * guard - who failed to log in how often, and how long he has to wait for it.
 *
 * Three tables of fixed size; when one is full, what was used longest ago is
 * forgotten. No clock: now_ms is any time that only goes forward.
 *
 * An address may fail GUARD_ADDRESS times, an account GUARD_ACCOUNT times; then
 * each failure is followed by a wait, 1 s at first, twice as long each time, at
 * most GUARD_WAIT_S. One failure is forgiven every GUARD_WAIT_S. An address
 * that waits itself no longer adds to what an account failed: one address
 * alone never makes an account wait for others. An account and an address that
 * were right together have a mark of their own, and only that counts for them.
 */
#ifndef CHECKPW_GUARD_H
#define CHECKPW_GUARD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define GUARD_ADDRESS	5
#define GUARD_ACCOUNT	20
#define GUARD_WAIT_S	900
#define GUARD_NAME	160	/* of a name, with NUL; longer ones are cut */
#define GUARD_MARKS	2048	/* of each kind */
#define GUARD_CHAINS	1024

enum { BY_ADDRESS, BY_ACCOUNT, BY_PAIR, GUARD_KINDS };

struct mark {
	char		name[GUARD_NAME];	/* "": free */
	int64_t		used_ms;		/* for what is forgotten */
	int64_t		failed_ms;		/* forgiven from then on */
	int64_t		until_ms;		/* not looked at before */
	unsigned	failures;
	unsigned	next;			/* in its chain: a number + 1 */
};

struct guard {
	struct mark	mark[GUARD_KINDS][GUARD_MARKS];
	unsigned	chain[GUARD_KINDS][GUARD_CHAINS];
};

/* The names that are counted by. An IPv6 address counts as its network of 64
 * bits, a mapped IPv4 address as that; an account in small letters, with
 * domain (may be "") where it has none. */
void guard_address(char out[GUARD_NAME], const char *address);
void guard_account(char out[GUARD_NAME], const char *user, const char *domain);

/* How long until address may try account again, in ms; 0: now. */
int64_t guard_wait_ms(struct guard *g, const char *address,
    const char *account, int64_t now_ms);

/* The secret was wrong, or right. */
void guard_failed(struct guard *g, const char *address, const char *account,
    int64_t now_ms);
void guard_passed(struct guard *g, const char *address, const char *account,
    int64_t now_ms);

/* Append lines "address|account|pair FAILURES WAIT NAME", WAIT in seconds, from
 * the mark with that number on, as many as b takes. The number to go on with,
 * or 0 when that was all; room for 64 octets stays. */
uint64_t guard_show(const struct guard *g, uint64_t from, int64_t now_ms,
    struct buf *b);

#endif
