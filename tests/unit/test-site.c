/* test-site - qrunner/site.c with line.c and messages.c: how a site lives, dies
 * and lives again. What the attempts would do is played here, and the time too. */
#include "unit.h"

#include "qrunner/runner.h"
#include "sys/clock.h"

#define SECOND	1000
#define DOWN	1	/* kinds of answers */
#define TAKEN	2
#define REFUSED	3
#define TROUBLE	4	/* of our own */

static int64_t now_ms;
static struct runner r;
static unsigned settled, again;

int64_t __wrap_clock_mono_ms(void);

int64_t
__wrap_clock_mono_ms(void)
{
	return now_ms;
}

void
attempt_settled(struct final *f)
{
	settled++;
	f->settled = 1;
	f->attempt->jobs--;
	if (f->site != NULL)
		site_end(&r, f);
}

void
attempt_again(struct runner *runner, struct waiting *w, int64_t wait_ms)
{
	again++;
	assert_int_equal(messages_schedule(&runner->messages, w, now_ms +
	    wait_ms), 0);
}

void
scan_later(struct runner *runner)
{
	fail_msg("no memory");
}

static int
set_up(void **state)
{
	memset(&r, 0, sizeof(r));
	r.sites_ms = -1;
	r.schedule = (struct schedule){ .first_s = 300, .max_s = 14400,
	    .factor_100 = 150, .giveup_s = 432000 };
	line_init(&r.crowd);
	now_ms = 5000 * SECOND;
	settled = again = 0;
	return 0;
}

/* All sites are forgotten when nothing uses them. */
static int
tear_down(void **state)
{
	size_t i;

	while (r.messages.heap_n > 0)
		messages_forget(&r.messages, r.messages.heap[0]);
	now_ms += SITE_FORGET_MS;
	r.sites_ms = now_ms;
	sites_tick(&r, now_ms);
	CHECK(r.sites == NULL, "%s is still there", r.sites->nexthop);
	for (i = 0; i < SITE_BUCKETS; i++)
		assert_null(r.site_bucket[i]);
	free(r.messages.bucket);
	free(r.messages.heap);
	return 0;
}

/* What lane.c and attempt.c do with a recipient. 1: its job waits; 0: it is
 * barred or must wait for room. */
static int
give(struct site *s, struct attempt *a, struct final *f)
{
	*f = (struct final){ .attempt = a };
	site_hold(s, f);
	if (site_bars(s, f) || site_full(&r, s, f) != NULL)
		return 0;
	line_add(&s->line, f, 1);
	site_begin(&r, s, f);
	a->jobs++;
	return 1;
}

/* The lane's program answers f's job. 1: it goes again. */
static int
answer(struct lane *l, struct final *f, int kind)
{
	static const struct answer answers[] = {
		[DOWN] = { .verdict = V_LATER, .dsn = "4.4.1", .down = 1,
		    .relay = "h[192.0.2.1]:25", .why = "nobody is at home" },
		[TAKEN] = { .verdict = V_DONE, .relay = "h[192.0.2.1]:25" },
		[REFUSED] = { .verdict = V_LATER, .dsn = "4.4.2",
		    .relay = "h[192.0.2.1]:25", .why = "later" },
		[TROUBLE] = { .verdict = V_LATER, .dsn = "4.3.0" },
	};

	f->answer = answers[kind];
	if (site_answered(l, f))
		return 1;
	attempt_settled(f);
	return 0;
}

/* One message with one recipient, from the line to its answer. */
static void
one(struct site *s, struct lane *l, int kind)
{
	struct attempt a = { .runner = &r };
	struct final f;

	CHECK(give(s, &a, &f), "%s takes nothing", s->nexthop);
	assert_ptr_equal(line_take(&s->line), &f);
	assert_int_equal(answer(l, &f, kind), 0);
	site_release(&f);
}

/* Three messages with a recipient each. */
struct three {
	struct site	*site;
	struct lane	 lane;
	struct attempt	 a[3];
	struct final	 f[3];
};

