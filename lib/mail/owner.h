/*
 * owner - whether an address is a user's, so that he may send as it.
 *
 * His are: his own name, each address of ours that is his mailbox, and each alias
 * that leads to it, if only among others.
 */
#ifndef MAIL_OWNER_H
#define MAIL_OWNER_H

#include "mail/existence.h"
#include "mail/tables.h"

/*
 * owner_check - is the address the user's?
 *
 * domain   of an address and of a user's name without one
 * address  n octets, any case
 * user     user_n octets, the account's name as auth(8) has it
 * room     is emptied, and used
 * returns  IS_HERE: it is; IS_NOBODY: it is not; IS_UNSURE: that can't be said now
 */
enum existence owner_check(struct tables *t, const char *domain,
    const char *address, size_t n, const char *user, size_t user_n,
    struct buf *room);

#endif
