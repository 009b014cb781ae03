/* test-sift - lib/mail/sift.c, and what it looks at: lib/mail/glance.c */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/sift.h"

#define S	1000000u
#define CAME	(1764000000ull * S)

static char *folder;
static int msg;
static char id[QUEUE_ID];

/* A queue file with these facts, so many octets and this journal. */
static void
make(const char *facts, size_t octets, const char *journal)
{
	struct queue_writer w = QUEUE_WRITER;
	size_t i;
	int fd;

	assert_int_equal(queue_begin(&w, msg, msg, facts, strlen(facts)), 0);
	for (i = 0; i < octets; i++)
		assert_int_equal(queue_add(&w, "x", 1), 0);
	assert_int_equal(queue_commit(&w), 0);
	memcpy(id, w.id, sizeof(id));
	buf_free(&w.head);
	buf_free(&w.out);
	fd = openat(msg, id, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, journal, strlen(journal)), strlen(journal));
	close(fd);
}

static int
join(void *arg, const char *address, size_t n, const struct outcome *o)
{
	assert_int_equal(buf_addf(arg, "%.*s%s ", (int)n, address, o == NULL ?
	    "" : o->kind == J_LATER ? "!" : "?"), 0);
	return 0;
}

/* Who does not have it. */
static const char *
left(const struct glance *g)
{
	static char out[1000];
	struct buf b = BUF_MAX(999);

	assert_int_equal(glance_left(g, join, &b), 0);
	memcpy(out, b.s != NULL ? b.s : "", b.len);
	out[b.len] = '\0';
	buf_free(&b);
	return out;
}

#define TWO	"sender a@b\nrcpt Bob@example.org\nrcpt staff\n"

static void
test_glance(void **state)
{
	static const struct {
		const char *journal, *left, *dsn, *why;
		uint64_t attempts;
		int held, removed;
	} cases[] = {
		{ "", "Bob@example.org staff ", NULL, NULL, 0, 0, 0 },
		{ "start 1.000000 bob@example.org\n", "Bob@example.org? staff ",
		  NULL, NULL, 0, 0, 0 },
		{ "done 1.000000 2.0.0 bob@example.org\n", "staff ", NULL, NULL,
		  0, 0, 0 },
		{ "later 1.000000 4.2.0 bob@example.org\nwhy full\n"
		  "next 9.000000 3\n", "Bob@example.org! staff ", "4.2.0",
		  "full", 3, 0, 0 },
		{ "later 1.000000 4.2.0 c@d\nwhy one\nlater 2.000000 4.2.1 e@f\n"
		  "why two\nwhy three\n", "Bob@example.org staff c@d! e@f! ",
		  "4.2.1", "two", 0, 0, 0 },
		{ "later 1.000000 4.2.0 c@d\nwhy one\ndone 2.000000 2.0.0 c@d\n"
		  "never 3.000000 5.1.1 staff\nheld 4.000000\n",
		  "Bob@example.org ", "5.1.1", NULL, 0, 1, 0 },
		{ "held 1.000000\nreleased 2.000000\nremoved 3.000000\n",
		  "Bob@example.org staff ", NULL, NULL, 0, 0, 1 },
	};
	struct glance g = { .id = "" };
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		make(TWO, 5, cases[i].journal);
		assert_int_equal(glance_read(&g, msg, id), 0);
		assert_string_equal(g.id, id);
		assert_string_equal(g.sender, "a@b");
		assert_true(g.head.size == 5 && g.rcpt_n == 2);
		CHECK(strcmp(left(&g), cases[i].left) == 0, "case %zu: %s", i,
		    left(&g));
		CHECK(g.attempts == cases[i].attempts && g.held ==
		    cases[i].held && g.removed == cases[i].removed, "case %zu",
		    i);
		CHECK((g.latest != NULL) == (cases[i].dsn != NULL) &&
		    (g.latest == NULL || strcmp(g.latest->dsn, cases[i].dsn) ==
		    0), "case %zu: the last failure", i);
		CHECK(g.latest == NULL || (g.latest->why == NULL ?
		    cases[i].why == NULL : strcmp(g.latest->why, cases[i].why)
		    == 0), "case %zu: its words", i);
	}
	glance_free(&g);
}

static void
test_no_message(void **state)
{
	static const char *const names[] = { "../x", "x", "",
	    "661048b595041-1-b656c9aa" };
	struct glance g = { .id = "" };
	struct queue_ids ids = { .n = 0 };
	size_t i;

	for (i = 0; i < LENGTH(names); i++)
		CHECK_FAILS(glance_read(&g, msg, names[i]), ENOENT);
	assert_int_equal(mkfifo(in(folder, "661048b595041-2-b656c9aa"), 0600),
	    0);
	CHECK_FAILS(glance_read(&g, msg, "661048b595041-2-b656c9aa"), EINVAL);
	assert_int_equal(symlink("/etc/passwd", in(folder,
	    "661048b595041-3-b656c9aa")), 0);
	CHECK_FAILS(glance_read(&g, msg, "661048b595041-3-b656c9aa"), EINVAL);
	file_put(in(folder, "661048b595041-4-b656c9aa"), OCTETS("correo"));
	CHECK_FAILS(glance_read(&g, msg, "661048b595041-4-b656c9aa"), EINVAL);
	file_put(in(folder, "README"), OCTETS("x"));
	assert_int_equal(queue_ids_read(&ids, msg), 0);
	assert_true(ids.n >= 3);
	for (i = 1; i < ids.n; i++)
		assert_true(strcmp(ids.id[i - 1], ids.id[i]) < 0);
	free(ids.id);
	glance_free(&g);
}