/* The first n of them are with the lane's program. */
static void
three_begin(struct three *t, unsigned n)
{
	unsigned i;

	memset(t, 0, sizeof(*t));
	t->site = site_of(&r, "mx:a.example");
	t->lane.runner = &r;
	t->lane.site = t->site;
	for (i = 0; i < 3; i++)
		t->a[i].runner = &r;
	for (i = 0; i < n; i++) {
		assert_true(give(t->site, t->a + i, t->f + i));
		assert_ptr_equal(line_take(&t->site->line), t->f + i);
	}
}

static void
three_end(struct three *t)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		site_release(t->f + i);
}

/* 1 if a message would get through. */
static int
is_open(struct site *s)
{
	struct attempt a = { .runner = &r };
	struct final f = { .attempt = &a };

	return !site_bars(s, &f);
}

static struct waiting *
message(unsigned i)
{
	char id[QUEUE_ID];
	struct waiting *w;

	snprintf(id, sizeof(id), "%013x-1-%08x", i, i);
	w = messages_add(&r.messages, id);
	assert_non_null(w);
	return w;
}

/* It was tried, and waits for the site now. */
static struct waiting *
waits(struct site *s, unsigned i)
{
	struct waiting *w = message(i);

	site_wait(&r, s, w);
	attempt_again(&r, w, 14400 * SECOND);
	return w;
}

static void
tick(int64_t later_ms)
{
	now_ms += later_ms;
	sites_tick(&r, now_ms);
}

static void
test_grows(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l = { .runner = &r, .site = s };
	unsigned limit, i;

	assert_ptr_equal(site_of(&r, "mx:a.example"), s);
	assert_ptr_not_equal(site_of(&r, "mx:a.example tls=must"), s);
	for (limit = SITE_FIRST; limit < SITE_MOST; limit++)
		for (i = 0; i < limit; i++) {
			assert_int_equal(s->limit, limit);
			one(s, &l, i % 2 == 0 ? TAKEN : REFUSED);
		}
	for (i = 0; i < 1000; i++)
		one(s, &l, TAKEN);
	assert_int_equal(s->limit, SITE_MOST);
	s->lanes = SITE_MOST - 1;
	assert_true(site_has_room(&r, s));
	r.hungry = 1;			/* somebody has none at all */
	assert_false(site_has_room(&r, s));
	r.hungry = 0;
	r.sites_live = SITES_LANES;
	assert_false(site_has_room(&r, s));
	r.sites_live = 0;
	s->lanes++;
	assert_false(site_has_room(&r, s));
	s->lanes = 0;
}

/* What waits is answered as the one that found out. */
static void
test_dies(void **state)
{
	struct three t;
	unsigned i;

	three_begin(&t, 1);
	for (i = 1; i < 3; i++)
		assert_true(give(t.site, t.a + i, t.f + i));
	assert_int_equal(r.sites_active, 3);
	assert_false(answer(&t.lane, t.f, DOWN));
	assert_int_equal(settled, 3);
	assert_int_equal(t.site->line.queued, 0);
	assert_int_equal(r.sites_active, 0);
	for (i = 0; i < 3; i++) {
		assert_string_equal(t.f[i].answer.dsn, "4.4.1");
		assert_string_equal(t.f[i].answer.why, "nobody is at home");
		assert_int_equal(t.f[i].barred, 0);
	}
	assert_string_equal(t.f[1].answer.relay, "");	/* it saw no host */
	three_end(&t);
	assert_false(give(t.site, t.a, t.f));
	assert_true(t.f[0].barred && t.f[0].answer.verdict == V_LATER);
	assert_string_equal(t.f[0].answer.why, "nobody is at home");
	three_end(&t);
	assert_false(is_open(t.site));
	now_ms += 300 * SECOND;
	assert_true(is_open(t.site));
}

