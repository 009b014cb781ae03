/* queue-sites - how the other hosts do, and how the queue does in all. */
#include "correo.h"

#include <stdio.h>
#include <string.h>

#include "base/exits.h"
#include "show.h"
#include "sys/log.h"
#include "text/record.h"

static void
print_site(const struct correo *c, const struct control_site *s)
{
	char a[SHOW_OCTETS], b[SHOW_OCTETS], d[SHOW_OCTETS];

	print_text(s->nexthop);
	if (s->failures == 0) {
		printf("\n    takes mail; %llu of %llu connections\n",
		    (unsigned long long)s->lanes,
		    (unsigned long long)s->limit);
		return;
	}
	printf("\n    dead since %s (%s), %llu %s; %llu %s for it; next try %s%s"
	    "\n    %s ", show_time(a, s->dead_us),
	    show_span(b, span_s(s->dead_us, c->now_us)),
	    (unsigned long long)s->failures, s->failures == 1 ? "try" : "tries",
	    (unsigned long long)s->messages, s->messages == 1 ?
	    "message waits" : "messages wait",
	    s->probe_us > c->now_us ? "in " : "now", s->probe_us > c->now_us ?
	    show_span(d, span_s(c->now_us, s->probe_us)) : "", s->dsn);
	print_text(s->why);
	putchar('\n');
}

static void
json_site(const struct control_site *s)
{
	struct buf b = BUF_MAX(65536);

	(void)buf_adds(&b, "{\"site\":");
	(void)json_string(&b, s->nexthop, strlen(s->nexthop));
	(void)buf_addf(&b, ",\"alive\":%s,\"connections\":%llu,\"limit\":%llu,"
	    "\"messages\":%llu", s->failures == 0 ? "true" : "false",
	    (unsigned long long)s->lanes, (unsigned long long)s->limit,
	    (unsigned long long)s->messages);
	if (s->failures > 0) {
		(void)buf_addf(&b, ",\"failures\":%llu,\"since\":",
		    (unsigned long long)s->failures);
		(void)json_time(&b, s->dead_us);
		(void)buf_adds(&b, ",\"next\":");
		(void)json_time(&b, s->probe_us);
		(void)buf_adds(&b, ",\"dsn\":");
		(void)json_string(&b, s->dsn, strlen(s->dsn));
		(void)buf_adds(&b, ",\"why\":");
		(void)json_string(&b, s->why, strlen(s->why));
	}
	fwrite(b.s, 1, b.len, stdout);
	putchar('}');
	buf_free(&b);
}

int
queue_sites(struct correo *c)
{
	struct control *k = &c->control;
	struct control_site s = { .nexthop = "" };
	unsigned n = 0;
	const char *p;
	int r;

	need_runner(c);
	if (c->json)
		putchar('[');
	do {
		ask_runner(c, CONTROL_SITES, s.nexthop);
		p = k->answer;
		while ((r = control_site_next(&p, k->answer + k->n, &s)) == 1) {
			if (c->json)
				fputs(n > 0 ? ",\n" : "\n", stdout);
			if (c->json)
				json_site(&s);
			else
				print_site(c, &s);
			n++;
		}
		if (r == -1)
			die(EXIT_TEMP, "qrunner's answer cannot be read");
	} while (k->end == CONTROL_MORE);
	if (c->json)
		puts("\n]");
	else if (n == 0)
		puts("No other host was spoken to in the last minutes.");
	return EXIT_DONE;
}

int
queue_status(struct correo *c)
{
	struct control *k = &c->control;
	const char *p, *end;
	char out[SHOW_OCTETS];
	struct field f;
	uint64_t v;
	int first = 1;

	need_runner(c);
	ask_runner(c, CONTROL_STATUS, "");
	p = k->answer;
	end = p + k->n;
	if (c->json)
		putchar('{');
	while (record_next(&p, end, &f) == 1 && !field_is(&f, "end")) {
		int is_time = field_is(&f, "next");

		if (field_u64(&f, &v) == -1)
			die(EXIT_TEMP, "qrunner's answer cannot be read");
		if (c->json)
			printf("%s\"%.*s\":%llu", first ? "" : ",",
			    (int)f.key_n, f.key, (unsigned long long)(is_time ?
			    v / 1000000 : v));
		else if (is_time)
			printf("%-10s %s\n", "next", show_time(out, v));
		else
			printf("%-10.*s %llu\n", (int)f.key_n, f.key,
			    (unsigned long long)v);
		first = 0;
	}
	if (c->json)
		puts("}");
	return EXIT_DONE;
}
