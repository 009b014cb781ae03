/* test-index - lib/mail/index: UIDs, flags and modseqs of a folder, what others
 * do to its files, what is left after a kill, and hostile files. */
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mail/index-inside.h"
#include "sys/folder.h"

static char *box;
static struct index ix;
static struct index_boot boot = { { 1, 2, 3 } };

/* The linker leads folder_read here: how often it was called, a name that
 * begins so is passed over, and what is done behind each reading. */
static struct {
	int		 n;
	const char	*passed_over;
	void		(*then)(void);
	int		 (*each)(void *, const char *, size_t, unsigned char);
} reading;

int __real_folder_read(int fd, int (*each)(void *, const char *, size_t,
    unsigned char), void *arg);
int __wrap_folder_read(int fd, int (*each)(void *, const char *, size_t,
    unsigned char), void *arg);

static int
unless_passed_over(void *arg, const char *name, size_t n, unsigned char type)
{
	if (reading.passed_over != NULL && strncmp(name, reading.passed_over,
	    strlen(reading.passed_over)) == 0)
		return 0;
	return reading.each(arg, name, n, type);
}

int
__wrap_folder_read(int fd, int (*each)(void *, const char *, size_t,
    unsigned char), void *arg)
{
	int r;

	reading.n++;
	reading.each = each;
	r = __real_folder_read(fd, unless_passed_over, arg);
	if (reading.then != NULL)
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
add(const char *part, const char *name)
{
	file_put(at(part, name), name, strlen(name));
}

static void
move(const char *from, const char *name, const char *to, const char *as)
{
	assert_int_equal(rename(at(from, name), at(to, as)), 0);
}

static void
open_box(void)
{
	index_close(&ix);
	assert_int_equal(index_open(&ix, box, &boot), 0);
}

static void
sync_box(void)
{
	assert_int_equal(index_sync(&ix), 0);
}

static int
set_up(void **state)
{
	memset(&reading, 0, sizeof(reading));
	box = folder_make();
	assert_int_equal(mkdir(in(box, "new"), 0700), 0);
	assert_int_equal(mkdir(in(box, "cur"), 0700), 0);
	memset(&ix, 0, sizeof(ix));
	ix.dir = ix.new = ix.cur = ix.lock = ix.log = ix.watch = -1;
	open_box();
	return 0;
}

static int
tear_down(void **state)
{
	index_close(&ix);
	folder_remove(box);
	return 0;
}

/* The messages as "UID path[+FLAGS][ (gone)]", one behind the other. */
static void
check_at(int line, const char *want)
{
	struct buf got = BUF_MAX(100000);
	char path[INDEX_PATH];
	size_t i;

	for (i = 0; i < ix.n; i++) {
		const struct index_record *r = index_at(&ix, i);

		assert_int_equal(buf_addf(&got, "%s%u %s", i > 0 ? ", " : "",
		    r->uid, index_path(&ix, r, path)), 0);
		if ((r->flags & INDEX_FLAGS) != (r->disk & INDEX_FLAGS))
			assert_int_equal(buf_addf(&got, "=%x", r->flags &
			    INDEX_FLAGS), 0);
		if (r->flags & INDEX_EXPUNGED)
			assert_int_equal(buf_adds(&got, " gone"), 0);
	}
	CHECK(holds(&got, want), "line %d: %s", line, shown(got.s, got.len));
	buf_free(&got);
}
#define check(want)	check_at(__LINE__, want)

static void
store(uint32_t uid, enum index_op op, uint32_t flags)
{
	struct index_range r = { uid, uid };

	assert_int_equal(index_store(&ix, &r, 1, op, flags, 0, UINT64_MAX,
	    NULL, NULL), 0);
}

static void
expunge(uint32_t first, uint32_t last)
{
	struct index_range r = { first, last };

	assert_int_equal(index_expunge(&ix, &r, 1, 0), 0);
}

static void
test_found(void **state)
{
	uint32_t validity = ix.state.head.validity;

	assert_true(validity != 0);
	add("cur", "9.z:2,S");
	add("new", "10.a,S=6,W=77");
	add("cur", "10.b:2,FS");
	add("cur", ".hidden");
	assert_int_equal(mkdir(at("new", "1.folder"), 0700), 0);
	sync_box();
	check("1 cur/9.z:2,S, 2 new/10.a,S=6,W=77, 3 cur/10.b:2,FS");
	assert_int_equal(ix.state.head.messages, 3);
	assert_int_equal(ix.state.head.unseen, 1);
	assert_int_equal(ix.state.head.unsized, 2);
	assert_int_equal(ix.state.head.wire, 77);
	assert_int_equal(ix.state.head.octets, 7 + 13 + 9);
	assert_int_equal(index_first_unseen(&ix), 1);
	open_box();
	check("1 cur/9.z:2,S, 2 new/10.a,S=6,W=77, 3 cur/10.b:2,FS");
	add("new", "1.first");
	sync_box();
	check("1 cur/9.z:2,S, 2 new/10.a,S=6,W=77, 3 cur/10.b:2,FS, "
	    "4 new/1.first");
	assert_int_equal(ix.state.head.validity, validity);
	assert_int_equal(ix.state.head.next, 5);
}

static void
test_odd_names(void **state)
{
	add("cur", "1.a");
	add("cur", "2.b:1,x");
	add("cur", "3.c:2,SF");
	add("cur", "4.d:2,FXZ");
	add("new", "5.e:2,S");
	sync_box();
	check("1 cur/1.a, 2 cur/2.b:1,x, 3 cur/3.c:2,SF, 4 cur/4.d:2,FXZ, "
	    "5 new/5.e:2,S");
	index_close(&ix);
	open_box();
	store(1, INDEX_PLUS, INDEX_SEEN);
	store(2, INDEX_PLUS, INDEX_SEEN);
	store(3, INDEX_PLUS, INDEX_DRAFT);
	store(4, INDEX_PLUS, INDEX_SEEN);
	store(5, INDEX_PLUS, INDEX_DELETED);
	assert_int_equal(index_flush(&ix, SIZE_MAX, 0), 4);
	check("1 cur/1.a:2,S, 2 cur/2.b:1,x=10, 3 cur/3.c:2,DFS, "
	    "4 cur/4.d:2,FSXZ, 5 cur/5.e:2,ST");
	sync_box();
	open_box();
	check("1 cur/1.a:2,S, 2 cur/2.b:1,x=10, 3 cur/3.c:2,DFS, "
	    "4 cur/4.d:2,FSXZ, 5 cur/5.e:2,ST");
	assert_int_equal(access(at("cur", "4.d:2,FSXZ"), F_OK), 0);
}

/* Our change and another's, of different flags and of the same one. */
static void
test_merge(void **state)
{
	uint64_t modseq;

	add("cur", "1.a:2,");
	add("cur", "2.b:2,S");
	sync_box();
	store(1, INDEX_PLUS, INDEX_FLAGGED);
	move("cur", "1.a:2,", "cur", "1.a:2,S");
	move("cur", "2.b:2,S", "cur", "2.b:2,");
	modseq = ix.state.head.highest;
	sync_box();
	check("1 cur/1.a:2,S=12, 2 cur/2.b:2,");
	assert_true(ix.state.head.highest > modseq);
	assert_int_equal(index_flush(&ix, SIZE_MAX, 0), 1);
	check("1 cur/1.a:2,FS, 2 cur/2.b:2,");
	store(2, INDEX_PLUS, INDEX_SEEN | INDEX_ANSWERED);
	move("cur", "2.b:2,", "cur", "2.b:2,S");
	sync_box();
	check("1 cur/1.a:2,FS, 2 cur/2.b:2,S=18");
	store(2, INDEX_SET, 0);
	assert_int_equal(index_flush(&ix, SIZE_MAX, 0), 1);
	sync_box();
	check("1 cur/1.a:2,FS, 2 cur/2.b:2,");
}

/* Killed between a rename and its note; then the flag is taken back. */
static void
test_flush_killed(void **state)
{
	struct rlimit l = { 0, 0 };
	struct stat st;
	int status;
	pid_t pid;

	add("cur", "1.a:2,");
	sync_box();
	store(1, INDEX_PLUS, INDEX_SEEN);
	pid = fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &l);
		signal(SIGXFSZ, SIG_DFL);
		(void)stat(in(box, "correo-log"), &st);
		l.rlim_cur = l.rlim_max = (rlim_t)st.st_size + 30;
		setrlimit(RLIMIT_FSIZE, &l);
		(void)index_flush(&ix, SIZE_MAX, 0);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
	assert_int_equal(access(at("cur", "1.a:2,S"), F_OK), 0);
	store(1, INDEX_MINUS, INDEX_SEEN);
	sync_box();
	check("1 cur/1.a:2,S=0");
	assert_int_equal(index_flush(&ix, SIZE_MAX, 0), 1);
	check("1 cur/1.a:2,");
}

