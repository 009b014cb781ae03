/* test-maildirsize - lib/mail/maildirsize.c */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mail/maildirsize.h"

static struct {
	char	*root;
	int	 dir;
} box;

static int
set_up(void **state)
{
	static const char *const folders[] = { "new", "cur", "tmp", ".a",
	    ".a/new", ".a/cur", ".Trash", ".Trash/new", ".Trash/cur", "x",
	    "x/new" };
	size_t i;

	box.root = folder_make();
	for (i = 0; i < LENGTH(folders); i++)
		assert_int_equal(mkdir(in(box.root, folders[i]), 0700), 0);
	file_put(in(box.root, "new/1.host,S=100,W=110"), "x", 1);
	file_put(in(box.root, "cur/2.host,S=20:2,S"), "x", 1);
	file_put(in(box.root, "cur/3.host"), "1234567", 7);
	file_put(in(box.root, "cur/.nfs1,S=5000"), "x", 1);
	file_put(in(box.root, "tmp/4.host,S=5000"), "x", 1);
	file_put(in(box.root, ".a/cur/5.host,S=3000:2,"), "x", 1);
	file_put(in(box.root, ".Trash/new/6.host,S=5000"), "x", 1);
	file_put(in(box.root, "x/new/7.host,S=5000"), "x", 1);
	assert_int_equal(symlink("x", in(box.root, ".link")), 0);
	box.dir = open(box.root, O_RDONLY | O_DIRECTORY);
	assert_true(box.dir != -1);
	return 0;
}
#define ALL	"3127 4\n"		/* what that comes to */

static int
tear_down(void **state)
{
	close(box.dir);
	folder_remove(box.root);
	return 0;
}

static void
put_size(const char *text)
{
	file_put(in(box.root, "maildirsize"), text, strlen(text));
}

static void
check_size(const char *text)
{
	struct buf b = BUF_MAX(10000);

	file_get(in(box.root, "maildirsize"), &b);
	CHECK(holds(&b, text), "%s", shown(b.s, b.len));
	buf_free(&b);
}

static void
test_none(void **state)
{
	struct quota none = { .octets = 0 };
	struct maildirsize s;

	assert_int_equal(maildirsize_open(&s, box.dir, &none), 0);
	put_size("nonsense\n");
	assert_int_equal(maildirsize_open(&s, box.dir, &none), 0);
	check_size("nonsense\n");
}

static void
test_made(void **state)
{
	static const char *const before[] = { NULL, "", "nonsense",
	    "9999S\n5 1\n", "4000S\n5\n", "4000S\n-5 1\n" };
	struct quota q = { .octets = 4000 };
	struct maildirsize s;
	size_t i;

	for (i = 0; i < LENGTH(before); i++) {
		if (before[i] != NULL)
			put_size(before[i]);
		assert_int_equal(maildirsize_open(&s, box.dir, &q), 1);
		check_size("4000S\n" ALL);
		assert_true(maildirsize_has_room(&s, 873));
		assert_false(maildirsize_has_room(&s, 874));
		maildirsize_close(&s);
		check_size("4000S\n" ALL);
	}
	assert_int_equal(folder_count(in(box.root, "tmp"), (char[256]){ "" }), 1);
}

static void
test_added(void **state)
{
	struct quota none = { .octets = 0 };
	struct maildirsize s;

	put_size("1000S,9C\n100 1\n");
	assert_int_equal(maildirsize_open(&s, box.dir, &none), 1);
	maildirsize_add(&s, 50);
	maildirsize_add(&s, 60);
	assert_int_equal(s.used.octets, 210);
	maildirsize_close(&s);
	check_size("1000S,9C\n100 1\n110 2\n");
}

/* Seems full: believed only when it was counted within 15 minutes. */
static void
test_full(void **state)
{
	struct timespec old[2] = { { .tv_sec = time(NULL) - 1000 },
	    { .tv_sec = time(NULL) - 1000 } };
	struct quota none = { .octets = 0 };
	struct maildirsize s;

	put_size("5000S\n5000 1\n");
	assert_int_equal(maildirsize_open(&s, box.dir, &none), 1);
	assert_false(maildirsize_has_room(&s, 10));
	maildirsize_close(&s);
	check_size("5000S\n5000 1\n");
	assert_int_equal(utimensat(box.dir, "maildirsize", old, 0), 0);
	assert_int_equal(maildirsize_open(&s, box.dir, &none), 1);
	assert_true(maildirsize_has_room(&s, 10));
	maildirsize_close(&s);
	check_size("5000S\n" ALL);
	put_size("5000S\n4000 1\n1000 1\n");
	assert_int_equal(maildirsize_open(&s, box.dir, &none), 1);
	assert_true(maildirsize_has_room(&s, 10));
	maildirsize_close(&s);
	check_size("5000S\n" ALL);
}

static void
test_long(void **state)
{
	struct quota none = { .octets = 0 };
	struct buf b = BUF_MAX(10000);
	struct maildirsize s;

	assert_int_equal(buf_adds(&b, "5000S\n"), 0);
	while (b.len <= QUOTA_SIZE_FILE)
		assert_int_equal(buf_adds(&b, "1 1\n"), 0);
	file_put(in(box.root, "maildirsize"), b.s, b.len);
	assert_int_equal(maildirsize_open(&s, box.dir, &none), 1);
	maildirsize_close(&s);
	check_size("5000S\n" ALL);
	buf_free(&b);
}

/* A link leads out of the Maildir, a FIFO would hang: both are replaced. */
static void
test_odd(void **state)
{
	struct quota q = { .octets = 5000 };
	struct maildirsize s;

	file_put(in(box.root, "x/victim"), "5000S\n5 1\n", 10);
	assert_int_equal(symlinkat("x/victim", box.dir, "maildirsize"), 0);
	assert_int_equal(maildirsize_open(&s, box.dir, &q), 1);
	maildirsize_close(&s);
	check_size("5000S\n" ALL);
	assert_int_equal(unlinkat(box.dir, "maildirsize", 0), 0);
	assert_int_equal(mkfifoat(box.dir, "maildirsize", 0600), 0);
	assert_int_equal(maildirsize_open(&s, box.dir, &q), 1);
	maildirsize_close(&s);
	check_size("5000S\n" ALL);
}

int
main(void)
{
#define IN_A_BOX(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_none),
		IN_A_BOX(test_made),
		IN_A_BOX(test_added),
		IN_A_BOX(test_full),
		IN_A_BOX(test_long),
		IN_A_BOX(test_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
