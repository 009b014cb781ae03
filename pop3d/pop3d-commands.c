/* pop3d-commands - what each command answers. */
#include "pop3d.h"

#include <inttypes.h>

#include "text/uidl.h"

/* The message of that number, from 0, in *i. 1; or 0, and the client knows why
 * not. */
static int
find_message(struct session *s, uint64_t number, size_t *i)
{
	if (number == 0 || number > s->drop.n) {
		reply(s, "-ERR there is no such message");
		return 0;
	}
	*i = (size_t)number - 1;
	if (s->marks[*i] & MARK_DELETED) {
		reply(s, "-ERR message %" PRIu64 " is deleted", number);
		return 0;
	}
	return 1;
}

static void
do_stat(struct session *s, const struct pop3_line *l)
{
	uint64_t octets = 0, one;
	size_t i, n = 0;

	(void)l;
	for (i = 0; i < s->drop.n; i++) {
		if (s->marks[i] & MARK_DELETED)
			continue;
		(void)maildrop_octets(&s->drop, i, &one);
		octets += one;
		n++;
	}
	reply(s, "+OK %zu %" PRIu64, n, octets);
	maildrop_learn(&s->drop);
}

static void
do_list(struct session *s, const struct pop3_line *l)
{
	uint64_t octets;
	size_t i;

	if (l->args == 0) {
		list_all(s);
		maildrop_learn(&s->drop);
		return;
	}
	if (!find_message(s, l->arg[0], &i))
		return;
	(void)maildrop_octets(&s->drop, i, &octets);
	reply(s, "+OK %zu %" PRIu64, i + 1, octets);
}

static void
do_uidl(struct session *s, const struct pop3_line *l)
{
	char id[UIDL_OCTETS];
	const char *name;
	size_t i, n;

	if (l->args == 0) {
		uidl_all(s);
		return;
	}
	if (!find_message(s, l->arg[0], &i))
		return;
	name = maildrop_name(&s->drop, i, &n);
	n = uidl_make(name, n, id);
	reply(s, "+OK %zu %.*s", i + 1, (int)n, id);
}

static void
do_retr(struct session *s, const struct pop3_line *l)
{
	size_t i;

	if (find_message(s, l->arg[0], &i))
		send_message(s, i);
}

static void
do_top(struct session *s, const struct pop3_line *l)
{
	size_t i;

	if (find_message(s, l->arg[0], &i))
		send_top(s, i, l->arg[1]);
}

static void
do_dele(struct session *s, const struct pop3_line *l)
{
	size_t i;

	if (!find_message(s, l->arg[0], &i))
		return;
	s->marks[i] |= MARK_DELETED;
	reply(s, "+OK message %zu will be deleted", i + 1);
}

static void
do_rset(struct session *s, const struct pop3_line *l)
{
	size_t i;

	(void)l;
	for (i = 0; i < s->drop.n; i++)
		s->marks[i] &= (unsigned char)~MARK_DELETED;
	reply(s, "+OK nothing will be deleted");
}

static void
do_noop(struct session *s, const struct pop3_line *l)
{
	(void)l;
	reply(s, "+OK");
}

static void
do_login(struct session *s, const struct pop3_line *l)
{
	(void)l;
	reply(s, "-ERR you are logged in already");
}

static void
do_capa(struct session *s, const struct pop3_line *l)
{
	(void)l;
	reply(s, "+OK\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n"
	    "PIPELINING\r\nEXPIRE NEVER\r\nIMPLEMENTATION Correo\r\n.");
}

static void
do_quit(struct session *s, const struct pop3_line *l)
{
	(void)l;
	quit(s);
}

static void
do_unknown(struct session *s, const struct pop3_line *l)
{
	(void)l;
	reply(s, "-ERR there is no such command");
}

static void
do_wrong(struct session *s, const struct pop3_line *l)
{
	(void)l;
	reply(s, "-ERR wrong arguments");
}

static void (*const commands[])(struct session *, const struct pop3_line *) = {
	[POP3_UNKNOWN] = do_unknown,
	[POP3_WRONG] = do_wrong,
	[POP3_CAPA] = do_capa,
	[POP3_DELE] = do_dele,
	[POP3_LIST] = do_list,
	[POP3_LOGIN] = do_login,
	[POP3_NOOP] = do_noop,
	[POP3_QUIT] = do_quit,
	[POP3_RETR] = do_retr,
	[POP3_RSET] = do_rset,
	[POP3_STAT] = do_stat,
	[POP3_TOP] = do_top,
	[POP3_UIDL] = do_uidl,
};

void
answer_line(struct session *s, const char *line, size_t n)
{
	struct pop3_line l;

	commands[pop3_line(line, n, &l)](s, &l);
}
