/* pop3d-message - a message to the client, in pieces, however large it is. */
#include "pop3d.h"

#include <errno.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"
#include "text/stuff.h"

/* Open message i and begin the answer. A descriptor; or -1, the client knows. */
static int
begin_message(struct session *s, size_t i)
{
	int fd = maildrop_read(&s->drop, i);

	if (fd != -1)
		out_text(s, "+OK\r\n");
	else if (errno == ENOENT)
		reply(s, "-ERR message %zu is gone", i + 1);
	else {
		size_t n;

		say("user=%s client=%s cannot read %s:", s->user, s->client,
		    maildrop_name(&s->drop, i, &n));
		reply(s, "-ERR [SYS/TEMP] message %zu cannot be read", i + 1);
	}
	return fd;
}

/* The next piece; of it what TOP wants, if top is not NULL. 1 if more is to come.
 * A client that has half a message can only be told by the end of all. */
static int
send_piece(struct session *s, int fd, struct stuff *state,
    struct stuff_top *top)
{
	char piece[PIECE_OCTETS], *out;
	ssize_t n = read(fd, piece, sizeof(piece));
	size_t wanted = (size_t)n;

	if (n == -1) {
		say("user=%s client=%s reading a message:", s->user,
		    s->client);
		s->code = EXIT_TEMP;
		end_session(s, "broken");
	}
	if (n <= 0)
		return 0;
	if (top != NULL)
		wanted = stuff_top(top, piece, wanted);
	out = out_room(s, 2 * wanted);
	s->out_n += stuff_put(state, piece, wanted, out);
	return s->end == NULL && (top == NULL || !top->done);
}

static void
send_file(struct session *s, int fd, struct stuff_top *top)
{
	struct stuff state = { .state = 0 };
	char *end;

	while (send_piece(s, fd, &state, top))
		;
	close(fd);
	if (s->end != NULL)
		return;
	end = out_room(s, STUFF_END);
	s->out_n += stuff_end(&state, end);
	out_flush(s);
}

void
send_message(struct session *s, size_t i)
{
	int fd = begin_message(s, i);
	uint64_t octets;

	if (fd == -1)
		return;
	send_file(s, fd, NULL);
	if (s->end != NULL)
		return;
	(void)maildrop_octets(&s->drop, i, &octets);
	s->marks[i] |= MARK_FETCHED;
	s->got++;
	s->got_octets += octets;
}

void
send_top(struct session *s, size_t i, uint64_t lines)
{
	struct stuff_top top = { .lines = lines };
	int fd = begin_message(s, i);

	if (fd != -1)
		send_file(s, fd, &top);
}
