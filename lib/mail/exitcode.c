/* exitcode - see exitcode.h */
#include "mail/exitcode.h"

#include <stddef.h>
#include <sys/wait.h>

#include "text/tame.h"

#define SAID_OCTETS	300	/* of its words, in ours */

static const struct meaning {
	int		 code;
	enum verdict	 verdict;
	const char	*dsn, *words;
} meanings[] = {
	{ 0,	V_DONE,		"2.0.0", "delivered" },
	{ 64,	V_NEVER,	"5.3.0", "wrong usage" },
	{ 65,	V_NEVER,	"5.6.0", "the message is not as it should be" },
	{ 66,	V_NEVER,	"5.3.0", "no input" },
	{ 67,	V_NEVER,	"5.1.1", "no such user" },
	{ 68,	V_NEVER,	"5.1.2", "no such host" },
	{ 69,	V_NEVER,	"5.3.0", "a service is not there" },
	{ 70,	V_NEVER,	"5.3.0", "a bug" },
	{ 71,	V_LATER,	"4.3.0", "trouble of the system" },
	{ 72,	V_NEVER,	"5.3.0", "a file of the system is missing" },
	{ 73,	V_NEVER,	"5.2.0", "a file cannot be made" },
	{ 74,	V_LATER,	"4.3.0", "trouble with a file or a device" },
	{ 75,	V_LATER,	"4.3.0", "try again" },
	{ 76,	V_NEVER,	"5.5.0", "trouble with a protocol" },
	{ 77,	V_NEVER,	"5.7.0", "not allowed" },
	{ 78,	V_NEVER,	"5.3.5", "its configuration is wrong" },
	{ 99,	V_DONE,		"2.0.0", "delivered" },
	{ 100,	V_NEVER,	"5.3.0", "refused" },
	{ 111,	V_LATER,	"4.3.0", "try again" },
	{ 126,	V_LATER,	"4.3.5", "the command cannot be executed" },
	{ 127,	V_LATER,	"4.3.5", "the command is not there" },
};

static const struct meaning *
meaning_of(int code)
{
	static const struct meaning killed = { 128, V_LATER, "4.3.0",
	    "the program was killed" };
	static const struct meaning other = { 1, V_NEVER, "5.3.0", "failed" };
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].code == code)
			return meanings + i;
	return code > 128 ? &killed : &other;
}

void
exitcode_verdict(struct answer *a, int status, const char *said, size_t n)
{
	int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
	const struct meaning *m = meaning_of(code);

	struct buf words = BUF_MAX(4 * SAID_OCTETS);

	while (n > 0 && (said[n - 1] == '\n' || said[n - 1] == ' '))
		n--;
	if (n > SAID_OCTETS)
		n = SAID_OCTETS;
	if (m->verdict == V_DONE)
		answer_set(a, V_DONE, m->dsn, "%s", m->words);
	else if (n > 0 && tame_add(&words, said, n) == 0)
		answer_set(a, m->verdict, m->dsn, "%s: the program's exit is %d: "
		    "%.*s", m->words, code, (int)words.len, words.s);
	else
		answer_set(a, m->verdict, m->dsn, "%s: the program's exit is %d",
		    m->words, code);
	buf_free(&words);
}
