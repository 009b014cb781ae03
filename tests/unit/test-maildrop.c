/* test-maildrop - lib/mail/maildrop.c, lib/mail/dropfile.c and lib/sys/folder.c:
 * what is a message, in which order, and what others do to it meanwhile. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "mail/maildrop.h"
#include "sys/folder.h"

static char *box;
static struct maildrop d;

/* The linker leads folder_read here: what is done before or behind the nth
 * reading, and a name that this one passes over, as the kernel may while others
 * rename. */
static struct {
	void		(*first)(void), (*then)(void);
	int		 nth, seen;
	const char	*passed_over;
	int		 (*each)(void *, const char *, size_t, unsigned char);
} reading;

int __real_folder_read(int fd, int (*each)(void *, const char *, size_t,
    unsigned char), void *arg);
int __wrap_folder_read(int fd, int (*each)(void *, const char *, size_t,
    unsigned char), void *arg);

static int
unless_passed_over(void *arg, const char *name, size_t n, unsigned char type)
{
	if (reading.seen == reading.nth && reading.passed_over != NULL &&
	    strcmp(name, reading.passed_over) == 0)
		return 0;
	return reading.each(arg, name, n, type);
}

int
__wrap_folder_read(int fd, int (*each)(void *, const char *, size_t,
    unsigned char), void *arg)
{
	int r;

	reading.each = each;
	if (++reading.seen == reading.nth && reading.first != NULL)
		reading.first();
	r = __real_folder_read(fd, unless_passed_over, arg);
	if (reading.seen == reading.nth && reading.then != NULL)
		reading.then();
	return r;
}

static const char *
at(const char *part, const char *name)
{
	static char path[4][512];
	static unsigned which;
	char *p = path[which++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s/%s", box, part, name);
	return p;
}

static void
add(const char *part, const char *name, const char *text)
{
	file_put(at(part, name), text, strlen(text));
}

static void
move(const char *from, const char *name, const char *to, const char *as)
{
	assert_int_equal(rename(at(from, name), at(to, as)), 0);
}

static int
set_up(void **state)
{
	box = folder_make();
	assert_int_equal(mkdir(in(box, "new"), 0700), 0);
	assert_int_equal(mkdir(in(box, "cur"), 0700), 0);
	d.new = d.cur = -1;
	memset(&reading, 0, sizeof(reading));
	calls_reset();
	return 0;
}

static int
tear_down(void **state)
{
	calls_reset();
	maildrop_close(&d);
	folder_remove(box);
	return 0;
}

static void
open_box(void)
{
	maildrop_close(&d);
	assert_int_equal(maildrop_open(&d, box), 1);
}

/* The messages' names in their order, "a b c". */
static void
check_names(const char *want)
{
	struct buf got = BUF_MAX(10000);
	size_t i, n;

	for (i = 0; i < d.n; i++)
		assert_int_equal(buf_addf(&got, "%s%s", i > 0 ? " " : "",
		    maildrop_name(&d, i, &n)), 0);
	CHECK(holds(&got, want), "%s", shown(got.s, got.len));
	buf_free(&got);
}

static uint64_t
octets(size_t i)
{
	uint64_t n = 12345;

	assert_int_equal(maildrop_octets(&d, i, &n), 0);
	return n;
}

/* What stands in message i. */
static void
check_text(size_t i, const char *want)
{
	char text[100];
	int fd = maildrop_read(&d, i);
	ssize_t n;

	CHECK(fd != -1, "%zu: errno %d", i, errno);
	n = read(fd, text, sizeof(text));
	CHECK(n == (ssize_t)strlen(want) && memcmp(text, want, (size_t)n) == 0,
	    "%zu: %s", i, shown(text, (size_t)n));
	close(fd);
}

static void
test_none(void **state)
{
	assert_int_equal(maildrop_open(&d, in(box, "missing")), 0);
	assert_int_equal(d.n, 0);
	add("new", "1.a", "x");
	CHECK_FAILS(maildrop_open(&d, at("new", "1.a")), ENOTDIR);
	assert_int_equal(d.n, 0);
	assert_int_equal(unlink(at("new", "1.a")), 0);
	assert_int_equal(rmdir(in(box, "new")), 0);
	assert_int_equal(rmdir(in(box, "cur")), 0);
	open_box();
	assert_int_equal(d.n, 0);
	assert_int_equal(maildrop_can_remove(&d), 0);
}

static void
test_order(void **state)
{
	add("new", "10.a", "");
	add("cur", "9.z:2,S", "");
	add("new", "100.a", "");
	add("cur", "10.b:2,", "");
	add("cur", "10.ab:2,FS", "");
	add("cur", "10.a,S=3:2,FS", "");
	add("new", "name", "");
	add("new", "099.x", "");
	add("new", "99999999999999999999999.x", "");
	open_box();
	check_names("99999999999999999999999.x name 9.z:2,S 10.a "
	    "10.a,S=3:2,FS 10.ab:2,FS 10.b:2, 099.x 100.a");
}

static void
test_no_messages(void **state)
{
	add("new", ".hidden", "");
	add("cur", ".nfs0001", "");
	assert_int_equal(mkdir(at("cur", "1.folder"), 0700), 0);
	assert_int_equal(mkfifo(at("new", "2.fifo"), 0600), 0);
	assert_int_equal(symlink("nowhere", at("new", "3.link")), 0);
	add("new", "4.file", "");
	assert_int_equal(symlink("4.file", at("new", "5.link")), 0);
	open_box();
	check_names("4.file 5.link");
}

/* More than one piece of a folder, and sorted by every step of the sort. */
static void
test_many(void **state)
{
	char name[100];
	size_t i, n;

	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "%zu.%s:2,", i * 7919 % 3000 + 1,
		    many('x', 50));
		add("cur", name, "");
	}
	open_box();
	assert_int_equal(d.n, 3000);
	for (i = 0; i < d.n; i++)
		CHECK(atoi(maildrop_name(&d, i, &n)) == (int)i + 1, "%zu: %s",
		    i, maildrop_name(&d, i, &n));
}

