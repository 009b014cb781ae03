/*
 * index-name - flags in the names of a Maildir's files. Pure functions.
 *
 * A name is BASE, or BASE:2,LETTERS with the letters in the order of ASCII:
 * D F P R S T for flags and a to z for keywords.
 * source   https://cr.yp.to/proto/maildir.html; Dovecot's keywords a to z
 */
#ifndef MAIL_INDEX_NAME_H
#define MAIL_INDEX_NAME_H

#include <stddef.h>

#include "mail/index-format.h"

/* Fill in base_n, name_n, hash, disk, and of the flags IN_NEW, ODD and FIXED,
 * for a file with that name of n octets, 1 to 255. */
void index_name_read(struct index_record *r, const char *name, size_t n,
    int in_new);

/* What disk is for flags and keywords. */
uint32_t index_name_wanted(uint32_t flags, uint64_t keywords);

/* 1 if the name of r's file should be another one, else 0. */
int index_name_dirty(const struct index_record *r);

/* The name that goes with disk, to out with a NUL; kept is what is kept of r's.
 * Letters that are nobody's flag stay. Its length, or 0 where it is too
 * long. */
size_t index_name_make(const struct index_record *r, const char *kept,
    uint32_t disk, char out[INDEX_NAME]);

/* Seconds of delivery, as a name begins, or 0; the value of ",W=" in a base
 * name or INDEX_UNKNOWN. */
uint64_t index_name_seconds(const char *base, size_t n);
uint32_t index_name_wire(const char *base, size_t n);

#endif
