/*
 * unit - what the unit tests share: cmocka in the order that it wants, cases
 * that say which of them failed, folders and files to play with.
 */
#ifndef UNIT_H
#define UNIT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define LENGTH(a)	(sizeof(a) / sizeof(*(a)))

/* A string constant that may hold NULs, and how many octets it has. */
#define OCTETS(s)	(s), sizeof(s) - 1

/* Fail with words (as by printf(3)) that name the case. */
#define CHECK(cond, ...) \
	do { \
		if (!(cond)) \
			fail_msg(__VA_ARGS__); \
	} while (0)

/* A call fails with -1 and errno e. */
#define CHECK_FAILS(call, e) \
	do { \
		errno = 0; \
		assert_int_equal((call), -1); \
		assert_int_equal(errno, (e)); \
	} while (0)

/* n octets as text for a message: quoted, unprintable ones as \xNN. One of a
 * few static rooms, so that several can stand in one message. */
const char *shown(const char *s, size_t n);

/* n copies of c with a NUL, in one of a few static rooms. n <= 1000. */
const char *many(char c, size_t n);

/* The n octets in a piece of memory of just their size, so that the sanitizer
 * sees a read behind them. The caller frees it. */
char *exactly(const char *s, size_t n);

/* 1 if b holds just the string s. */
int holds(const struct buf *b, const char *s);

/* A number from 0 to sides - 1; the same ones in each run. */
uint32_t dice(uint32_t sides);

/* A new folder below TMPDIR; folder_remove takes it away with what is in it and
 * frees the path. */
char *folder_make(void);
void folder_remove(char *folder);

/* "folder/name", in one of a few static rooms. */
const char *in(const char *folder, const char *name);

/* How many names stand in the folder; only, if not NULL, gets one of them. */
size_t folder_count(const char *path, char only[256]);

/* Write a file of n octets; read one whole (the caller frees b). */
void file_put(const char *path, const void *p, size_t n);
void file_get(const char *path, struct buf *b);

#endif