static void
test_adopt(void **state)
{
	add("new", "1.a");
	add("new", "2.b");
	sync_box();
	store(1, INDEX_PLUS, INDEX_SEEN);
	assert_int_equal(index_flush(&ix, SIZE_MAX, 0), 1);
	check("1 cur/1.a:2,S, 2 new/2.b");
	assert_int_equal(index_flush(&ix, SIZE_MAX, 1), 1);
	check("1 cur/1.a:2,S, 2 cur/2.b:2,");
	assert_int_equal(ix.state.head.in_new, 0);
	sync_box();
	check("1 cur/1.a:2,S, 2 cur/2.b:2,");
}

static void
note(void *arg, size_t i, uint32_t uid)
{
	assert_int_equal(buf_addf(arg, "%zu=%u ", i, uid), 0);
}

static void
test_expunge(void **state)
{
	struct buf told = BUF_MAX(1000);
	struct index other;
	char name[64];
	int i;

	for (i = 1; i <= 9; i++) {
		snprintf(name, sizeof(name), "%d.x:2,", i);
		add("cur", name);
	}
	sync_box();
	assert_int_equal(index_open(&other, box, &boot), 0);
	expunge(2, 3);
	assert_int_equal(access(at("cur", "2.x:2,"), F_OK), -1);
	assert_int_equal(index_refresh(&other), 1);
	assert_int_equal(other.n, 9);
	index_forget(&other, note, &told);
	CHECK(holds(&told, "2=3 1=2 "), "%s", shown(told.s, told.len));
	assert_int_equal(other.n, 7);
	assert_int_equal(index_find(&other, 2), 1);
	assert_int_equal(index_find(&other, 9), 6);
	assert_int_equal(index_find(&other, 10), 7);
	buf_free(&told);
	/* the snapshot changes meanwhile: the numbers stay until told */
	expunge(5, 5);
	assert_int_equal(index_begin(&ix), 0);
	assert_int_equal(index_fold(&ix), 0);
	assert_int_equal(index_end(&ix, 0), 0);
	add("new", "z");
	sync_box();
	assert_int_equal(index_refresh(&other), 1);
	assert_int_equal(other.n, 8);
	assert_true(index_at(&other, 2)->flags & INDEX_EXPUNGED);
	assert_int_equal(index_at(&other, 7)->uid, 10);
	index_forget(&other, note, &told);
	CHECK(holds(&told, "2=5 "), "%s", shown(told.s, told.len));
	assert_int_equal(other.n, 7);
	assert_int_equal(index_at(&other, 2)->uid, 6);
	buf_free(&told);
	index_close(&other);
	index_forget(&ix, NULL, NULL);
	check("1 cur/1.x:2,, 4 cur/4.x:2,, 6 cur/6.x:2,, 7 cur/7.x:2,, "
	    "8 cur/8.x:2,, 9 cur/9.x:2,, 10 new/z");
}

