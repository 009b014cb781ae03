/* settings - where sendmail(1) is, and for whom. */
#include "sendmail.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/env.h"
#include "sys/log.h"

#define INSTALLED	"/etc/correo/env"	/* where nothing else is found */

/* The folder that our program stands in: the others stand beside it. */
static void
find_self(struct sendmail *s)
{
	ssize_t n = readlink("/proc/self/exe", s->self, sizeof(s->self) - 1);
	char *slash;

	s->self[n > 0 ? n : 0] = '\0';
	slash = strrchr(s->self, '/');
	if (slash != NULL)
		*slash = '\0';
}

/* A setting's file; without one the setting is unset, whatever the caller's
 * environment says: shells export such names. */
static int
read_setting(int dir, const char *name)
{
	char value[4096];
	ssize_t n = -1;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	if (fd != -1) {
		n = read(fd, value, sizeof(value) - 1);
		close(fd);
	}
	if (n <= 0)
		return unsetenv(name);
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return setenv(name, value, 1);
}

/* Settings from CORREO_ENV, from the instance that our program belongs to, or from
 * the installed one. */
void
read_settings(struct sendmail *s)
{
	static const char *const names[] = {
		"NAME", "DOMAIN", "ETC", "QUEUE", "LOCAL_SOCKET",
		"LOCAL_WHOIS_SOCKET", "WHOIS_SOCKET", "QINJECT_SOCKET",
		"AUTH_SOCKET", "TLS_SERVICE", "SMTP_SIZE_MAX", "SMTP_RCPT_MAX",
		"SMTP_TIMEOUT_S", "SMTP_DATA_S", "SMTP_SESSION_S",
		"NET_UID", "NET_GID",
	};
	const char *env = getenv("CORREO_ENV");
	char beside[sizeof(s->self) + 16];
	size_t i;
	int dir;

	find_self(s);
	snprintf(beside, sizeof(beside), "%s/../etc/env", s->self);
	if (env == NULL)
		env = access(beside, X_OK) == 0 ? beside : INSTALLED;
	dir = open(env, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		die(SM_CONFIG, "settings %s:", env);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (read_setting(dir, names[i]) == -1)
			die(SM_OSERR, "settings:");
	close(dir);
	s->host = getenv("NAME");
	s->domain = env_str("DOMAIN", s->host != NULL ? s->host : "");
	if (s->host == NULL || getenv("LOCAL_SOCKET") == NULL)
		die(SM_CONFIG, "NAME or LOCAL_SOCKET is missing in %s", env);
}

/* The full name from a passwd line: up to a comma, '&' is the user's name.
 * source: passwd(5) of 4.4BSD */
static void
take_gecos(struct sendmail *s, const char *gecos)
{
	struct buf b = BUF_MAX(sizeof(s->full_name) - 1);

	for (; *gecos != '\0' && *gecos != ','; gecos++) {
		size_t was = b.len;

		if (*gecos != '&') {
			if (buf_add(&b, gecos, 1) == -1)
				break;
			continue;
		}
		if (buf_adds(&b, s->user) == -1)
			break;
		if (b.s[was] >= 'a' && b.s[was] <= 'z')
			b.s[was] -= 'a' - 'A';
	}
	memcpy(s->full_name, b.s != NULL ? b.s : "", b.len);
	s->full_name[b.len] = '\0';
	buf_free(&b);
}

void
find_user(struct sendmail *s)
{
	const struct passwd *pw = getpwuid(getuid());

	if (pw != NULL && strlen(pw->pw_name) < sizeof(s->user)) {
		strcpy(s->user, pw->pw_name);
		take_gecos(s, pw->pw_gecos != NULL ? pw->pw_gecos : "");
	} else
		snprintf(s->user, sizeof(s->user), "uid%u", (unsigned)getuid());
	if (s->o.full_name != NULL)
		snprintf(s->full_name, sizeof(s->full_name), "%s",
		    s->o.full_name);
}
