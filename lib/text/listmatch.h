/*
 * listmatch - does LIST's pattern suit the name of a mailbox? Pure, without
 * recursion; at most (2n+1)*n steps for a name of n octets, whatever the pattern is.
 *
 * '*' stands for any octets, '%' for any but the separator. INBOX, alone or before
 * a separator, is the same in any case; all other names are taken literally.
 * source   RFC 3501 6.3.8, 5.1
 */
#ifndef TEXT_LISTMATCH_H
#define TEXT_LISTMATCH_H

#include <stddef.h>

#define LIST_NAME	1024	/* octets of the longest name */

/* 1 if the pattern suits all n octets of name, else 0: also for a longer one than
 * LIST_NAME. */
int list_match(const char *pattern, size_t pattern_n, const char *name,
    size_t n, char separator);

#endif
