/*
 * dns-file - a dns-table in a file, read anew when that has changed.
 */
#ifndef DELIVER_DNS_FILE_H
#define DELIVER_DNS_FILE_H

#include <sys/stat.h>

#include "dns-table.h"

#define DNS_FILE_MAX	(16u << 20)	/* octets of the file */

/* Begin with path set and the rest 0. */
struct dns_file {
	const char	*path;
	struct stat	 seen;
	struct dns_table table;
};

/* Read the file if it is not as it was seen last. 1: read; 0: as before; -1: it
 * cannot be read or has a wrong line, which is logged once; the table is the
 * last good one. */
int dns_file_look(struct dns_file *f);

#endif
