/* certificate - certificate and key of this host, and of names in TLS_DIR. */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/exits.h"
#include "sys/log.h"

#define HOST_OCTETS	253	/* RFC 1035 3.1, written with dots */
#define SUFFIX		".pem"

/* NULL if the open file may hold a key, else why not. */
static const char *
wrong_with_key(const struct session *s, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is no file";
	if (st.st_uid != s->tls_uid)
		return "must belong to the user that tls-server runs as";
	if (st.st_mode & 077)
		return "group or others have rights to it: make its mode 0400";
	return NULL;
}

/* O_NONBLOCK: a FIFO is refused, not waited for. */
static void
open_file(struct file *f)
{
	f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f->fd == -1)
		die(errno == ENOENT || errno == EACCES ? EXIT_PERM : EXIT_TEMP,
		    "%s:", f->path);
}

void
open_certificates(struct session *s)
{
	const struct file *with_key = &s->cert;
	const char *why;

	open_file(&s->cert);
	s->key.fd = -1;
	if (strcmp(s->cert.path, s->key.path) != 0) {
		open_file(&s->key);
		with_key = &s->key;
	}
	why = wrong_with_key(s, with_key->fd);
	if (why != NULL)
		die(EXIT_PERM, "key %s: %s", with_key->path, why);
	s->dir = -1;
	if (*s->dir_path == '\0')
		return;
	s->dir = open(s->dir_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->dir == -1)
		die(EXIT_PERM, "TLS_DIR %s:", s->dir_path);
}

/* NULL if p has all that a certificate needs, else what it lacks. */
static const char *
wrong_with_pem(const struct pem *p)
{
	if (p->chain_len == 0)
		return "no certificate in it";
	if (p->key_type == 0)
		return "no RSA or EC key in it that can be used";
	return NULL;
}

static const char *
read_file(struct pem *p, int fd, unsigned want)
{
	int r = pem_read(p, fd, want);

	close(fd);
	if (r == 0)
		return NULL;
	return errno == EBADMSG ? "bad PEM" : strerror(errno);
}

void
read_certificate(struct session *s)
{
	int both = s->key.fd == -1;
	const char *path = s->cert.path, *why;

	why = read_file(&s->own, s->cert.fd, both ? PEM_CHAIN | PEM_KEY :
	    PEM_CHAIN);
	if (why == NULL && !both && s->own.chain_len > 0) {
		path = s->key.path;
		why = read_file(&s->own, s->key.fd, PEM_KEY);
	}
	if (why == NULL)
		why = wrong_with_pem(&s->own);
	if (why != NULL)
		die(EXIT_PERM, "%s: %s", path, why);
}

int
is_host(const char *name)
{
	size_t i, n = strlen(name);
	char last = '.';

	if (n == 0 || n > HOST_OCTETS)
		return 0;
	for (i = 0; i < n; i++) {
		char c = ascii_lower(name[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' &&
		    c != '_' && (c != '.' || last == '.'))
			return 0;
		last = c;
	}
	return last != '.';
}

/* Read the open HOST.pem. NULL, or why it cannot be used. */
static const char *
read_named(struct session *s, int fd)
{
	const char *why = wrong_with_key(s, fd);

	if (why != NULL) {
		close(fd);
		return why;
	}
	why = read_file(&s->named, fd, PEM_CHAIN | PEM_KEY);
	return why != NULL ? why : wrong_with_pem(&s->named);
}

const struct pem *
certificate_for(struct session *s, const char *name)
{
	char file[HOST_OCTETS + sizeof(SUFFIX)];
	const char *why;
	int fd;

	if (s->dir == -1 || !is_host(name))
		return &s->own;
	snprintf(file, sizeof(file), "%s" SUFFIX, name);
	ascii_lower_all(file, strlen(file));
	fd = openat(s->dir, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 && errno == ENOENT)
		return &s->own;
	why = fd == -1 ? strerror(errno) : read_named(s, fd);
	if (why == NULL)
		return &s->named;
	say("%s/%s: %s", s->dir_path, file, why);
	return &s->own;
}
