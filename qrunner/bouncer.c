/* bouncer - have reports made by bounce programs: a few at a time, each with a
 * deadline, and nothing waits for them but their message. */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"

void
bouncer_add(struct attempt *a, enum report_kind kind)
{
	struct bouncer *k = &a->runner->bouncer;

	a->reporting = kind;
	a->next_bounce = NULL;
	*k->last = a;
	k->last = &a->next_bounce;
	k->waiting++;
}

static struct attempt *
take_first(struct bouncer *k)
{
	struct attempt *a = k->first;

	k->first = a->next_bounce;
	if (k->first == NULL)
		k->last = &k->first;
	k->waiting--;
	return a;
}

static int
spawn(const struct bouncer *k, const struct attempt *a, int out, pid_t *pid)
{
	char kind[16], *argv[] = { k->program, kind, a->message->id, NULL };
	posix_spawn_file_actions_t actions;
	int e = posix_spawn_file_actions_init(&actions);

	if (e != 0)
		return errno = e, -1;
	snprintf(kind, sizeof(kind), "%s", report_kind_name(a->reporting));
	e = posix_spawn_file_actions_adddup2(&actions, a->reader, 0);
	if (e == 0)
		e = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (e == 0)
		e = posix_spawn(pid, k->program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return e == 0 ? 0 : (errno = e, -1);
}

/* 0, or -1 with errno. */
static int
start(struct bouncer *k, struct bounce *b, struct attempt *a)
{
	int out[2], e;

	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) == -1)
		return -1;
	if (spawn(k, a, out[1], &b->pid) == -1) {
		e = errno;
		close(out[0]);
		close(out[1]);
		return errno = e, -1;
	}
	close(out[1]);
	b->attempt = a;
	b->out = out[0];
	b->since_ms = clock_mono_ms();
	k->running++;
	return 0;
}

/* The report's id, as far as it was said. */
static void
read_id(int fd, char id[QUEUE_ID])
{
	ssize_t n = read(fd, id, QUEUE_ID - 1);

	id[n > 0 ? n : 0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	if (!queue_id_is(id))
		strcpy(id, "unknown");
}

static void
bounce_over(struct bouncer *k, struct bounce *b, int status)
{
	struct attempt *a = b->attempt;
	char id[QUEUE_ID];

	read_id(b->out, id);
	close(b->out);
	b->attempt = NULL;
	k->running--;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		attempt_reported(a, id);
		return;
	}
	say("id=%s kind=%s no report is made: bounce %s %d", a->message->id,
	    report_kind_name(a->reporting), WIFEXITED(status) ? "exits" :
	    "was killed by signal", WIFEXITED(status) ? WEXITSTATUS(status) :
	    WTERMSIG(status));
	attempt_reported(a, NULL);
}

static void
look_after(struct bouncer *k, struct bounce *b, int64_t now_ms)
{
	int status;
	pid_t r = waitpid(b->pid, &status, WNOHANG);

	if (r == b->pid)
		bounce_over(k, b, status);
	else if (now_ms - b->since_ms >= BOUNCE_MS) {
		say("id=%s bounce pid=%d takes too long and is killed",
		    b->attempt->message->id, (int)b->pid);
		kill(b->pid, SIGKILL);
		b->since_ms = now_ms;
	}
}

void
bouncer_tick(struct runner *r, int64_t now_ms)
{
	struct bouncer *k = &r->bouncer;
	struct bounce *b;

	for (b = k->bounce; b < k->bounce + BOUNCES_MAX; b++) {
		if (b->attempt != NULL)
			look_after(k, b, now_ms);
		while (b->attempt == NULL && k->first != NULL && !r->stop) {
			struct attempt *a = take_first(k);

			if (start(k, b, a) == 0)
				break;
			say("id=%s %s cannot be started:", a->message->id,
			    k->program);
			attempt_reported(a, NULL);
		}
	}
}

int64_t
bouncer_due(const struct runner *r)
{
	const struct bouncer *k = &r->bouncer;
	int64_t due = -1;
	size_t i;

	if (k->first != NULL && k->running < BOUNCES_MAX)
		return 0;
	for (i = 0; i < BOUNCES_MAX; i++) {
		int64_t d = k->bounce[i].since_ms + BOUNCE_MS;

		if (k->bounce[i].attempt != NULL && (due == -1 || d < due))
			due = d;
	}
	return due;
}
