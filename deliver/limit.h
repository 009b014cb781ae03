/*
 * limit - hold a mailbox to its quota, and tell its user when it is nearly full.
 */
#ifndef DELIVER_LIMIT_H
#define DELIVER_LIMIT_H

#include "mail/job.h"
#include "mail/maildir.h"
#include "mail/maildirsize.h"

struct limit {
	const char	*mailbox, *host;
	const char	*warning;	/* file of the warning's text */
	int		 never;		/* over quota is for good, not for later */
	int		 dir;		/* of the mailbox, while a batch lasts; or -1 */
	int		 has;		/* there is a quota: */
	struct maildirsize size;
};

/* Take the settings OVER_QUOTA and QUOTA_WARNING. */
void limit_init(struct limit *l, const char *mailbox, const char *host);

/*
 * limit_put - maildir_put, where the mailbox has room.
 *
 * m        the mailbox, or one of its folders
 * p        gets V_LATER 4.2.2 or V_NEVER 5.2.2 where it has not, V_NEVER 5.2.3
 *          where the message alone is more than the quota
 */
void limit_put(struct limit *l, struct maildir *m, const struct job *j,
    int queue, struct put *p);

/* The batch is over, and m synced: put a warning in it if need be, once a day. */
void limit_end(struct limit *l, struct maildir *m);

#endif