static void
test_sift(void **state)
{
	static const struct {
		struct sift s;
		int takes;
	} cases[] = {
		{ { .sender = NULL }, 1 },
		{ { .sender = "A@b" }, 1 }, { { .sender = "a@*" }, 1 },
		{ { .sender = "*@c" }, 0 }, { { .sender = "<>" }, 0 },
		{ { .recipient = "bob@*" }, 0 },	/* he has it */
		{ { .recipient = "staff" }, 1 },
		{ { .recipient = "CAROL@example.org" }, 1 },
		{ { .recipient = "arol@example.org" }, 0 },
		{ { .domain = "example.org" }, 1 },
		{ { .domain = "*.org" }, 1 }, { { .domain = "org" }, 0 },
		{ { .reason = "DISK IS" }, 1 }, { { .reason = "4.3" }, 1 },
		{ { .reason = "5" }, 0 }, { { .reason = "*" }, 0 },
		{ { .age_min_s = 60 }, 1 }, { { .age_min_s = 101 }, 0 },
		{ { .age_max_s = 100 }, 1 }, { { .age_max_s = 99 }, 0 },
		{ { .size_min = 5 }, 1 }, { { .size_min = 6 }, 0 },
		{ { .size_max = 5 }, 1 }, { { .size_max = 4 }, 0 },
		{ { .sender = "a@b", .domain = "example.org",
		    .reason = "disk", .age_min_s = 1, .size_max = 10 }, 1 },
		{ { .sender = "a@b", .domain = "example.net" }, 0 },
		{ { .id = "*" }, 1 }, { { .id = "x*" }, 0 },
	};
	struct glance g = { .id = "" };
	size_t i;

	make("sender a@b\nrcpt bob@example.org\nrcpt staff\n", 5,
	    "done 1.000000 2.0.0 bob@example.org\n"
	    "later 1.000000 4.3.1 carol@example.org\nwhy the disk is full\n");
	assert_int_equal(glance_read(&g, msg, id), 0);
	g.head.time_us = CAME;
	for (i = 0; i < LENGTH(cases); i++)
		CHECK(sift_takes(&cases[i].s, &g, CAME + 100 * S) ==
		    cases[i].takes, "case %zu", i);
	assert_int_equal(sift_takes(&cases[0].s, &g, CAME - 1), 1);
	make("sender \nrcpt x@y\n", 0, "");
	assert_int_equal(glance_read(&g, msg, id), 0);
	assert_int_equal(sift_takes(&(struct sift){ .sender = "<>" }, &g, CAME),
	    1);
	assert_int_equal(sift_takes(&(struct sift){ .sender = "*" }, &g, CAME),
	    0);
	glance_free(&g);
}

static void
test_range(void **state)
{
	static const struct {
		const char *text;
		int (*read)(struct sift *s, const char *text);
		uint64_t min, max;	/* both 7: wrong */
	} cases[] = {
		{ "0", sift_age, 0, 7 }, { "90", sift_age, 90, 7 },
		{ "90s", sift_age, 90, 7 }, { "2m", sift_age, 120, 7 },
		{ "2h", sift_age, 7200, 7 }, { "1d", sift_age, 86400, 7 },
		{ "1w", sift_age, 604800, 7 }, { "-2m", sift_age, 7, 120 },
		{ "3k", sift_size, 3072, 7 }, { "-1M", sift_size, 7, 1 << 20 },
		{ "2G", sift_size, 2147483648u, 7 },
		{ "", sift_age, 7, 7 }, { "-", sift_age, 7, 7 },
		{ "-0", sift_age, 7, 7 }, { "m", sift_age, 7, 7 },
		{ "1k", sift_age, 7, 7 }, { "1m", sift_size, 7, 7 },
		{ "1 m", sift_age, 7, 7 }, { "+1m", sift_age, 7, 7 },
		{ "--1", sift_age, 7, 7 }, { "1mm", sift_age, 7, 7 },
		{ "18446744073709551615w", sift_age, 7, 7 },
		{ "99999999999999999999", sift_age, 7, 7 },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct sift s = { .age_min_s = 7, .age_max_s = 7, .size_min = 7,
		    .size_max = 7 };
		int is_age = cases[i].read == sift_age;
		int done = cases[i].read(&s, cases[i].text);
		uint64_t min = is_age ? s.age_min_s : s.size_min;
		uint64_t max = is_age ? s.age_max_s : s.size_max;

		CHECK(min == cases[i].min && max == cases[i].max,
		    "%s: %llu %llu", cases[i].text, (unsigned long long)min,
		    (unsigned long long)max);
		CHECK(done == (min == 7 && max == 7 ? -1 : 0), "%s: %d",
		    cases[i].text, done);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_glance),
		cmocka_unit_test(test_no_message),
		cmocka_unit_test(test_sift),
		cmocka_unit_test(test_range),
	};
	int r;

	folder = folder_make();
	msg = open(folder, O_RDONLY | O_DIRECTORY);
	r = cmocka_run_group_tests_name("sift", tests, NULL, NULL);
	close(msg);
	folder_remove(folder);
	return r;
}