/* One message may find out, all its recipients together; nobody else. */
static void
test_prober(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l = { .runner = &r, .site = s };
	struct attempt a = { .runner = &r };
	struct final f[2];

	one(s, &l, DOWN);
	now_ms += 300 * SECOND;
	assert_true(give(s, &a, f));
	assert_false(is_open(s));
	assert_true(give(s, &a, f + 1));
	assert_int_equal(r.sites_active, 1);
	line_take(&s->line);
	line_take(&s->line);
	answer(&l, f, DOWN);
	assert_int_equal(s->failures, 2);
	answer(&l, f + 1, DOWN);		/* says the same */
	assert_int_equal(s->failures, 2);
	assert_int_equal(r.sites_active, 0);
	now_ms += 449 * SECOND;
	assert_false(is_open(s));
	now_ms += SECOND;
	assert_true(is_open(s));
	site_release(f);
	site_release(f + 1);
}

/* The times between tries are those of a message, up to a bound. */
static void
test_times(void **state)
{
	static const int64_t times[] = { 300, 450, 675, SITE_PROBE_MAX_S,
	    SITE_PROBE_MAX_S };
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l = { .runner = &r, .site = s };
	size_t i;

	for (i = 0; i < LENGTH(times); i++) {
		one(s, &l, DOWN);
		now_ms += times[i] * SECOND - 1;
		assert_false(is_open(s));
		now_ms++;
		assert_true(is_open(s));
	}
}

/* A prober that ends without a word of the host: another one, soon. */
static void
test_lost(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l = { .runner = &r, .site = s };
	struct attempt a = { .runner = &r };
	struct answer why = { .verdict = V_LATER };
	struct final f;

	one(s, &l, DOWN);
	now_ms += 300 * SECOND;
	one(s, &l, TROUBLE);
	assert_int_equal(s->failures, 1);
	assert_false(is_open(s));
	now_ms += TROUBLE_MS;
	assert_true(give(s, &a, &f));		/* never even sent */
	assert_false(is_open(s));
	line_defer(&r, &s->line, &why);
	assert_false(is_open(s));
	now_ms += TROUBLE_MS;
	assert_true(is_open(s));
	site_release(&f);
}

/* What was out when it died neither buries it again nor is deaf. */
static void
test_others_out(void **state)
{
	struct three t;

	three_begin(&t, 3);
	answer(&t.lane, t.f, DOWN);
	answer(&t.lane, t.f + 1, DOWN);
	assert_int_equal(t.site->failures, 1);
	answer(&t.lane, t.f + 2, TAKEN);
	assert_int_equal(t.site->failures, 0);
	assert_true(is_open(t.site));
	three_end(&t);
}

/* Nor does one that is lost hold up the one that tries. */
static void
test_other_lost(void **state)
{
	struct three t;

	three_begin(&t, 2);
	answer(&t.lane, t.f, DOWN);
	now_ms += 300 * SECOND;
	assert_true(give(t.site, t.a + 2, t.f + 2));
	answer(&t.lane, t.f + 1, TROUBLE);
	assert_ptr_equal(t.site->prober, t.a + 2);
	waits(t.site, 1);
	again = 0;
	r.sites_ms = now_ms;
	tick(0);
	assert_int_equal(again, 0);		/* one is enough */
	line_take(&t.site->line);
	answer(&t.lane, t.f + 2, DOWN);
	assert_int_equal(t.site->failures, 2);
	three_end(&t);
}

/* It begins anew. */
static void
test_reborn(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l = { .runner = &r, .site = s };
	unsigned i;

	for (i = 0; i < 100; i++)
		one(s, &l, TAKEN);
	assert_true(s->limit > 10);
	s->growth = SITE_SLOWLY;
	one(s, &l, DOWN);
	now_ms += 300 * SECOND;
	for (i = 0; i < SITE_FIRST + SITE_FIRST + 1; i++)
		one(s, &l, TAKEN);
	assert_int_equal(s->limit, SITE_FIRST + 2);
}