static void
test_expunge_by_others(void **state)
{
	add("cur", "1.a:2,");
	add("cur", "2.b:2,");
	add("new", "3.c");
	sync_box();
	assert_int_equal(unlink(at("cur", "1.a:2,")), 0);
	assert_int_equal(unlink(at("new", "3.c")), 0);
	sync_box();
	check("1 cur/1.a:2, gone, 2 cur/2.b:2,, 3 new/3.c gone");
	open_box();
	check("2 cur/2.b:2,");
	add("cur", "1.a:2,");
	sync_box();
	check("2 cur/2.b:2,, 4 cur/1.a:2,");
}

/* Never to the name that the index knows. */
static void
change_flags(void)
{
	static const char *const names[] = { "1.a:2,", "1.a:2,S", "1.a:2,F" };
	int i = 0;

	while (access(at("cur", names[i]), F_OK) == -1)
		i++;
	move("cur", names[i], "cur", names[i == 1 ? 2 : 1]);
}

/* While somebody renames in cur/ a name can be passed over each time. */
static void
test_passed_over(void **state)
{
	add("cur", "1.a:2,");
	add("cur", "2.b:2,");
	sync_box();
	reading.passed_over = "1.a:2,";
	reading.then = change_flags;
	add("cur", "3.c:2,");
	sync_box();
	assert_true(reading.n > 5);
	assert_int_equal(ix.state.head.messages, 3);
	memset(&reading, 0, sizeof(reading));
	usleep(25000);
	sync_box();
	sync_box();
	assert_int_equal(ix.state.head.messages, 3);
	assert_int_equal(reading.n, 2);
}

