/*
 * env - settings from the environment, read once at the start of a program.
 * A setting that is missing or wrong ends the program with EXIT_PERM and a line
 * that names it: it was never going to work.
 */
#ifndef SYS_ENV_H
#define SYS_ENV_H

#include <stdint.h>

/* The value of name, or def where it is unset or empty; def NULL: it must be set. */
const char *env_str(const char *name, const char *def);

/* A whole number from min to max, or def where it is unset or empty. */
uint64_t env_u64(const char *name, uint64_t def, uint64_t min, uint64_t max);

/* Which of the words (NULL ends them) it is, counted from 0; the first where it
 * is unset or empty. */
unsigned env_word(const char *name, const char *const *words);

/* Tell the supervisor that this service is ready: a newline to the descriptor
 * that NOTIFY_FD names, which is then closed. source: s6's notification-fd. */
void env_notify_ready(void);

#endif
