/*
 * check - whether the entries of a new table lead to somebody.
 *
 * Each entry is resolved as mail for it would be, with the new table and the other
 * compiled ones, by the settings of the instance that the compiler belongs to
 * (settings.h). Without settings, or where another table is not there yet, that
 * cannot be said, and nothing is wrong.
 */
#ifndef CDB_CHECK_H
#define CDB_CHECK_H

#include "compile.h"

/* Look through the finished file tmp (in ETC) of c's origins. Says each target that
 * nobody is behind, each that leads in a circle, each @owner that is no user, with
 * file and line. How many there are. */
unsigned check_table(const struct compiler *c, const char *tmp);

#endif
