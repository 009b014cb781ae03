/* fuzz-mime - a message's parts: each stands inside the one above it, behind the
 * one before, and measures what a count of its octets gives. */
#include "fuzz.h"

#include "text/mime.h"

static void
check_run(const char *in, size_t n, const struct mime_run *r)
{
	uint64_t lines = 0, wire = r->n, i;

	MUST(r->at <= n && r->n <= n - r->at);
	for (i = r->at; i < r->at + r->n; i++)
		if (in[i] == '\n') {
			lines++;
			wire += i == 0 || in[i - 1] != '\r';
		}
	MUST(r->lines == lines && r->wire == wire);
}

static void
check_part(const char *in, size_t n, const struct mime *m, uint32_t i)
{
	const struct mime_part *p = m->part + i, *up = m->part + p->parent;

	check_run(in, n, &p->header);
	check_run(in, n, &p->body);
	MUST(p->body.at == p->header.at + p->header.n);
	MUST(p->after > i && p->after <= m->n);
	MUST(p->type + p->type_n <= p->body.at);
	MUST(p->after == i + 1 || p->kind == MIME_MULTIPART ||
	    p->kind == MIME_MESSAGE);
	if (i == 0)
		return;
	MUST(p->parent < i && p->after <= up->after);
	MUST(p->header.at >= up->body.at);
	MUST(p->body.at + p->body.n <= up->body.at + up->body.n);
	if (up->kind == MIME_MESSAGE)
		MUST(i == p->parent + 1 && p->after == up->after);
	else if (i > p->parent + 1)
		MUST(p->header.at > (p - 1)->body.at + (p - 1)->body.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	struct mime m = { .n = 0 };
	uint32_t i, number[2] = { 1, 1 };

	MUST(mime_parse(&m, in, n) == 0);
	MUST(m.n > 0 && m.n <= MIME_PARTS && m.part[0].after == m.n);
	MUST(m.part[0].header.at == 0 &&
	    m.part[0].header.n + m.part[0].body.n == n);
	for (i = 0; i < m.n; i++)
		check_part(in, n, &m, i);
	MUST(mime_find(&m, number, 2) < (int64_t)m.n);
	mime_free(&m);
	return 0;
}
