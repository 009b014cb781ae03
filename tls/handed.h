/* handed - a connection that another program hands over on descriptor 0. */
#ifndef TLS_HANDED_H
#define TLS_HANDED_H

#include <stddef.h>
#include <stdint.h>

/*
 * take_handed - receive a record, and the connection beside it; or leave.
 *
 * connection   gets the connection, a stream socket
 * returns      the record's octets; what came in its place ends the program with
 *              a line
 */
size_t take_handed(char *record, size_t room, int *connection,
    int64_t deadline_ms);

#endif
