/* test-newfile - lib/sys/newfile.c: the order of its calls, in all its forms,
 * and each call failing in turn. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "sys/newfile.h"

static struct {
	char	*root;
	int	 dir, tmp;
} place;

static int
set_up(void **state)
{
	place.root = folder_make();
	assert_int_equal(mkdir(in(place.root, "dir"), 0700), 0);
	assert_int_equal(mkdir(in(place.root, "tmp"), 0700), 0);
	place.dir = open(in(place.root, "dir"), O_RDONLY | O_DIRECTORY);
	place.tmp = open(in(place.root, "tmp"), O_RDONLY | O_DIRECTORY);
	assert_true(place.dir != -1 && place.tmp != -1);
	calls_reset();
	return 0;
}

static int
tear_down(void **state)
{
	calls_reset();
	close(place.dir);
	close(place.tmp);
	folder_remove(place.root);
	return 0;
}

/* What dir/ holds under the name, or "" for nothing. */
static void
expect(const char *name, const char *text)
{
	char path[64];
	struct buf b = BUF_MAX(1);

	snprintf(path, sizeof(path), "dir/%s", name);
	if (access(in(place.root, path), F_OK) == 0)
		file_get(in(place.root, path), &b);
	CHECK(holds(&b, text), "%s: %s", name, shown(b.s, b.len));
	buf_free(&b);
}

static void
expect_counts(size_t dir, size_t tmp)
{
	assert_int_equal(folder_count(in(place.root, "dir"), NULL), dir);
	assert_int_equal(folder_count(in(place.root, "tmp"), NULL), tmp);
}

