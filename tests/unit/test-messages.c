/* test-messages - qrunner/messages.c against a list that is looked through. */
#include "unit.h"

#include <unistd.h>

#include "qrunner/runner.h"

#define IDS	3000		/* more than the first table of buckets */
#define PARKED	500000

/* What should be so. */
static struct model {
	struct waiting	*w;	/* NULL: not known */
	int		 scheduled;
	int64_t		 due_ms;
} model[IDS];

static const char *
id_of(unsigned i)
{
	static char id[QUEUE_ID];

	snprintf(id, sizeof(id), "%013x-%x-%08x", i * 7, i % 5, i * 77u);
	return id;
}

static void
messages_free(struct messages *m)
{
	unsigned i;

	for (i = 0; i < IDS; i++)
		if (model[i].w != NULL)
			messages_forget(m, model[i].w);
	assert_int_equal(m->n, 0);
	assert_int_equal(m->heap_n, 0);
	free(m->bucket);
	free(m->heap);
	memset(model, 0, sizeof(model));
	memset(m, 0, sizeof(*m));
}

/* The table and the heap say what the model of so many ids says. */
static void
compare(const struct messages *m, unsigned ids)
{
	size_t known = 0, scheduled = 0, i;
	int64_t earliest = INT64_MAX;
	const struct waiting *first = messages_first(m);

	for (i = 0; i < ids; i++) {
		const struct model *o = model + i;

		CHECK(messages_find(m, id_of((unsigned)i)) == o->w, "id %zu",
		    i);
		if (o->w == NULL)
			continue;
		known++;
		CHECK((o->w->heap_at != NOT_IN_HEAP) == o->scheduled,
		    "id %zu is%s in the heap", i, o->scheduled ? " not" : "");
		if (!o->scheduled)
			continue;
		scheduled++;
		assert_in_range(o->w->heap_at, 0, m->heap_n - 1);
		assert_ptr_equal(m->heap[o->w->heap_at], o->w);
		assert_true(o->w->due_ms == o->due_ms);
		if (o->due_ms < earliest)
			earliest = o->due_ms;
	}
	for (i = 1; i < m->heap_n; i++)
		CHECK(m->heap[(i - 1) / 2]->due_ms <= m->heap[i]->due_ms,
		    "the heap at %zu", i);
	assert_int_equal(m->n, known);
	assert_int_equal(m->heap_n, scheduled);
	assert_true(scheduled == 0 ? first == NULL :
	    first != NULL && first->due_ms == earliest);
}

static void
do_add(struct messages *m, unsigned i)
{
	struct waiting *w = messages_add(m, id_of(i));

	CHECK((w != NULL) == (model[i].w == NULL), "adding id %u", i);
	if (w == NULL)
		return;
	assert_string_equal(w->id, id_of(i));
	assert_int_equal(w->attempts, 0);
	model[i].w = w;
	model[i].scheduled = 0;
}

static void
do_step(struct messages *m, unsigned i)
{
	struct model *o = model + i;

	switch (o->w == NULL ? 0 : dice(6)) {
	case 0:
		do_add(m, i);
		break;
	case 1:
		messages_forget(m, o->w);
		o->w = NULL;
		break;
	case 2:
		if (o->scheduled)
			messages_take(m, o->w);
		o->scheduled = 0;
		break;
	default:		/* few different times: many are alike */
		o->due_ms = (int64_t)dice(500) - 50;
		o->scheduled = 1;
		assert_int_equal(messages_schedule(m, o->w, o->due_ms), 0);
		break;
	}
}

static void
test_random(void **state)
{
	static const unsigned ids[] = { 1, 2, 3, 8, 100, IDS };
	struct messages m = { .n = 0 };
	size_t round;

	for (round = 0; round < LENGTH(ids); round++) {
		unsigned step;

		for (step = 0; step < 20000; step++) {
			do_step(&m, dice(ids[round]));
			if (ids[round] <= 8 ? step % 20 == 0 :
			    step % 2000 == 0)
				compare(&m, ids[round]);
		}
		compare(&m, ids[round]);
		messages_free(&m);
	}
}