/* The folders are read when others change them, not for our own changes. */
static void
test_readings(void **state)
{
	add("cur", "1.a:2,");
	add("cur", "2.b:2,");
	add("cur", "3.c:2,");
	add("new", "4.d");
	usleep(25000);
	sync_box();
	reading.n = 0;
	sync_box();
	store(1, INDEX_PLUS, INDEX_SEEN);
	assert_int_equal(index_flush(&ix, SIZE_MAX, 1), 2);
	sync_box();
	expunge(2, 2);
	sync_box();
	usleep(25000);
	sync_box();
	expunge(3, 3);
	open_box();
	sync_box();
	check("1 cur/1.a:2,S, 4 cur/4.d:2,");
	assert_int_equal(reading.n, 0);
	store(1, INDEX_PLUS, INDEX_FLAGGED);
	assert_int_equal(index_flush(&ix, SIZE_MAX, 1), 1);
	move("cur", "4.d:2,", "cur", "4.d:2,R");
	open_box();
	sync_box();
	check("1 cur/1.a:2,FS, 4 cur/4.d:2,R");
	move("cur", "4.d:2,R", "cur", "4.d:2,");
	store(1, INDEX_MINUS, INDEX_FLAGGED);
	assert_int_equal(index_flush(&ix, SIZE_MAX, 1), 1);
	sync_box();
	check("1 cur/1.a:2,S, 4 cur/4.d:2,");
}

static void
test_renamed_meanwhile(void **state)
{
	char text[10];
	int fd;

	add("cur", "1.a:2,");
	add("cur", "2.b:2,");
	sync_box();
	move("cur", "1.a:2,", "cur", "1.a:2,S");
	fd = index_read(&ix, 1);
	assert_int_equal(read(fd, text, sizeof(text)), 6);
	close(fd);
	move("cur", "2.b:2,", "cur", "2.b:2,S");
	expunge(2, 2);
	assert_int_equal(access(at("cur", "2.b:2,S"), F_OK), -1);
	assert_int_equal(unlink(at("cur", "1.a:2,S")), 0);
	CHECK_FAILS(index_read(&ix, 1), ENOENT);
}

/* Which modseq is another's. */
static void
count_uid(void *arg, uint32_t uid)
{
	*(uint32_t *)arg += uid;
}

static void
count_changed(void *arg, size_t i, const struct index_record *r)
{
	*(uint32_t *)arg += r->uid;
}

static void
test_modseq(void **state)
{
	struct index_range all = { 1, UINT32_MAX };
	uint64_t first, second;
	uint32_t sum = 0;

	add("cur", "1.a:2,");
	add("cur", "2.b:2,");
	add("cur", "3.c:2,");
	sync_box();
	first = ix.state.head.highest;
	store(2, INDEX_PLUS, INDEX_SEEN);
	second = ix.state.head.highest;
	assert_true(second > first);
	store(2, INDEX_PLUS, INDEX_SEEN);	/* it has it: no change */
	assert_true(ix.state.head.highest == second);
	index_changed(&ix, first, count_changed, &sum);
	assert_int_equal(sum, 2);
	sum = 0;
	assert_int_equal(index_store(&ix, &all, 1, INDEX_PLUS, INDEX_FLAGGED,
	    0, first, count_uid, &sum), 0);
	assert_int_equal(sum, 2);
	check("1 cur/1.a:2,=2, 2 cur/2.b:2,=10, 3 cur/3.c:2,=2");
	sum = 0;
	index_changed(&ix, second, count_changed, &sum);
	assert_int_equal(sum, 4);
	first = ix.state.head.highest;
	index_close(&ix);
	assert_int_equal(unlink(in(box, "correo-index")), 0);
	assert_int_equal(unlink(in(box, "correo-log")), 0);
	open_box();
	assert_true(ix.state.head.highest > first);
}

static void
note_range(void *arg, uint32_t first, uint32_t last)
{
	assert_int_equal(buf_addf(arg, "%u:%u ", first, last), 0);
}

static void
check_vanished(uint64_t since, const char *want)
{
	struct buf told = BUF_MAX(1000);

	assert_int_equal(index_vanished(&ix, since, note_range, &told), 0);
	assert_int_equal(buf_0(&told), 0);
	CHECK(strcmp(told.s, want) == 0, "%s", told.s);
	buf_free(&told);
}

