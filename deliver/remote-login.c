/* remote-login - who we are to a relay. source: RFC 4954 (AUTH), 4616 (PLAIN) */
#include "remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "sys/io.h"
#include "text/base64.h"
#include "text/table.h"

#define FILE_OCTETS	65536

/* The next word of a line, without the blanks before it; its octets. */
static size_t
word(const char **at, const char *end)
{
	size_t n = 0;

	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	while (*at + n < end && (*at)[n] != ' ' && (*at)[n] != '\t')
		n++;
	return n;
}

static int
copy(char out[SECRET_OCTETS], const char *s, size_t n)
{
	if (n == 0 || n >= SECRET_OCTETS || memchr(s, '\0', n) != NULL)
		return -1;
	memcpy(out, s, n);
	out[n] = '\0';
	return 0;
}

/* "NAME user secret": the secret is the rest of the line. 1 if this line is it, 0 if
 * not, -1 if it is wrong. */
static int
take_line(struct remote *r, const char *at, size_t n)
{
	const char *end = at + n;
	size_t len = word(&at, end);

	if (!ascii_is(at, len, r->nexthop.login))
		return 0;
	at += len;
	len = word(&at, end);
	if (copy(r->user, at, len) == -1)
		return -1;
	at += len;
	(void)word(&at, end);
	return copy(r->secret, at, (size_t)(end - at)) == -1 ? -1 : 1;
}

static int
find_line(struct remote *r, const char *text, size_t n, const char **why)
{
	struct table_text t = { .p = text, .end = text + n };
	const char *line;
	size_t len;

	while (table_line(&t, &line, &len) == 1)
		switch (take_line(r, line, len)) {
		case 1:
			return 0;
		case -1:
			*why = "its line in the secrets is wrong";
			return -1;
		}
	*why = "no such login in the secrets";
	return -1;
}

int
read_secret(struct remote *r, const char *path, const char **why)
{
	static char text[FILE_OCTETS];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;
	int done = -1;

	*why = "the secrets cannot be read";
	if (fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
			*why = "the secrets can be read by others";
		else
			n = io_pread_full(fd, text, sizeof(text), 0);
	}
	if (fd != -1)
		close(fd);
	if (n == sizeof(text))
		*why = "the file of secrets is too big";
	else if (n != -1)
		done = find_line(r, text, (size_t)n, why);
	explicit_bzero(text, sizeof(text));
	return done;
}

/* We have no login with this relay. Another of its hosts would say the same, and
 * count it as one more attempt. */
static int
refused(struct remote *r, const char *dsn, const char *words)
{
	struct answer a = { .number = 0 };

	answer_words(r, &a, V_LATER, dsn, "%s", words);
	note_failure(r, &a);
	end_route(r);
	hang_up(r);
	return -1;
}

/* Say a line that holds a secret, and take the reply. */
static int
say_secret(struct remote *r, const char *verb, const char *octets, size_t n,
    struct reply *reply)
{
	char letters[BASE64_ROOM(2 * SECRET_OCTETS)];
	int done;

	base64_encode(letters, octets, n);
	done = put_command(r, "%s%s", verb, letters);
	if (done == 0)
		done = take_reply(r, reply, WAIT_REPLY);
	explicit_bzero(letters, sizeof(letters));
	explicit_bzero(r->wire.out_buf, sizeof(letters));
	return done;
}

static int
say_plain(struct remote *r, struct reply *reply)
{
	char octets[2 * SECRET_OCTETS];
	size_t user_n = strlen(r->user), secret_n = strlen(r->secret);
	int done;

	octets[0] = '\0';
	memcpy(octets + 1, r->user, user_n + 1);
	memcpy(octets + 2 + user_n, r->secret, secret_n);
	done = say_secret(r, "AUTH PLAIN ", octets, 2 + user_n + secret_n,
	    reply);
	if (done == 0 && reply->code == 334)	/* it asks once more */
		done = say_secret(r, "", octets, 2 + user_n + secret_n, reply);
	explicit_bzero(octets, sizeof(octets));
	return done;
}

static int
say_login(struct remote *r, struct reply *reply)
{
	if (put_command(r, "AUTH LOGIN") == -1 ||
	    take_reply(r, reply, WAIT_REPLY) == -1)
		return -1;
	if (reply->code != 334)
		return 0;
	if (say_secret(r, "", r->user, strlen(r->user), reply) == -1)
		return -1;
	if (reply->code != 334)
		return 0;
	return say_secret(r, "", r->secret, strlen(r->secret), reply);
}

int
log_in(struct remote *r)
{
	const struct ehlo *can = &r->far.can;
	char words[WHY_OCTETS];
	struct reply reply;

	if (!r->far.tls.yes)
		return refused(r, "4.7.11", "has no TLS: no login without it");
	if (!can->auth_plain && !can->auth_login)
		return refused(r, "4.7.0", "offers no login that we speak");
	if ((can->auth_plain ? say_plain : say_login)(r, &reply) == -1)
		return host_failed(r, "AUTH", NULL);
	if (reply.code == 235)
		return 0;
	if (reply.code < 500)
		return host_failed(r, "AUTH", &reply);
	snprintf(words, sizeof(words), "said after AUTH: %s", reply.text);
	return refused(r, "4.7.8", words);
}
