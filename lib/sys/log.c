/* log - see log.h */
#include "sys/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *progname = "correo";

static void __attribute__((format(printf, 2, 0)))
log_write(int e, const char *fmt, va_list ap)
{
	char line[LOG_OCTETS];
	size_t n, room = sizeof(line) - 1, i;
	size_t end = strlen(fmt);

	n = (size_t)snprintf(line, room, "%s: ", progname);
	if (n > room)
		n = room;
	vsnprintf(line + n, room - n, fmt, ap);
	n += strlen(line + n);
	if (end > 0 && fmt[end - 1] == ':') {
		snprintf(line + n, room - n, " %s", strerror(e));
		n += strlen(line + n);
	}
	for (i = 0; i < n; i++)
		if ((unsigned char)line[i] < 32 || (unsigned char)line[i] > 126)
			line[i] = '?';
	line[n++] = '\n';
	(void)!write(2, line, n);
}

void
say(const char *fmt, ...)
{
	int e = errno;
	va_list ap;

	va_start(ap, fmt);
	log_write(e, fmt, ap);
	va_end(ap);
	errno = e;
}

void
die(int code, const char *fmt, ...)
{
	int e = errno;
	va_list ap;

	va_start(ap, fmt);
	log_write(e, fmt, ap);
	va_end(ap);
	_exit(code);
}