/* While others get on, a connection that is refused is one too many. */
static void
test_too_many(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane good = { .runner = &r, .site = s };
	struct lane bad = { .runner = &r, .site = s };
	struct attempt a = { .runner = &r };
	struct final f;
	unsigned i;

	r.lanes = &good;
	good.next = &bad;
	s->lanes = 2;
	one(s, &good, TAKEN);
	assert_true(good.reached);
	assert_true(give(s, &a, &f));
	line_take(&s->line);
	assert_true(answer(&bad, &f, DOWN));
	assert_true(bad.retired && !good.retired);
	assert_int_equal(s->failures, 0);
	assert_int_equal(s->lanes, 1);
	assert_int_equal(s->limit, 1);
	assert_true(answer(&bad, &f, DOWN));	/* retired once */
	assert_int_equal(s->lanes, 1);
	assert_false(answer(&bad, &f, DOWN));	/* enough is enough */
	site_release(&f);
	for (i = 0; i < SITE_SLOWLY; i++) {
		assert_int_equal(s->limit, 1);
		one(s, &good, TAKEN);
	}
	assert_int_equal(s->limit, 2);
	bad.reached = 1;			/* that was once */
	one(s, &good, DOWN);			/* the last one that worked */
	assert_int_equal(s->failures, 1);
	assert_false(good.reached);
	r.lanes = NULL;
	s->lanes = 0;
}

/* One that has not reached the host yet says nothing of it. */
static void
test_both_down(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l[2] = { { .runner = &r, .site = s },
	    { .runner = &r, .site = s } };
	struct lane other = { .runner = &r, .reached = 1,
	    .site = site_of(&r, "mx:b.example") };

	r.lanes = l;
	l[0].next = l + 1;
	l[1].next = &other;
	s->lanes = 2;
	one(s, l, DOWN);
	assert_int_equal(s->failures, 1);
	assert_false(l[0].retired);
	r.lanes = NULL;
	s->lanes = 0;
}

/* The time of its next try is known as soon as somebody waits for it. */
static void
test_due(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l = { .runner = &r, .site = s };

	one(s, &l, DOWN);
	tick(300 * SECOND);			/* nobody to be called */
	assert_true(sites_due(&r) > now_ms);
	waits(s, 1);
	assert_true(sites_due(&r) <= now_ms);
}

/* One message is called at a time, each time another. */
static void
test_called(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l = { .runner = &r, .site = s };
	struct waiting *w[3];
	unsigned i;

	one(s, &l, DOWN);
	for (i = 0; i < 3; i++)
		w[i] = waits(s, i);
	again = 0;
	assert_true(sites_due(&r) == now_ms + 300 * SECOND);
	tick(300 * SECOND - 1);
	assert_int_equal(again, 0);
	for (i = 0; i < 7; i++) {
		now_ms = s->call_ms;
		tick(0);
		assert_int_equal(again, 1);
		assert_ptr_equal(messages_first(&r.messages), w[i % 3]);
		assert_true(w[i % 3]->due_ms == now_ms);
		tick(0);
		assert_int_equal(again, 1);
		messages_take(&r.messages, w[i % 3]);	/* attempt_begin */
		messages_await(w[i % 3], NULL);
		one(s, &l, DOWN);
		site_wait(&r, s, w[i % 3]);
		attempt_again(&r, w[i % 3], 14400 * SECOND);
		again = 0;
	}
	/* What is called and does nothing is not waited for. */
	now_ms = s->call_ms;
	tick(0);
	assert_int_equal(again, 1);
	messages_forget(&r.messages, messages_first(&r.messages));
	tick(SITE_CALL_MS - 1);
	assert_int_equal(again, 1);
	tick(1);
	assert_int_equal(again, 2);
}