/* All come out in the order of their times. */
static void
test_in_order(void **state)
{
	struct messages m = { .n = 0 };
	int64_t before = INT64_MIN;
	struct waiting *w;
	unsigned i, n = 0;

	for (i = 0; i < IDS; i++) {
		do_add(&m, i);
		assert_int_equal(messages_schedule(&m, model[i].w,
		    (int64_t)dice(1u << 31) - (1 << 30)), 0);
	}
	while ((w = messages_first(&m)) != NULL) {
		assert_true(w->due_ms >= before);
		before = w->due_ms;
		messages_take(&m, w);
		assert_true(w->heap_at == NOT_IN_HEAP);
		n++;
	}
	assert_int_equal(n, IDS);
	messages_free(&m);
}

/* How often each id was handed over. */
static unsigned seen[IDS];
static unsigned in_piece;

static int
count_one(void *arg, const struct waiting *w)
{
	const unsigned *most = arg;
	unsigned i;

	for (i = 0; i < IDS && model[i].w != w; i++)
		;
	assert_true(i < IDS);
	seen[i]++;
	return ++in_piece >= *most;
}

/* Whoever is there from the first piece to the last is seen, though the table grows
 * and others go meanwhile, those too where a piece ended; and once where nothing
 * changes. */
static void
test_walk(void **state)
{
	static const struct {
		unsigned most, first, more;
	} cases[] = {
		{ 1, 500, 0 }, { 7, IDS, 0 }, { 100, 1000, 0 }, { IDS, 20, 0 },
		{ 1, 0, 0 }, { 10, 1000, IDS - 1000 }, { 50, 1024, IDS - 1024 },
		{ 1, 900, 2000 },
	};
	size_t c;

	for (c = 0; c < LENGTH(cases); c++) {
		struct messages m = { .n = 0 };
		unsigned most = cases[c].most, i, more = 0, gone = 0;
		char from[QUEUE_ID] = "";
		const char *next;

		memset(seen, 0, sizeof(seen));
		for (i = 0; i < cases[c].first; i++)
			do_add(&m, i);
		do {
			in_piece = 0;
			next = messages_walk(&m, from[0] != '\0' ? from : NULL,
			    count_one, &most);
			CHECK(next == NULL || in_piece >= most,
			    "case %zu: %u in a piece", c, in_piece);
			if (next == NULL)
				break;
			memcpy(from, next, sizeof(from));
			if (cases[c].more == 0)
				continue;
			messages_forget(&m, messages_find(&m, from));
			for (i = 0; i < IDS; i++)
				if (strcmp(id_of(i), from) == 0)
					model[i].w = NULL;
			gone++;
			for (i = 0; i < 300 && more < cases[c].more; i++)
				do_add(&m, cases[c].first + more++);
		} while (next != NULL);
		for (i = 0; i < cases[c].first; i++)
			CHECK(cases[c].more == 0 ? seen[i] == 1 : seen[i] >= 1 ||
			    model[i].w == NULL, "case %zu: id %u is seen %u "
			    "times", c, i, seen[i]);
		CHECK(cases[c].more == 0 || gone > 0, "case %zu", c);
		messages_free(&m);
	}
}

static void
test_held(void **state)
{
	struct messages m = { .n = 0 };
	struct waiting *w;

	do_add(&m, 1);
	do_add(&m, 2);
	w = model[1].w;
	assert_int_equal(w->place, W_NEW);
	assert_int_equal(messages_schedule(&m, w, 5), 0);
	assert_int_equal(messages_schedule(&m, model[2].w, 9), 0);
	assert_int_equal(w->place, W_DUE);
	messages_hold(&m, w, 1);
	messages_hold(&m, w, 1);
	assert_int_equal(m.held, 1);
	assert_int_equal(messages_schedule(&m, w, 4), 0);
	assert_int_equal(w->place, W_HELD);
	assert_ptr_equal(messages_first(&m), model[2].w);
	messages_hold(&m, w, 0);
	assert_int_equal(m.held, 0);
	assert_int_equal(messages_schedule(&m, w, w->due_ms), 0);
	assert_ptr_equal(messages_first(&m), w);
	messages_take(&m, w);
	assert_int_equal(w->place, W_ACTIVE);
	messages_hold(&m, w, 1);
	messages_free(&m);
	assert_int_equal(m.held, 0);
}

static void
test_empty(void **state)
{
	struct messages m = { .n = 0 };

	assert_null(messages_find(&m, id_of(1)));
	assert_null(messages_first(&m));
	assert_null(messages_add(&m, "no id"));
	assert_null(messages_add(&m, "../../etc/passwd"));
	assert_null(messages_add(&m, ""));
	assert_int_equal(m.n, 0);
	do_add(&m, 1);
	do_add(&m, 1);			/* it is known already */
	assert_null(messages_first(&m));
	compare(&m, IDS);
	messages_free(&m);
}

