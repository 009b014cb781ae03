/* check - see check.h */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mail/resolve.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/settings.h"
#include "text/record.h"
#include "text/target.h"

struct checker {
	const struct compiler *compiler;
	const struct origin *origin;
	struct tables	 tables;
	const char	*domain;
	struct buf	 answer;
	unsigned	 wrong;
};

/* The tables that were made together with this one, where they are. */
static void
use_set(struct tables *t)
{
	char path[sizeof(t->path[0])];
	int i, n;

	for (i = 0; i < TABLES; i++) {
		n = snprintf(path, sizeof(path), "%s.new", t->path[i]);
		if (n > 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0)
			memcpy(t->path[i], path, (size_t)n + 1);
	}
}

static int
open_tables(struct checker *k, const char *tmp)
{
	static const char *const names[] = { "DOMAIN", "LEAST_UID",
	    "SYSTEM_USERS", "EXTENSION" };
	static char path[1024 + 64];
	const struct compiler *c = k->compiler;
	struct settings settings;
	uid_t least = (uid_t)-1;

	if (settings_take(&settings, names, sizeof(names) / sizeof(*names))
	    == -1)
		return -1;
	k->domain = env_str("DOMAIN", "");
	if (*k->domain == '\0')
		return -1;
	if (env_u64("SYSTEM_USERS", 1, 0, 1) == 1)
		least = (uid_t)env_u64("LEAST_UID", 1000, 1, UINT32_MAX - 1);
	if (tables_init(&k->tables, c->folder, least) == -1)
		return -1;
	(void)tables_extension(&k->tables, env_str("EXTENSION", "+"));
	if (c->set)
		use_set(&k->tables);
	snprintf(path, sizeof(path), "%s/%s", c->folder, tmp);
	if (strcmp(c->table, "aliases") == 0)
		k->tables.aliases.path = path;
	else
		k->tables.virtusers.path = path;
	return 0;
}

/* 1 if one of the entry's own targets is that address: else it is another entry's,
 * which says so itself. */
static int
is_target(const struct checker *k, const char *address, size_t n)
{
	const struct origin *o = k->origin;
	const char *p = o->octets + o->key_n, *end = p + o->n, *lf;
	size_t local = address_local(address, n);

	for (; p < end; p = lf + 1) {
		size_t len, back;

		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		back = p < lf && *p == '\\';
		len = (size_t)(lf - p) - back;
		if ((len == n || len == local) &&
		    memcmp(p + back, address, len) == 0)
			return 1;
	}
	return 0;
}

static void
complain(struct checker *k, const char *what, size_t n, const char *why)
{
	say("%s/%s:%u: %.*s: %s", k->compiler->folder, k->origin->file,
	    k->origin->line, (int)n, what, why);
	k->wrong++;
}

/* Whether a name among those that came again is that address or its local part. */
static int
is_circle(struct checker *k, const char *address, size_t n)
{
	const char *p = k->answer.s, *end = p + k->answer.len;
	size_t local = address_local(address, n);
	struct field f;

	while (record_next(&p, end, &f) == 1)
		if (field_is(&f, "again") && (f.n == n || f.n == local) &&
		    memcmp(f.value, address, f.n) == 0)
			return 1;
	return 0;
}

/* Nobody has an address that the entry led to. What another entry led to is that
 * one's, but in a circle each leads to itself. */
static void
check_nobody(struct checker *k, const struct field *to)
{
	const struct origin *o = k->origin;
	int circle = is_circle(k, to->value, to->n);
	int own = (o->key_n == to->n || o->key_n == address_local(to->value,
	    to->n)) && memcmp(o->octets, to->value, o->key_n) == 0;

	if (circle && (own || is_target(k, to->value, to->n)))
		complain(k, to->value, to->n, "it leads back to itself, and "
		    "there is no such user");
	else if (is_target(k, to->value, to->n))
		complain(k, to->value, to->n, NO_SUCH_USER);
}

static void
read_answer(struct checker *k)
{
	const char *p = k->answer.s, *end = p + k->answer.len;
	struct field f, to = { .n = 0 };

	while (record_next(&p, end, &f) == 1) {
		if (field_is(&f, "to"))
			to = f;
		if (field_is(&f, "why") && f.n == strlen(NO_SUCH_USER) &&
		    memcmp(f.value, NO_SUCH_USER, f.n) == 0)
			check_nobody(k, &to);
	}
}

/* What mail is asked about for an entry: its key, with something for what may stand
 * there. */
static int
set_probe(struct buf *b, const struct origin *o)
{
	size_t local = address_local(o->octets, o->key_n);

	if (local == 0)
		return buf_adds(b, "no-such-user") == -1 ||
		    buf_add(b, o->octets, o->key_n) == -1 ? -1 : 0;
	if (local >= 2 && o->octets[local - 2] == '+' &&
	    (o->octets[local - 1] == '*' || o->octets[local - 1] == '+'))
		return (local == 2 && buf_adds(b, "no-such-user") == -1) ||
		    buf_add(b, o->octets, local - 1) == -1 ||
		    buf_adds(b, "x") == -1 ||
		    buf_add(b, o->octets + local, o->key_n - local) == -1 ?
		    -1 : 0;
	return buf_add(b, o->octets, o->key_n);
}

static void
check_owners(struct checker *k)
{
	const struct origin *o = k->origin;
	const char *p = o->octets + o->key_n, *end = p + o->n, *lf;
	size_t skip = sizeof("@owner:") - 1;
	struct mailbox m;

	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		if (target_kind(p, (size_t)(lf - p)) == TARGET_OWNER &&
		    tables_owner(p + skip, (size_t)(lf - p) - skip, &m) == 0)
			complain(k, p, (size_t)(lf - p),
			    "no such user or group, or root");
	}
}

/* %1 and the like: who they are is known when mail comes. */
static void
check_origin(struct checker *k)
{
	const struct origin *o = k->origin;
	struct buf probe = BUF_MAX(2 * ADDRESS_OCTETS);

	check_owners(k);
	k->answer.len = 0;
	if (memchr(o->octets + o->key_n, '%', o->n) == NULL &&
	    o->n > 0 && set_probe(&probe, o) == 0) {
		resolve_explain(&k->tables, k->domain, probe.s, probe.len,
		    &k->answer);
		read_answer(k);
	}
	buf_free(&probe);
}

unsigned
check_table(const struct compiler *c, const char *tmp)
{
	static struct checker k = { .answer = BUF_MAX(ANSWER_MAX) };

	k.compiler = c;
	if (open_tables(&k, tmp) == -1)
		return 0;
	for (k.origin = c->first; k.origin != NULL; k.origin = k.origin->next)
		check_origin(&k);
	buf_free(&k.answer);
	return k.wrong;
}