/* Alive again: its messages come back as there is room, in their order. */
static void
test_revives(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l = { .runner = &r, .site = s };
	struct waiting *w;
	unsigned i, n;

	one(s, &l, DOWN);
	for (i = 0; i < LINE_QUEUE + 5; i++)
		waits(s, i);
	site_call(&r, s);			/* it is dead */
	assert_int_equal(s->line.called, 0);
	now_ms += 300 * SECOND;
	one(s, &l, TAKEN);
	assert_int_equal(s->failures, 0);
	site_call(&r, s);
	site_call(&r, s);
	assert_int_equal(s->line.called, LINE_QUEUE);
	for (n = 0; (w = messages_first(&r.messages))->due_ms <= now_ms; n++) {
		assert_ptr_equal(w->line, &s->line);
		assert_null(w->site);
		messages_forget(&r.messages, w);
	}
	assert_int_equal(n, LINE_QUEUE);
	assert_int_equal(s->line.called, 0);
	site_call(&r, s);
	assert_int_equal(s->line.called, 5);
	assert_null(s->waiting);
}

/* No site takes all, nor do all of them together; but who came last goes on. */
static void
test_full(void **state)
{
	static struct attempt a[SITES_ACTIVE];
	static struct final f[SITES_ACTIVE], g[SITES_ACTIVE];
	struct site *s = NULL;
	struct final h = { .attempt = a };
	struct final last = { .attempt = a + SITES_ACTIVE - 1 };
	char name[32];
	unsigned i;

	for (i = 0; i < SITES_ACTIVE; i++) {
		snprintf(name, sizeof(name), "mx:%u.example", i / LINE_QUEUE);
		s = site_of(&r, name);
		a[i] = (struct attempt){ .runner = &r };
		assert_true(give(s, a + i, f + i));
	}
	assert_ptr_equal(site_full(&r, s, &h), &s->line);
	assert_null(site_full(&r, s, &last));	/* it comes whole */
	s = site_of(&r, "mx:another.example");
	assert_true(give(s, a, g));		/* of a message that counts */
	a[0].site_jobs = 0;
	assert_ptr_equal(site_full(&r, s, &h), &r.crowd);
	a[0].site_jobs = 2;
	for (i = 0; i < SITES_ACTIVE; i++) {
		struct answer why = { .verdict = V_LATER };

		line_defer(&r, &f[i].site->line, &why);
		site_release(f + i);
	}
	line_defer(&r, &s->line, &(struct answer){ .verdict = V_LATER });
	site_release(g);
	assert_int_equal(r.sites_active, 0);
}

/* It is forgotten, but not while somebody knows it. */
static void
test_forgotten(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct attempt a = { .runner = &r };
	struct final f = { .attempt = &a };
	struct waiting *w;

	site_hold(s, &f);
	tick(10 * SITE_FORGET_MS);
	assert_int_equal(s->finals, 1);
	site_release(&f);
	s->lanes = 1;
	tick(10 * SITE_FORGET_MS);
	s->lanes = 0;
	w = waits(s, 1);
	tick(10 * SITE_FORGET_MS);
	assert_ptr_equal(s->waiting, w);
	line_call(&r, &s->line, w);
	messages_await(w, NULL);
	tick(10 * SITE_FORGET_MS);
	assert_int_equal(s->line.called, 1);
}

/* Jobs of a message stand together at a site, in their order; elsewhere as they
 * come. */
static void
test_line(void **state)
{
	static const unsigned want[] = { 0, 2, 4, 1, 3, 5 };
	struct attempt a[2] = { { .runner = &r }, { .runner = &r } };
	struct final f[6] = { { .attempt = NULL } };
	struct line l = { .first = NULL };
	unsigned i;

	line_init(&l);
	for (i = 0; i < 6; i++) {
		f[i].attempt = a + i % 2;
		line_add(&l, f + i, 1);
	}
	for (i = 0; i < 6; i++)
		assert_ptr_equal(line_take(&l), f + want[i]);
	assert_true(line_is_empty(&l));
	for (i = 1; i < 6; i++)
		line_add(&l, f + i, 0);
	line_put_back(&l, f);
	for (i = 0; i < 6; i++)
		assert_ptr_equal(line_take(&l), f + i);
	line_put_back(&l, f);
	line_add(&l, f + 1, 0);
	assert_int_equal(l.queued, 2);
	assert_ptr_equal(line_take(&l), f);
	assert_ptr_equal(line_take(&l), f + 1);
}