static void
test_vanished(void **state)
{
	uint64_t begin, middle;
	char name[64];
	int i;

	for (i = 1; i <= 9; i++) {
		snprintf(name, sizeof(name), "%d.x:2,", i);
		add("cur", name);
	}
	sync_box();
	begin = ix.state.head.highest;
	expunge(7, 8);
	middle = ix.state.head.highest;
	expunge(2, 2);
	assert_int_equal(index_begin(&ix), 0);
	assert_int_equal(index_fold(&ix), 0);
	assert_int_equal(index_end(&ix, 0), 0);
	expunge(3, 3);
	check_vanished(begin, "2:3 7:8 ");
	check_vanished(middle, "2:3 ");
	check_vanished(ix.state.head.highest, "");
	check_vanished(1, "2:3 7:8 ");
	open_box();
	check_vanished(middle, "2:3 ");
}

static void
test_keywords(void **state)
{
	struct index_range one = { 1, 1 };
	int a, b;

	add("cur", "1.a:2,");
	sync_box();
	a = index_keyword(&ix, OCTETS("$Junk"), 1);
	b = index_keyword(&ix, OCTETS("Work"), 1);
	assert_int_equal(a, 0);
	assert_int_equal(b, 1);
	assert_int_equal(index_keyword(&ix, OCTETS("$JUNK"), 1), a);
	CHECK_FAILS(index_keyword(&ix, OCTETS("none"), 0), ENOENT);
	CHECK_FAILS(index_keyword(&ix, many('x', 64), 64, 1), EINVAL);
	assert_int_equal(index_store(&ix, &one, 1, INDEX_PLUS, INDEX_SEEN,
	    1u << b, UINT64_MAX, NULL, NULL), 0);
	assert_int_equal(index_flush(&ix, SIZE_MAX, 0), 1);
	check("1 cur/1.a:2,Sb");
	index_close(&ix);
	assert_int_equal(unlink(in(box, "correo-index")), 0);
	open_box();
	sync_box();
	assert_int_equal(index_keyword(&ix, OCTETS("work"), 0), b);
	assert_true(index_at(&ix, 0)->keywords == 1u << b);
}

/* Deleted files of the index, one or all: no UID comes again. */
static void
test_deleted(void **state)
{
	static const char *const names[] = { "correo-index", "correo-log",
	    "correo-uids", "correo-lock", "correo-cache" };
	uint32_t validity = ix.state.head.validity, highest = 0;
	unsigned mask, i;

	add("cur", "1.a:2,S");
	sync_box();
	for (mask = 0; mask < 32; mask++) {
		char name[64];

		highest = index_at(&ix, ix.n - 1)->uid;
		index_close(&ix);
		for (i = 0; i < 5; i++)
			if (mask >> i & 1)
				(void)unlink(in(box, names[i]));
		snprintf(name, sizeof(name), "9%u.x", mask);
		add("new", name);
		open_box();
		sync_box();
		assert_int_equal(ix.n, mask + 2);
		if ((mask & 5) == 5)
			validity = ix.state.head.validity;
		else
			CHECK(ix.state.head.validity == validity &&
			    index_at(&ix, ix.n - 1)->uid > highest,
			    "mask %u: %u, was %u", mask,
			    index_at(&ix, ix.n - 1)->uid, highest);
	}
}

/* Another run of the kernel goes on behind what was reserved. */
static void
test_other_boot(void **state)
{
	add("new", "1.a");
	sync_box();
	add("new", "2.b");
	sync_box();
	check("1 new/1.a, 2 new/2.b");
	boot.id[0]++;
	add("new", "3.c");
	sync_box();
	check("1 new/1.a, 2 new/2.b, 258 new/3.c");
	add("new", "4.d");
	sync_box();
	check("1 new/1.a, 2 new/2.b, 258 new/3.c, 259 new/4.d");
}

/* More than one block of UIDs, then the index is lost. */
static void
test_reserved(void **state)
{
	struct index_file f = { .name = "x", .in_new = 1,
	    .wire = INDEX_UNKNOWN };
	uint32_t last = 0;
	char name[32];
	int i;

	for (i = 0; i < 2 * INDEX_UIDS_AHEAD + 10; i++) {
		snprintf(name, sizeof(name), "%d.x", i + 1);
		add("new", name);
		f.name = name;
		assert_int_equal(index_add(&ix, &f, 1), 0);
		assert_true(f.uid > last);
		last = f.uid;
	}
	index_close(&ix);
	assert_int_equal(unlink(in(box, "correo-index")), 0);
	assert_int_equal(unlink(in(box, "correo-log")), 0);
	open_box();
	sync_box();
	CHECK(index_at(&ix, 0)->uid > last, "%u, was %u", index_at(&ix,
	    0)->uid, last);
}