/* All steps as the queue takes them. 0, or -1 at the first that fails. */
static int
whole(const char *name, const char *text)
{
	struct newfile f;
	int r = -1;

	if (newfile_open(&f, place.dir, place.tmp, name, 0600) == -1) {
		assert_int_equal(f.fd, -1);
		return -1;
	}
	if (write(f.fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	    newfile_link(&f, place.dir, name) == 0 &&
	    newfile_sync(f.fd) == 0 && newfile_sync_dir(place.dir) == 0)
		r = 0;
	newfile_close(&f);
	assert_int_equal(f.fd, -1);
	return r;
}

static void
test_nameless(void **state)
{
	struct stat st;

	assert_int_equal(whole("one", "text\n"), 0);
	if (strstr(calls_list(), "create") != NULL)
		skip();			/* TMPDIR has no nameless files */
	assert_string_equal(calls_list(),
	    " tmpfile write linkat fsync fsync-dir");
	expect("one", "text\n");
	expect_counts(1, 0);
	assert_int_equal(stat(in(place.root, "dir/one"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
}

/* NFS says EOPNOTSUPP, old kernels EISDIR, some EINVAL. */
static void
test_named(void **state)
{
	static const int errors[] = { EOPNOTSUPP, EISDIR, EINVAL };
	struct stat st;
	size_t i;

	for (i = 0; i < LENGTH(errors); i++) {
		const char *name = "abc" + i;

		calls_reset();
		calls_no_tmpfile(errors[i]);
		assert_int_equal(whole(name, "text\n"), 0);
		assert_string_equal(calls_list(), " tmpfile unlinkat create "
		    "write linkat fsync fsync-dir unlinkat");
		expect(name, "text\n");
		expect_counts(i + 1, 0);
	}
	assert_int_equal(stat(in(place.root, "dir/abc"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
}

/* Any other refusal is a refusal. */
static void
test_no_disk(void **state)
{
	calls_no_tmpfile(ENOSPC);
	CHECK_FAILS(whole("one", "x"), ENOSPC);
	assert_string_equal(calls_list(), " tmpfile");
	expect_counts(0, 0);
}

/* Without tmp_dir there is only the nameless form. */
static void
test_no_tmp_dir(void **state)
{
	struct newfile f;

	calls_no_tmpfile(EOPNOTSUPP);
	CHECK_FAILS(newfile_open(&f, place.dir, -1, "one", 0600), EOPNOTSUPP);
	assert_int_equal(f.fd, -1);
	newfile_close(&f);
}

static void
test_no_proc(void **state)
{
	calls_no_proc();
	errno = 0;
	if (whole("one", "text\n") == -1) {	/* it needs a capability */
		assert_int_equal(errno, ENOENT);
		expect_counts(0, 0);
		skip();
	}
	assert_string_equal(calls_list(),
	    " tmpfile write linkat linkat-empty fsync fsync-dir");
	expect("one", "text\n");
}

/* A killed process may have left a file under our name in tmp/. */
static void
test_left_over(void **state)
{
	file_put(in(place.root, "tmp/one"), "old and longer", 14);
	calls_no_tmpfile(EOPNOTSUPP);
	assert_int_equal(whole("one", "new"), 0);
	expect("one", "new");
	expect_counts(1, 0);
}

static void
test_taken(void **state)
{
	int named;

	file_put(in(place.root, "dir/one"), "first", 5);
	for (named = 0; named < 2; named++) {
		calls_reset();
		if (named)
			calls_no_tmpfile(EOPNOTSUPP);
		CHECK_FAILS(whole("one", "second"), EEXIST);
		expect("one", "first");
		expect_counts(1, 0);
	}
}

/* In the place of a file that is there, and of none; both forms. */
static void
test_replace(void **state)
{
	int named, there;

	for (named = 0; named < 2; named++)
		for (there = 0; there < 2; there++) {
			struct newfile f;

			if (there)
				file_put(in(place.root, "dir/x"), "old", 3);
			file_put(in(place.root, "tmp/x"), "left", 4);
			calls_reset();
			if (named)
				calls_no_tmpfile(EOPNOTSUPP);
			assert_int_equal(newfile_open(&f, place.dir, place.tmp,
			    "x", 0600), 0);
			assert_int_equal(write(f.fd, "new", 3), 3);
			assert_int_equal(newfile_replace(&f, place.dir, "x"),
			    0);
			expect("x", "new");
			calls_reset();
			newfile_close(&f);
			assert_string_equal(calls_list(), "");
			expect("x", "new");
			expect_counts(1, 0);
			unlink(in(place.root, "dir/x"));
		}
}

static void
test_replace_without_tmp(void **state)
{
	struct newfile f;

	if (newfile_open(&f, place.dir, -1, "x", 0600) == -1)
		skip();
	CHECK_FAILS(newfile_replace(&f, place.dir, "x"), EOPNOTSUPP);
	newfile_close(&f);
	expect_counts(0, 0);
}

static void
test_long_names(void **state)
{
	struct newfile f;

	calls_no_tmpfile(EOPNOTSUPP);
	CHECK_FAILS(newfile_open(&f, place.dir, place.tmp,
	    many('n', NEWFILE_NAME), 0600), ENAMETOOLONG);
	assert_int_equal(f.fd, -1);
	assert_int_equal(newfile_open(&f, place.dir, place.tmp,
	    many('n', NEWFILE_NAME - 1), 0600), 0);
	newfile_close(&f);
	expect_counts(0, 0);
	calls_reset();
	if (newfile_open(&f, place.dir, place.tmp, "n", 0600) == -1)
		skip();
	CHECK_FAILS(newfile_replace(&f, place.dir, many('n', NEWFILE_NAME)),
	    ENAMETOOLONG);
	newfile_close(&f);
	expect_counts(0, 0);
}

/* Whatever fails: -1 with its errno, no descriptor, nothing in tmp/. */
static void
test_each_call_fails(void **state)
{
	static const struct {
		const char *call;
		unsigned nth;
		int named;
		size_t in_dir;		/* a link that was made stays */
	} cases[] = {
		{ "tmpfile", 1, 0, 0 },
		{ "write", 1, 0, 0 },
		{ "linkat", 1, 0, 0 },
		{ "fsync", 1, 0, 1 },
		{ "fsync-dir", 1, 0, 1 },
		{ "unlinkat", 1, 1, 0 },
		{ "create", 1, 1, 0 },
		{ "write", 1, 1, 0 },
		{ "linkat", 1, 1, 0 },
		{ "fsync", 1, 1, 1 },
		{ "fsync-dir", 1, 1, 1 },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char name[8];

		snprintf(name, sizeof(name), "%zu", i);
		calls_reset();
		if (cases[i].named)
			calls_no_tmpfile(EOPNOTSUPP);
		calls_fail(cases[i].call, cases[i].nth, EIO);
		CHECK_FAILS(whole(name, "x"), EIO);
		CHECK(access(in(in(place.root, "dir"), name), F_OK) ==
		    (cases[i].in_dir ? 0 : -1), "%s", cases[i].call);
		assert_int_equal(folder_count(in(place.root, "tmp"), NULL), 0);
	}
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_nameless),
		TEST(test_named),
		TEST(test_no_disk),
		TEST(test_no_tmp_dir),
		TEST(test_no_proc),
		TEST(test_left_over),
		TEST(test_taken),
		TEST(test_replace),
		TEST(test_replace_without_tmp),
		TEST(test_long_names),
		TEST(test_each_call_fails),
	};

	return cmocka_run_group_tests_name("newfile", tests, NULL, NULL);
}