static void
test_octets(void **state)
{
	add("new", "1.a", "a\nb\n");
	add("new", "2.a,S=4", "a\nb");
	add("new", "3.a,S=4,W=777", "a");
	add("cur", "4.a,W=888,S=4:2,S", "a");
	add("cur", "5.a:2,,W=9", "a\r\nb\r\n");
	add("new", "6.a,W=x", "a\n");
	add("new", "7.a,W=", "");
	add("new", "8.a,W=99999999999999999999", "a\n");
	open_box();
	assert_int_equal(octets(0), 6);
	assert_int_equal(octets(1), 6);
	assert_int_equal(octets(2), 777);
	assert_int_equal(octets(3), 888);
	assert_int_equal(octets(4), 6);
	assert_int_equal(octets(5), 3);
	assert_int_equal(octets(6), 0);
	assert_int_equal(octets(7), 3);
	assert_int_equal(unlink(at("new", "1.a")), 0);
	assert_int_equal(octets(0), 6);		/* it is known */
	open_box();
	assert_int_equal(unlink(at("new", "2.a,S=4")), 0);
	assert_int_equal(octets(0), 0);		/* too late */
}

/* Another session makes it a seen one, or moves it: the same message. */
static void
test_renamed(void **state)
{
	add("new", "1.a,S=3", "one");
	add("cur", "2.b:2,", "two");
	add("cur", "3.c:2,", "three");
	open_box();
	move("new", "1.a,S=3", "cur", "1.a,S=3:2,S");
	move("cur", "2.b:2,", "cur", "2.b:2,FS");
	assert_int_equal(unlink(at("cur", "3.c:2,")), 0);
	add("new", "0.x", "new");
	check_text(0, "one");
	check_text(1, "two");
	CHECK_FAILS(maildrop_read(&d, 2), ENOENT);
	check_names("1.a,S=3:2,S 2.b:2,FS 3.c:2,");
	move("cur", "1.a,S=3:2,S", "new", "1.a,S=3");
	check_text(0, "one");
}