/* A snapshot from before the one that the log goes on from: a disk lost it. */
static void
test_old_snapshot(void **state)
{
	struct buf old = BUF_MAX(1 << 20);
	int i;

	add("cur", "1.a:2,");
	sync_box();
	for (i = 0; i < 2; i++) {
		assert_int_equal(index_begin(&ix), 0);
		assert_int_equal(index_fold(&ix), 0);
		assert_int_equal(index_end(&ix, 0), 0);
		if (i == 0)
			file_get(in(box, "correo-index"), &old);
		store(1, INDEX_PLUS, INDEX_SEEN);
		add("cur", i == 0 ? "2.b:2," : "3.c:2,");
		sync_box();
	}
	index_close(&ix);
	file_put(in(box, "correo-index"), old.s, old.len);
	buf_free(&old);
	open_box();
	sync_box();
	check("1 cur/1.a:2,, 258 cur/2.b:2,, 259 cur/3.c:2,");
}

static void
test_add(void **state)
{
	struct index_file f[2] = {
		{ .name = "1.a", .in_new = 1, .wire = 55, .date = 1000,
		    .blob = "octets", .blob_n = 6 },
		{ .name = "2.b:2,S", .wire = INDEX_UNKNOWN },
	};
	const struct index_record *r;
	const char *p;
	size_t n;

	add("new", "1.a");
	add("cur", "2.b:2,S");
	assert_int_equal(index_add(&ix, f, 2), 0);
	assert_int_equal(f[0].uid, 1);
	assert_int_equal(f[1].uid, 2);
	r = index_at(&ix, 0);
	assert_int_equal(r->wire, 55);
	assert_int_equal(r->date, 1000);
	p = index_blob(&ix, r, &n);
	assert_true(p != NULL && n == 6 && memcmp(p, "octets", 6) == 0);
	assert_null(index_blob(&ix, index_at(&ix, 1), &n));
	sync_box();
	check("1 new/1.a, 2 cur/2.b:2,S");
	assert_int_equal(index_add(&ix, f, 2), 0);	/* it has them */
	assert_int_equal(f[1].uid, 2);
	assert_int_equal(ix.n, 2);
}

static int
make_blob(void *arg, int fd, struct buf *b, uint32_t *wire)
{
	char text[64];
	ssize_t n = read(fd, text, sizeof(text));

	*wire = (uint32_t)n + 7;
	return n <= 0 || buf_add(b, text, (size_t)n) == -1;
}

static void
test_cache(void **state)
{
	const char *p;
	size_t n;

	add("new", "1.a");
	add("cur", "2.b:2,S");
	sync_box();
	assert_int_equal(index_fill(&ix, 0, 10, make_blob, NULL), 2);
	assert_int_equal(index_fill(&ix, 0, 10, make_blob, NULL), 0);
	p = index_blob(&ix, index_at(&ix, 1), &n);
	assert_true(p != NULL && n == 7 && memcmp(p, "2.b:2,S", 7) == 0);
	assert_int_equal(index_at(&ix, 1)->wire, 14);
	assert_int_equal(ix.state.head.unsized, 0);
	open_box();
	assert_non_null(index_blob(&ix, index_at(&ix, 0), &n));
	assert_int_equal(unlink(in(box, "correo-cache")), 0);
	open_box();
	assert_null(index_blob(&ix, index_at(&ix, 0), &n));
	assert_int_equal(index_fill(&ix, 0, 10, make_blob, NULL), 2);
	assert_non_null(index_blob(&ix, index_at(&ix, 0), &n));
}

static int
make_large(void *arg, int fd, struct buf *b, uint32_t *wire)
{
	char text[100000];

	memset(text, 'x', sizeof(text));
	return buf_add(b, text, sizeof(text));
}

/* What is nobody's goes when most of it is. */
static void
test_cache_shrinks(void **state)
{
	struct stat st;
	const char *p;
	char name[64];
	size_t n;
	int i;

	for (i = 1; i <= 30; i++) {
		snprintf(name, sizeof(name), "%d.x:2,", 100 + i);
		add("cur", name);
	}
	sync_box();
	assert_int_equal(index_fill(&ix, 0, 100, make_large, NULL), 30);
	for (i = 0; i < 2; i++) {
		if (i == 1)
			expunge(3, 30);
		assert_int_equal(index_begin(&ix), 0);
		assert_int_equal(index_fold(&ix), 0);
		assert_int_equal(index_end(&ix, 0), 0);
		assert_int_equal(stat(in(box, "correo-cache"), &st), 0);
		assert_true(st.st_size > (i == 0 ? 3000000 : 200000) &&
		    st.st_size < (i == 0 ? 3010000 : 201000));
	}
	open_box();
	for (i = 0; i < 2; i++) {
		p = index_blob(&ix, index_at(&ix, (size_t)i), &n);
		assert_true(p != NULL && n == 100000 && p[n - 1] == 'x');
	}
	assert_int_equal(ix.n, 2);
	assert_int_equal(index_fill(&ix, 0, 100, make_large, NULL), 0);
}

