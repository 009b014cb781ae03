/* settings - where sendmail(1) is, and for whom. */
#include "sendmail.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/env.h"
#include "sys/log.h"

void
read_settings(struct sendmail *s)
{
	static const char *const names[] = {
		"NAME", "DOMAIN", "ETC", "QUEUE", "CONTROL_SOCKET", "LOCAL_SOCKET",
		"LOCAL_WHOIS_SOCKET", "WHOIS_SOCKET", "QINJECT_SOCKET",
		"AUTH_SOCKET", "TLS_SERVICE", "SMTP_SIZE_MAX", "SMTP_RCPT_MAX",
		"SMTP_TIMEOUT_S", "SMTP_DATA_S", "SMTP_SESSION_S",
		"NET_UID", "NET_GID",
	};
	const size_t n = sizeof(names) / sizeof(*names);

	if (settings_take(&s->settings, names, n) == -1)
		die(SM_CONFIG, "settings %s:", s->settings.folder);
	s->host = getenv("NAME");
	s->domain = env_str("DOMAIN", s->host != NULL ? s->host : "");
	if (s->host == NULL || getenv("LOCAL_SOCKET") == NULL)
		die(SM_CONFIG, "NAME or LOCAL_SOCKET is missing in %s",
		    s->settings.folder);
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