/* One that is held meanwhile is not on its way. */
static void
test_held(void **state)
{
	static struct line l;
	struct waiting *w = message(1);

	l = (struct line){ .holds = 1 };
	line_init(&l);
	line_park(&l, w);
	messages_hold(&r.messages, w, 1);
	line_call_parked(&r, &l, 9);
	assert_int_equal(w->place, W_HELD);
	assert_true(line_is_empty(&l));
	messages_forget(&r.messages, w);
	assert_int_equal(r.messages.n, 0);
}

/* An admin wants to know at once: one message tries it, with the others' wait. */
static void
test_probe_now(void **state)
{
	struct site *s = site_of(&r, "mx:a.example");
	struct lane l = { .runner = &r, .site = s };
	struct waiting *w;
	struct attempt a = { .runner = &r };
	struct final f;

	site_probe_now(&r, s);			/* it lives */
	one(s, &l, DOWN);
	w = waits(s, 1);
	assert_true(s->dead_ms == now_ms);
	tick(SECOND);
	assert_false(is_open(s));
	site_probe_now(&r, s);
	again = 0;
	tick(0);
	assert_int_equal(again, 1);
	assert_true(w->due_ms == now_ms && is_open(s));
	assert_true(give(s, &a, &f));
	site_probe_now(&r, s);			/* it is being tried */
	assert_false(is_open(s));
	line_take(&s->line);
	answer(&l, &f, DOWN);
	assert_true(s->dead_ms == now_ms - SECOND);
	site_release(&f);
}

/* They stand in the order of their names. */
static void
test_order(void **state)
{
	struct site *s;
	char name[32];
	unsigned i, n = 0;

	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "mx:%u.example", i * 7919 % 3000);
		assert_string_equal(site_of(&r, name)->nexthop, name);
	}
	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "mx:%u.example", i);
		s = site_of(&r, name);
		assert_string_equal(s->nexthop, name);
	}
	for (s = r.sites; s != NULL; s = s->next) {
		assert_true(s->next == NULL ||
		    strcmp(s->nexthop, s->next->nexthop) < 0);
		n++;
	}
	assert_int_equal(n, 3000);
}

/* Some are called, and the others stay in their order. */
static void
test_parked(void **state)
{
	static struct line l;
	struct waiting *w[3];
	unsigned i;

	l = (struct line){ .holds = 3 };
	line_init(&l);
	for (i = 0; i < 3; i++) {
		w[i] = message(i);
		line_park(&l, w[i]);
	}
	assert_int_equal(l.holds, 0);
	line_call_parked(&r, &l, 2);
	assert_int_equal(l.called, 2);
	assert_ptr_equal(l.parked, w[2]);
	assert_ptr_equal(w[1]->line, &l);
	assert_true(w[1]->due_ms == now_ms);
	assert_int_equal(w[2]->place, W_PARKED);
	line_call_parked(&r, &l, 9);
	assert_null(l.parked);
	assert_int_equal(l.called, 3);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_line),
		TEST(test_parked),
		TEST(test_held),
		TEST(test_probe_now),
		TEST(test_order),
		TEST(test_grows),
		TEST(test_dies),
		TEST(test_prober),
		TEST(test_times),
		TEST(test_lost),
		TEST(test_others_out),
		TEST(test_other_lost),
		TEST(test_reborn),
		TEST(test_both_down),
		TEST(test_due),
		TEST(test_too_many),
		TEST(test_called),
		TEST(test_revives),
		TEST(test_full),
		TEST(test_forgotten),
	};

	return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