/* The log cut at each octet: what is left is a whole past, and work goes on. */
static void
test_torn(void **state)
{
	struct buf log = BUF_MAX(1 << 20);
	uint32_t messages = 0;
	size_t n;

	add("cur", "1.a:2,");
	add("cur", "2.b:2,");
	sync_box();
	store(1, INDEX_PLUS, INDEX_SEEN);
	store(2, INDEX_PLUS, INDEX_FLAGGED);
	index_close(&ix);
	file_get(in(box, "correo-log"), &log);
	for (n = sizeof(struct index_log_head); n <= log.len; n++) {
		file_put(in(box, "correo-log"), log.s, n);
		open_box();
		CHECK(ix.state.head.messages >= messages, "%zu", n);
		messages = ix.state.head.messages;
		sync_box();
		assert_int_equal(ix.state.head.messages, 2);
		store(1, INDEX_PLUS, INDEX_DELETED);
		open_box();
		assert_true(index_at(&ix, 0)->flags & INDEX_DELETED);
		index_close(&ix);
	}
	buf_free(&log);
	assert_int_equal(truncate(in(box, "correo-log"), (off_t)1 << 40), 0);
	open_box();		/* too much to look through */
	sync_box();
	assert_int_equal(ix.state.head.messages, 2);
}

/* A bit turned in the log: what is behind it is not true, what is before it
 * is. */
static void
test_sums(void **state)
{
	struct buf log = BUF_MAX(1 << 20);
	size_t bit;

	add("cur", "1.a:2,");
	sync_box();
	store(1, INDEX_PLUS, INDEX_SEEN);
	store(1, INDEX_PLUS, INDEX_FLAGGED);
	index_close(&ix);
	file_get(in(box, "correo-log"), &log);
	for (bit = 8 * sizeof(struct index_log_head); bit < 8 * log.len;
	    bit++) {
		uint32_t flags;

		log.s[bit / 8] ^= (char)(1 << bit % 8);
		file_put(in(box, "correo-log"), log.s, log.len);
		log.s[bit / 8] ^= (char)(1 << bit % 8);
		open_box();
		if (ix.n == 0)
			continue;
		flags = index_at(&ix, 0)->flags;
		CHECK(flags == 0 || flags == INDEX_SEEN, "bit %zu: %x", bit,
		    flags);
	}
	buf_free(&log);
}

/* Bits turned in the snapshot and the log do no harm. */
static void
test_damaged(void **state)
{
	static const char *const names[] = { "correo-index", "correo-log",
	    "correo-uids", "correo-cache" };
	struct buf was[4] = { BUF_MAX(1 << 20), BUF_MAX(1 << 20),
	    BUF_MAX(1 << 20), BUF_MAX(1 << 20) };
	char path[INDEX_PATH];
	int tries, i;
	size_t k, n;

	add("cur", "1.a:2,");
	add("cur", "2.b:2,x");
	sync_box();
	assert_int_equal(index_fill(&ix, 0, 10, make_blob, NULL), 2);
	assert_int_equal(index_begin(&ix), 0);
	assert_int_equal(index_fold(&ix), 0);
	assert_int_equal(index_end(&ix, 0), 0);
	store(1, INDEX_PLUS, INDEX_SEEN);
	index_close(&ix);
	for (i = 0; i < 4; i++)
		file_get(in(box, names[i]), was + i);
	for (tries = 0; tries < 300; tries++) {
		for (i = 0; i < 4; i++) {
			struct buf *b = was + i;
			char *p = exactly(b->s, b->len);

			if (i == tries % 4)
				p[dice((uint32_t)b->len)] ^= (char)(1 <<
				    dice(8));
			file_put(in(box, names[i]), p, b->len);
			free(p);
		}
		open_box();
		for (k = 0; k < ix.n; k++) {
			(void)index_path(&ix, index_at(&ix, k), path);
			(void)index_blob(&ix, index_at(&ix, k), &n);
		}
		sync_box();
		(void)index_flush(&ix, 10, 1);
	}
	for (i = 0; i < 4; i++)
		buf_free(was + i);
}

