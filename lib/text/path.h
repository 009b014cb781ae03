/* path - addresses as SMTP writes them. Pure functions. */
#ifndef TEXT_PATH_H
#define TEXT_PATH_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

#define LOCAL_OCTETS	64	/* RFC 5321 4.5.3.1.1 */
#define DOMAIN_OCTETS	255	/* RFC 5321 4.5.3.1.2 */
#define ADDRESS_OCTETS	(LOCAL_OCTETS + 1 + DOMAIN_OCTETS)

/*
 * path_parse - read the <path> of MAIL FROM or RCPT TO.
 *
 * in, n    n octets that begin at '<'; no NUL needed
 * out      gets "local@domain" without quoting, "local" where there is no
 *          domain, nothing for "<>"; the caller frees it
 * returns  octets read (2 or more), or -1, out unchanged, errno EINVAL
 *          (syntax), EMSGSIZE (local part over 64, domain over 255), ENOMEM
 * source   RFC 5321 4.1.2, 4.5.3.1.1-2; source routes (appendix C) are skipped
 */
ssize_t path_parse(const char *in, size_t n, struct buf *out);

/* The length of the local part of an address without quoting: what stands
 * before the last '@', or all n octets where there is none. */
size_t address_local(const char *address, size_t n);

#define QUOTED_OCTETS	(2 * LOCAL_OCTETS + 2 + 1 + DOMAIN_OCTETS)

/* Write the address as a header or a command has it: the local part in quotes where
 * it is no dot-atom. out gets at most QUOTED_OCTETS and a NUL; longer addresses
 * than ADDRESS_OCTETS are cut. source: RFC 5321 4.1.2, RFC 5322 3.2.3-4 */
void address_quote(char out[QUOTED_OCTETS + 1], const char *address);

/* 1 if the n octets are a domain name or an address literal, else 0.
 * source   RFC 5321 4.1.2; '_' is let through, hosts use it */
int domain_is_valid(const char *s, size_t n);

#endif
