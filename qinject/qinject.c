/* qinject - the only writer of new queue files: one message as qmail-queue takes
 * it, or with -s a service for streams of them, with -l the same for the machine's
 * users. See qinject.8. */
#include "qinject.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/env.h"
#include "sys/log.h"

#define WORKERS_MAX	200
#define LOCAL_WORKERS	40
#define EXIT_QUEUE	62	/* qmail-queue: the queue's folder is amiss */
#define EXIT_READ	54	/* qmail-queue: message or envelope not readable */

static int
serve(struct message *m)
{
	message_init(m, EXIT_TEMP);
	return serve_pool(m, env_str("QINJECT_SOCKET", NULL),
	    (unsigned)env_u64("QINJECT_WORKERS", WORKERS_MAX, 1, 1000));
}

static int
serve_users(struct message *m)
{
	static struct local local;

	local_init(&local);
	m->local = &local;
	message_init(m, EXIT_TEMP);
	return serve_pool(m, env_str("LOCAL_SOCKET", NULL),
	    (unsigned)env_u64("LOCAL_WORKERS", LOCAL_WORKERS, 1, 1000));
}

int
main(int argc, char **argv)
{
	static struct message m = { .writer = QUEUE_WRITER };

	progname = "qinject";
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	if (argc == 1) {
		/* Else what is opened next would be taken for the message. */
		if (fcntl(0, F_GETFD) == -1 || fcntl(1, F_GETFD) == -1)
			die(EXIT_READ, "descriptor 0 or 1 is closed");
		message_init(&m, EXIT_QUEUE);
		return one_message(&m);
	}
	if (argc == 2 && strcmp(argv[1], "-s") == 0)
		return serve(&m);
	if (argc == 2 && strcmp(argv[1], "-l") == 0)
		return serve_users(&m);
	die(EXIT_PERM, "usage: qinject [-s | -l]");
}