static void
test_none(void **state)
{
	struct index none;

	CHECK_FAILS(index_open(&none, in(box, "missing"), &boot), ENOENT);
	if (geteuid() == 0)
		return;
	index_close(&ix);
	assert_int_equal(unlink(in(box, "correo-lock")), 0);
	assert_int_equal(chmod(box, 0500), 0);
	CHECK_FAILS(index_open(&ix, box, &boot), EACCES);
	assert_int_equal(chmod(box, 0700), 0);
}

static int
hears(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && index_heard(fd);
}

/* Two files with one base name: both are messages, with both texts. */
static void
test_double(void **state)
{
	char text[10];
	size_t i;
	int fd;

	add("cur", "1.a:2,");
	add("cur", "1.a:2,S");
	add("cur", "2.b:2,");
	sync_box();
	sync_box();
	add("cur", "2.b:2,F");
	sync_box();
	sync_box();
	assert_int_equal(ix.n, 4);
	assert_int_equal(folder_count(in(box, "cur"), NULL), 4);
	for (i = 0; i < 4; i++) {
		const struct index_record *r = index_at(&ix, i);

		assert_false(r->flags & INDEX_EXPUNGED);
		fd = index_read(&ix, r->uid);
		assert_int_equal(read(fd, text, sizeof(text)),
		    r->flags & INDEX_FLAGS ? 7 : 6);
		close(fd);
	}
	usleep(25000);
	sync_box();
	reading.n = 0;
	sync_box();
	assert_int_equal(reading.n, 0);
}

static void
test_listen(void **state)
{
	struct index other;
	int fd;

	add("cur", "1.a:2,");
	sync_box();
	assert_int_equal(index_open(&other, box, &boot), 0);
	fd = index_listen(&other);
	assert_true(fd != -1);
	assert_false(hears(fd));
	store(1, INDEX_PLUS, INDEX_SEEN);
	assert_true(hears(fd));
	assert_false(hears(fd));
	assert_int_equal(index_refresh(&other), 1);
	assert_int_equal(index_begin(&ix), 0);
	assert_int_equal(index_fold(&ix), 0);
	assert_int_equal(index_end(&ix, 0), 0);
	assert_true(hears(fd));
	assert_int_equal(index_refresh(&other), 1);
	store(1, INDEX_MINUS, INDEX_SEEN);
	assert_true(hears(fd));
	add("new", "2.b");
	assert_true(hears(fd));
	assert_int_equal(index_sync(&other), 0);
	assert_int_equal(other.n, 2);
	close(fd);
	index_close(&other);
}

static void
test_recent(void **state)
{
	uint32_t uid;

	add("new", "1.a");
	sync_box();
	assert_int_equal(index_take_recent(&ix, &uid), 0);
	assert_int_equal(uid, 1);
	assert_int_equal(index_take_recent(&ix, &uid), 0);
	assert_int_equal(uid, 2);
}

/* A snapshot is made by itself when the log is long. */
static void
test_fold(void **state)
{
	struct stat st;
	unsigned i;

	add("new", "1.a");
	sync_box();
	for (i = 0; i < 7000; i++)
		store(1, i & 1 ? INDEX_MINUS : INDEX_PLUS, INDEX_SEEN);
	assert_int_equal(stat(in(box, "correo-log"), &st), 0);
	CHECK(st.st_size < 200000, "%ld", (long)st.st_size);
	check("1 new/1.a");
	open_box();
	check("1 new/1.a");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_found),
		TEST(test_odd_names),
		TEST(test_merge),
		TEST(test_flush_killed),
		TEST(test_adopt),
		TEST(test_expunge),
		TEST(test_expunge_by_others),
		TEST(test_passed_over),
		TEST(test_readings),
		TEST(test_renamed_meanwhile),
		TEST(test_modseq),
		TEST(test_vanished),
		TEST(test_keywords),
		TEST(test_deleted),
		TEST(test_other_boot),
		TEST(test_reserved),
		TEST(test_old_snapshot),
		TEST(test_add),
		TEST(test_cache),
		TEST(test_cache_shrinks),
		TEST(test_torn),
		TEST(test_sums),
		TEST(test_damaged),
		TEST(test_none),
		TEST(test_double),
		TEST(test_listen),
		TEST(test_recent),
		TEST(test_fold),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