/* s has just these in its list, and from both ends. */
static void
expect_waiting(struct site *s, struct waiting *const want[], size_t n)
{
	struct waiting **at = &s->waiting;
	size_t i;

	for (i = 0; i < n; i++) {
		assert_ptr_equal(*at, want[i]);
		assert_ptr_equal(want[i]->site, s);
		assert_ptr_equal(want[i]->site_prev, at);
		at = &want[i]->site_next;
	}
	assert_null(*at);
	assert_ptr_equal(s->waiting_last, at);
	assert_int_equal(s->messages, n);
}

/* A message waits for one site at a time, behind those that did before, until
 * it is forgotten. */
static void
test_sites(void **state)
{
	struct site a = { .waiting = NULL }, b = { .waiting = NULL };
	struct messages m = { .n = 0 };
	struct waiting *w[5];
	unsigned i;

	a.waiting_last = &a.waiting;
	b.waiting_last = &b.waiting;
	for (i = 0; i < 5; i++) {
		do_add(&m, i);
		w[i] = model[i].w;
		messages_await(w[i], NULL);
		messages_await(w[i], &a);
	}
	expect_waiting(&a, w, 5);
	messages_await(w[4], &b);		/* the last */
	messages_await(w[0], &b);		/* the first */
	messages_await(w[2], NULL);		/* one between */
	expect_waiting(&a, (struct waiting *[]){ w[1], w[3] }, 2);
	expect_waiting(&b, (struct waiting *[]){ w[4], w[0] }, 2);
	messages_await(w[4], &b);		/* behind the others again */
	expect_waiting(&b, (struct waiting *[]){ w[0], w[4] }, 2);
	messages_await(w[0], NULL);
	messages_await(w[4], NULL);
	expect_waiting(&b, w, 0);
	assert_null(w[2]->site);
	messages_forget(&m, w[1]);
	model[1].w = NULL;
	expect_waiting(&a, w + 3, 1);
	messages_free(&m);
	expect_waiting(&a, w, 0);
}

/* The line that has called a message is told when it goes. */
static void
test_called(void **state)
{
	struct messages m = { .n = 0 };
	struct line l = { .called = 2 };

	do_add(&m, 1);
	model[1].w->line = &l;
	messages_free(&m);
	assert_int_equal(l.called, 1);
}

static void
park(struct line *l, struct waiting *w)
{
	w->line = l;
	w->place = W_PARKED;
	w->parked_at = l->parked_last;
	*l->parked_last = w;
	l->parked_last = &w->next_parked;
}

/* One that is parked leaves its line from any place there. */
static void
test_parked(void **state)
{
	struct messages m = { .n = 0 };
	struct line l = { .parked = NULL };
	unsigned i;

	l.parked_last = &l.parked;
	for (i = 0; i < 4; i++) {
		do_add(&m, i);
		park(&l, model[i].w);
	}
	messages_leave(model[1].w);
	assert_int_equal(model[1].w->place, W_NEW);
	assert_null(model[1].w->line);
	messages_leave(model[1].w);
	messages_leave(model[3].w);
	assert_ptr_equal(l.parked, model[0].w);
	assert_ptr_equal(l.parked->next_parked, model[2].w);
	assert_ptr_equal(l.parked_last, &model[2].w->next_parked);
	messages_leave(model[0].w);
	messages_leave(model[2].w);
	assert_null(l.parked);
	assert_ptr_equal(l.parked_last, &l.parked);
	messages_free(&m);
}

/* Many leave from the end: nobody walks to it, which would take minutes. */
static void
test_many_parked(void **state)
{
	struct waiting *w = calloc(PARKED, sizeof(*w));
	struct line l = { .parked = NULL };
	unsigned i;

	assert_non_null(w);
	l.parked_last = &l.parked;
	for (i = 0; i < PARKED; i++)
		park(&l, w + i);
	alarm(30);
	for (i = PARKED; i > 0; i--)
		messages_leave(w + i - 1);
	alarm(0);
	assert_null(l.parked);
	assert_ptr_equal(l.parked_last, &l.parked);
	free(w);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_called),
		cmocka_unit_test(test_parked),
		cmocka_unit_test(test_many_parked),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_held),
	};

	return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