static void
test_double(void **state)
{
	add("new", "1.a", "old");
	add("cur", "1.a:2,S", "now");
	open_box();
	check_names("1.a:2,S");
	check_text(0, "now");
}

static void
move_to_cur(void)
{
	move("new", "1.a", "cur", "1.a:2,S");
}

/* A message that moves between the reading of new/ and that of cur/. */
static void
test_moved_meanwhile(void **state)
{
	add("new", "1.a", "one");
	reading.nth = 2;
	reading.first = move_to_cur;
	open_box();
	check_names("1.a:2,S");
	check_text(0, "one");
}

static void
change_flags(void)
{
	move("cur", "1.a:2,", "cur", "1.a:2,S");
}

/* A reading of cur/ that passes over a name, because others rename there. */
static void
test_passed_over(void **state)
{
	const struct timespec past[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	add("cur", "1.a:2,", "one");
	add("cur", "2.b:2,", "two");
	assert_int_equal(utimensat(AT_FDCWD, in(box, "cur"), past, 0), 0);
	reading.nth = 2;
	reading.passed_over = "1.a:2,";
	reading.then = change_flags;
	open_box();
	check_names("1.a:2,S 2.b:2,");
	check_text(0, "one");
	assert_int_equal(reading.seen, 3);
}

static void
test_remove(void **state)
{
	add("new", "1.a", "");
	add("cur", "2.b:2,", "");
	add("cur", "3.c:2,", "");
	open_box();
	assert_int_equal(maildrop_can_remove(&d), 0);
	assert_int_equal(maildrop_remove(&d, 0), 0);
	move("cur", "2.b:2,", "cur", "2.b:2,S");
	assert_int_equal(maildrop_remove(&d, 1), 0);
	assert_int_equal(folder_count(in(box, "new"), NULL), 0);
	assert_int_equal(folder_count(in(box, "cur"), NULL), 1);
	assert_int_equal(unlink(at("cur", "3.c:2,")), 0);
	assert_int_equal(maildrop_remove(&d, 2), 0);
	CHECK_FAILS(maildrop_read(&d, 2), ENOENT);
}

static void
test_remove_fails(void **state)
{
	add("new", "1.a", "one");
	open_box();
	calls_fail("unlinkat", 1, EIO);
	CHECK_FAILS(maildrop_remove(&d, 0), EIO);
	check_text(0, "one");
	assert_int_equal(maildrop_remove(&d, 0), 0);
	if (geteuid() == 0)
		return;			/* root may write everywhere */
	assert_int_equal(chmod(in(box, "cur"), 0500), 0);
	CHECK_FAILS(maildrop_can_remove(&d), EACCES);
	assert_int_equal(chmod(in(box, "cur"), 0700), 0);
}

static void
test_see(void **state)
{
	static const struct {
		const char	*part, *name, *now;
		int		 r;
	} cases[] = {
		{ "new", "1.a", "1.a:2,S", 1 },
		{ "new", "2.a:2,", "2.a:2,S", 1 },
		{ "new", "3.a:2,S", "3.a:2,S", 1 },
		{ "cur", "4.a", "4.a:2,S", 1 },
		{ "cur", "5.a:2,", "5.a:2,S", 1 },
		{ "cur", "6.a:2,FR", "6.a:2,FRS", 1 },
		{ "cur", "7.a:2,DTab", "7.a:2,DSTab", 1 },
		{ "cur", "8.a:2,S", "8.a:2,S", 0 },
		{ "cur", "9.a:2,TS", "9.a:2,TS", 0 },
		{ "cur", "90.a:1,x", "90.a:1,x", 0 },
		{ "cur", "91.a,S=1,W=1:2,", "91.a,S=1,W=1:2,S", 1 },
	};
	char last[256];
	size_t i;

	for (i = 0; i < LENGTH(cases); i++)
		add(cases[i].part, cases[i].name, cases[i].name);
	open_box();
	for (i = 0; i < LENGTH(cases); i++) {
		struct stat st;

		CHECK(maildrop_see(&d, i) == cases[i].r, "%s", cases[i].name);
		CHECK(stat(at("cur", cases[i].now), &st) == 0, "no %s",
		    cases[i].now);
		check_text(i, cases[i].name);
	}
	assert_int_equal(folder_count(in(box, "new"), last), 0);
}

static void
test_see_fails(void **state)
{
	char name[256];

	snprintf(name, sizeof(name), "1.%s", many('x', 250));
	add("new", name, "long");
	add("new", "2.a", "two");
	add("new", "3.a", "three");
	open_box();
	CHECK_FAILS(maildrop_see(&d, 0), ENAMETOOLONG);
	check_text(0, "long");
	calls_fail("renameat", 1, EIO);
	CHECK_FAILS(maildrop_see(&d, 1), EIO);
	move("new", "2.a", "cur", "2.a:2,F");
	assert_int_equal(maildrop_see(&d, 1), 1);
	check_text(1, "two");
	assert_int_equal(unlink(at("new", "3.a")), 0);
	CHECK_FAILS(maildrop_see(&d, 2), ENOENT);
}

static void
open_by_index(void)
{
	static const struct index_boot boot = { { 1 } };

	maildrop_close(&d);
	assert_int_equal(maildrop_open_index(&d, box, &boot), 1);
	assert_int_equal(d.indexed, 1);
}

/* By the index: what was counted, deleted and seen is known to the next session,
 * which reads no folder. */
static void
test_index(void **state)
{
	add("new", "1.a", "a\nb\n");
	add("new", "2.b", "");
	add("cur", "3.c:2,F", "three");
	add("cur", "4.d:2,", "");
	usleep(25000);
	open_by_index();
	check_names("1.a 2.b 3.c:2,F 4.d:2,");
	assert_int_equal(octets(0), 6);
	maildrop_learn(&d);
	maildrop_will_change(&d);
	assert_int_equal(maildrop_see(&d, 0), 1);
	assert_int_equal(maildrop_see(&d, 2), 1);
	assert_int_equal(maildrop_remove(&d, 1), 0);
	check_text(0, "a\nb\n");
	maildrop_learn(&d);
	reading.seen = 0;
	open_by_index();
	check_names("1.a:2,S 3.c:2,FS 4.d:2,");
	assert_int_equal(unlink(at("cur", "1.a:2,S")), 0);
	assert_int_equal(reading.seen, 0);
	assert_int_equal(octets(0), 6);
	check_text(1, "three");
	move("cur", "3.c:2,FS", "cur", "3.c:2,S");
	check_text(1, "three");
	CHECK_FAILS(maildrop_read(&d, 0), ENOENT);
	assert_int_equal(maildrop_see(&d, 2), 1);	/* unwatched */
	usleep(25000);
	open_by_index();
	check_names("3.c:2,S 4.d:2,S");
}

/* Another session delivers, renames and deletes while this one goes on. */
static void
test_index_goes_on(void **state)
{
	size_t n;

	add("new", "1.a", "one");
	add("new", "2.b", "two");
	usleep(25000);
	open_by_index();
	maildrop_will_change(&d);
	move("new", "1.a", "cur", "1.a:2,");
	add("new", "3.c", "three");
	assert_int_equal(maildrop_see(&d, 1), 1);
	maildrop_learn(&d);
	assert_string_equal(maildrop_name(&d, 0, &n), "1.a");
	check_text(0, "one");
	open_by_index();
	check_names("1.a:2, 2.b:2,S 3.c");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_none),
		TEST(test_order),
		TEST(test_no_messages),
		TEST(test_many),
		TEST(test_octets),
		TEST(test_renamed),
		TEST(test_double),
		TEST(test_moved_meanwhile),
		TEST(test_passed_over),
		TEST(test_remove),
		TEST(test_remove_fails),
		TEST(test_see),
		TEST(test_see_fails),
		TEST(test_index),
		TEST(test_index_goes_on),
	};

	return cmocka_run_group_tests_name("maildrop", tests, NULL, NULL);
}
