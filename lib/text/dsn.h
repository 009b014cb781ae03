/*
 * dsn - what a sender asks to be told of his message: the parameters that RFC 3461
 * adds to MAIL and RCPT. Pure functions.
 */
#ifndef TEXT_DSN_H
#define TEXT_DSN_H

#include <stddef.h>

/* Octets of the longest value. source: RFC 3461 4.2, 4.4 */
#define ENVID_OCTETS	100
#define ORCPT_OCTETS	500

/* NOTIFY's words, as bits; 0 where the parameter is absent. */
enum {
	NOTIFY_NEVER = 1,	/* stands alone */
	NOTIFY_SUCCESS = 2,
	NOTIFY_FAILURE = 4,
	NOTIFY_DELAY = 8,
};
#define NOTIFY_OCTETS	22	/* octets of the longest text, with NUL */

/* The n octets of a NOTIFY as bits, case ignored; or -1: they are none. */
int notify_parse(const char *p, size_t n);

/* The other way: "never", "success,failure,delay" or a part of that; "" for 0. */
void notify_text(char out[NOTIFY_OCTETS], int bits);

/* "full" or "hdrs" if the n octets are that, case ignored; else NULL. */
const char *ret_parse(const char *p, size_t n);

/* 1 if the n octets are an ENVID: xtext of printable octets; else 0. */
int envid_is(const char *p, size_t n);

/* 1 if the n octets are an ORCPT: a type, a semicolon, xtext of printable octets;
 * else 0. */
int orcpt_is(const char *p, size_t n);

#endif
