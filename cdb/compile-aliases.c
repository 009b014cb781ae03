/* compile-aliases - ETC/aliases and ETC/aliases.d/DOMAIN to ETC/aliases.cdb. See
 * compile-aliases.8. */
#include "compile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "sys/log.h"
#include "text/alias.h"
#include "text/target.h"

#define FOLDER		"aliases.d"
#define TARGETS_MAX	(4u << 20)
#define TEXT_MAX	(64u << 20)

/* Give an address of a domain's table that domain, where it has none. */
static const char *
add_domain(struct buf *out, const char *s, size_t n, const char *domain)
{
	if (buf_add(out, s, n) == -1 || (address_local(s, n) == n &&
	    (buf_add(out, "@", 1) == -1 || buf_adds(out, domain) == -1)))
		return "the entry is too long";
	return NULL;
}

static const char *
add_domains(struct buf *out, const struct buf *targets, const char *domain)
{
	const char *p = targets->s, *end = p + targets->len, *lf, *why = NULL;

	for (; why == NULL && p < end; p = lf + 1) {
		size_t n;

		lf = memchr(p, '\n', (size_t)(end - p));
		n = (size_t)(lf - p);
		if (target_kind(p, n) == TARGET_ADDRESS)
			why = add_domain(out, p, n, domain);
		else if (buf_add(out, p, n) == -1)
			why = "the entry is too long";
		if (why == NULL && buf_add(out, "\n", 1) == -1)
			why = "the entry is too long";
	}
	return why;
}

static int
add_of_domain(struct compiler *c, const struct buf *name,
    const struct buf *targets, const char *domain)
{
	struct buf key = BUF_MAX(2 * ADDRESS_OCTETS);
	struct buf value = BUF_MAX(2 * TARGETS_MAX);
	size_t local = address_local(name->s, name->len);
	const char *why = add_domain(&key, name->s, name->len, domain);
	int r = -1;

	if (why == NULL && local < name->len && !ascii_is(name->s + local + 1,
	    name->len - local - 1, domain))
		why = "the name is of another domain than the table";
	if (why == NULL)
		why = add_domains(&value, targets, domain);
	if (why == NULL)
		r = compile_add(c, key.s, key.len, value.s, value.len);
	else
		c->text.wrong = why;
	buf_free(&key);
	buf_free(&value);
	return r;
}

/* All of c->text; domain is NULL for the table of all. */
static int
add_text(struct compiler *c, const char *domain)
{
	struct buf name = BUF_MAX(ADDRESS_OCTETS);
	struct buf targets = BUF_MAX(TARGETS_MAX);
	int r;

	while ((r = alias_next(&c->text, &name, &targets)) == 1) {
		r = domain != NULL ? add_of_domain(c, &name, &targets, domain) :
		    compile_add(c, name.s, name.len, targets.s, targets.len);
		if (r == -1)
			break;
	}
	buf_free(&name);
	buf_free(&targets);
	return r;
}

/* The file aliases.d/name. An empty entry for "@domain" says that there is one. */
static int
add_domain_table(struct compiler *c, const char *name)
{
	char path[DOMAIN_OCTETS + 16], key[DOMAIN_OCTETS + 2];
	struct buf text = BUF_MAX(TEXT_MAX);
	int r;

	snprintf(path, sizeof(path), FOLDER "/%s", name);
	snprintf(key, sizeof(key), "@%s", name);
	ascii_lower_all(key, strlen(key));
	r = compile_read(c, path, &text);
	if (r == 0)
		r = compile_add(c, key, strlen(key), "", 0);
	if (r == 0) {
		c->entries--;
		r = add_text(c, key + 1);
	}
	buf_free(&text);
	return r;
}

/* Names that are no domain are an editor's copies and the like. */
static int
is_table(const struct dirent *d)
{
	return d->d_name[0] != '.' && strlen(d->d_name) <= DOMAIN_OCTETS &&
	    domain_is_valid(d->d_name, strlen(d->d_name)) &&
	    strstr(d->d_name, ".cdb") == NULL;
}

static int
add_all(struct compiler *c)
{
	struct dirent **names;
	int i, n, r = add_text(c, NULL);

	if (r == -1)
		return -1;
	n = scandirat(c->etc, FOLDER, &names, is_table, alphasort);
	if (n == -1)
		return errno == ENOENT ? 0 : -1;
	for (i = 0; i < n; i++) {
		if (r == 0)
			r = add_domain_table(c, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return r;
}

int
main(int argc, char **argv)
{
	progname = "compile-aliases";
	return compile_main(argc, argv, "aliases", add_all, 1);
}
