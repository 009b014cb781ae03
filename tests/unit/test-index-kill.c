/*
 * test-index-kill - lib/mail/index under kill -9: no UID comes again, no flag
 * that was answered is lost, no message is lost, none comes back.
 *
 * Workers change a mailbox, each its own messages, and note in shared memory
 * what they are about to do and what was answered. They die in the middle of a
 * write, at a random octet of the log or of another file (a limit on the size
 * of files kills them there), or at a random moment, several at once, while
 * another program sets flags by renaming files as mutt does and a third only
 * reads. Then all is looked at.
 *
 * CORREO_LONG=1: thousands of kills instead of hundreds. SEED=n: other dice.
 */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mail/index-inside.h"

#define MESSAGES	40000
#define DEEDS		3000	/* of a worker that nothing kills */
#define WORKERS		3
#define OURS	(INDEX_SEEN | INDEX_ANSWERED | INDEX_DRAFT | INDEX_DELETED)

/* A message as its worker knows it. */
struct message {
	int		linked;		/* 1 about to be, 2 it is */
	uint32_t	uid;		/* answered, or seen; 0: none */
	uint32_t	flags;		/* answered */
	uint32_t	maybe;		/* 1 + the flags of an unanswered change */
	int		going, gone;	/* expunge begun, answered */
	int		mutt;		/* F as the other program left it */
};

static struct world {
	struct message	m[MESSAGES];
	int		n[WORKERS];	/* messages of each so far */
	unsigned long	deeds;
	uint32_t	renaming;	/* 1 + the message that mutt is at */
} *world;

static char *box;
static struct index_boot boot = { { 9 } };
static uint32_t *owner;		/* by UID: 1 + the message that ever had it */
static uint32_t highest_uid;
static unsigned seed = 1;

static unsigned
throw(unsigned sides)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % sides;
}

static int
kills(int few, int many_)
{
	return getenv("CORREO_LONG") != NULL ? many_ : few;
}

static void
fail_in_worker(const char *what)
{
	fprintf(stderr, "# worker: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static void
deliver(struct index *ix, int who)
{
	int number = world->n[who] * WORKERS + who, fd;
	struct index_file f = { .in_new = 1, .wire = 12, .blob = "a blob",
	    .blob_n = 6 };
	struct message *m = world->m + number;
	char name[64], path[512];

	if (number >= MESSAGES)
		return;
	snprintf(name, sizeof(name), "%d.x", 1000000 + number);
	snprintf(path, sizeof(path), "%s/new/%s", box, name);
	m->linked = 1;
	world->n[who]++;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -1)
		fail_in_worker(path);
	close(fd);
	m->linked = 2;
	f.name = name;
	if (index_add(ix, &f, 1) == -1)
		fail_in_worker("add");
	m->uid = f.uid;
}

/* One of our messages that is there and has a UID, or NULL. */
static struct message *
choose(int who)
{
	struct message *m;

	if (world->n[who] == 0)
		return NULL;
	m = world->m + throw((unsigned)world->n[who]) * WORKERS + who;
	return m->uid != 0 && m->maybe == 0 && !m->going ? m : NULL;
}

static void
store(struct index *ix, struct message *m)
{
	struct index_range r = { m->uid, m->uid };
	uint32_t flags = throw(64) & OURS, now;
	enum index_op op = throw(2) ? INDEX_PLUS : INDEX_MINUS;

	now = op == INDEX_PLUS ? m->flags | flags : m->flags & ~flags;
	m->maybe = 1 + now;
	if (index_store(ix, &r, 1, op, flags, 0, UINT64_MAX, NULL, NULL) == -1)
		fail_in_worker("store");
	m->flags = now;
	m->maybe = 0;
}

static void
expunge(struct index *ix, struct message *m)
{
	struct index_range r = { m->uid, m->uid };

	m->going = 1;
	if (index_expunge(ix, &r, 1, 0) == -1)
		fail_in_worker("expunge");
	m->gone = 1;
}

static void
fold(struct index *ix)
{
	if (index_begin(ix) == -1 || index_end(ix, index_fold(ix)) == -1)
		fail_in_worker("fold");
}

static void
do_something(struct index *ix, int who)
{
	struct message *m = choose(who);
	unsigned what = throw(100);

	world->deeds++;
	if (what < 25 || m == NULL)
		deliver(ix, who);
	else if (what < 60)
		store(ix, m);
	else if (what < 70)
		expunge(ix, m);
	else if (what < 85) {
		if (index_flush(ix, 1 + throw(20), throw(2) == 0) == -1)
			fail_in_worker("flush");
	} else if (what < 95) {
		if (index_sync(ix) == -1)
			fail_in_worker("sync");
		index_forget(ix, NULL, NULL);
	} else if (what < 97)
		fold(ix);
}

/* From now on a file that grows beyond a random size kills us in the write. */
static void
limit_files(void)
{
	struct rlimit l;
	struct stat st;
	char path[512];

	snprintf(path, sizeof(path), "%s/correo-log", box);
	if (stat(path, &st) == -1)
		st.st_size = 64;
	l.rlim_cur = l.rlim_max = (rlim_t)st.st_size + throw(600);
	setrlimit(RLIMIT_FSIZE, &l);
}

static pid_t
start_worker(int who, int limited)
{
	struct rlimit none = { 0, 0 };
	struct index ix;
	int deeds;
	pid_t pid;

	seed += 7919;
	pid = fork();
	if (pid != 0)
		return pid;
	seed += (unsigned)who * 104729;
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGXFSZ, SIG_DFL);
	if (index_open(&ix, box, &boot) == -1)
		fail_in_worker("open");
	if (limited)
		limit_files();
	for (deeds = 0; deeds < DEEDS; deeds++)
		do_something(&ix, who);
	raise(SIGKILL);
	_exit(99);
}

/* Somebody who knows nothing of an index: F is set or taken away by rename. */
static void
rename_one(void)
{
	char cur[512], from[1024], to[1024], base[300];
	struct dirent *d;
	unsigned n = 0, number;
	char *flags;
	DIR *dir;
	int flagged;

	snprintf(cur, sizeof(cur), "%s/cur", box);
	dir = opendir(cur);
	if (dir == NULL)
		_exit(99);
	snprintf(base, sizeof(base), "%s", "");
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' && throw(++n) == 0)
			snprintf(base, sizeof(base), "%s", d->d_name);
	closedir(dir);
	flags = strstr(base, ":2,");
	if (flags == NULL || sscanf(base, "%u", &number) != 1)
		return;
	snprintf(from, sizeof(from), "%s/%s", cur, base);
	flagged = strchr(flags, 'F') != NULL;
	*flags = '\0';
	flags += 3;
	snprintf(to, sizeof(to), "%s/%s:2,%s%s%s", cur, base,
	    *flags == 'D' ? "D" : "", flagged ? "" : "F",
	    flags + (*flags == 'D') + flagged);
	world->renaming = number - 1000000 + 1;
	if (rename(from, to) == 0)
		world->m[number - 1000000].mutt = !flagged;
	world->renaming = 0;
}

static pid_t
start_mutt(void)
{
	pid_t pid = fork();

	while (pid == 0) {
		rename_one();
		usleep(300);
	}
	return pid;
}

/* Somebody who only reads, without a lock: what he sees is whole, and goes
 * on. */
static void
read_on(struct index *ix, uint64_t *highest, uint32_t *next)
{
	uint32_t last = 0;
	size_t i;

	if (index_refresh(ix) == -1)
		fail_in_worker("refresh");
	for (i = 0; i < ix->n; i++) {
		if (index_at(ix, i)->uid <= last)
			fail_in_worker("UIDs do not rise");
		last = index_at(ix, i)->uid;
	}
	if (ix->state.head.highest < *highest || ix->state.head.next < *next ||
	    last >= ix->state.head.next)
		fail_in_worker("the past comes back");
	*highest = ix->state.head.highest;
	*next = ix->state.head.next;
	index_forget(ix, NULL, NULL);
	if (ix->n != ix->state.head.messages)
		fail_in_worker("messages and their number");
}

static pid_t
start_reader(void)
{
	pid_t pid = fork();
	uint64_t highest = 0;
	uint32_t next = 0;
	struct index ix;
	int i;

	while (pid == 0) {
		if (index_open(&ix, box, &boot) == -1)
			fail_in_worker("open");
		for (i = 0; i < 20; i++)
			read_on(&ix, &highest, &next);
		index_close(&ix);
	}
	return pid;
}

static void
stop(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status), "a worker failed");
}

static void
check_owner(uint32_t uid, uint32_t number)
{
	CHECK(uid < 4000000, "UID %u", uid);
	CHECK(owner[uid] == 0 || owner[uid] == number + 1,
	    "UID %u was message %u's, is %u's", uid, owner[uid] - 1, number);
	owner[uid] = number + 1;
	if (uid > highest_uid)
		highest_uid = uid;
}

static void
check_message(struct message *m, uint32_t number, const struct index_record *r)
{
	uint32_t flags = r->flags & OURS;

	CHECK(!m->gone, "message %u is back", number);
	CHECK(m->uid == 0 || m->uid == r->uid, "message %u: UID %u, was %u",
	    number, r->uid, m->uid);
	CHECK(flags == m->flags || m->maybe == 1 + flags,
	    "message %u (UID %u): flags %x, answered %x (%x)", number, r->uid,
	    flags, m->flags, m->maybe);
	m->uid = r->uid;
	m->flags = flags;
	m->maybe = 0;
}

/* What the other program did last, but where it was killed at it. */
static void
check_mutt(uint32_t number, int flagged)
{
	struct message *m = world->m + number;

	CHECK(m->mutt == flagged || world->renaming == number + 1,
	    "message %u: F is %d", number, flagged);
	m->mutt = flagged;
}

/* Look at all, when nobody is at work. */
static void
check_all(void)
{
	static unsigned char there[MESSAGES];
	char path[INDEX_PATH];
	struct index ix;
	uint32_t last = 0;
	size_t i;

	memset(there, 0, sizeof(there));
	assert_int_equal(index_open(&ix, box, &boot), 0);
	assert_int_equal(index_sync(&ix), 0);
	usleep(25000);
	assert_int_equal(index_sync(&ix), 0);
	index_forget(&ix, NULL, NULL);
	assert_int_equal(ix.n, ix.state.head.messages);
	for (i = 0; i < ix.n; i++) {
		const struct index_record *r = index_at(&ix, i);
		uint32_t number = (uint32_t)atoi(index_path(&ix, r, path) + 4) -
		    1000000;

		assert_true(number < MESSAGES && r->uid > last);
		last = r->uid;
		check_owner(r->uid, number);
		check_message(world->m + number, number, r);
		check_mutt(number, (r->flags & INDEX_FLAGGED) != 0);
		CHECK(faccessat(ix.dir, path, F_OK, 0) == 0, "no %s", path);
		there[number] = 1;
	}
	assert_true(ix.state.head.next > last);
	for (i = 0; i < MESSAGES; i++) {
		struct message *m = world->m + i;

		CHECK(there[i] || m->linked < 2 || m->going,
		    "message %zu is lost", i);
		if (m->uid != 0)
			check_owner(m->uid, (uint32_t)i);
		if (m->going && there[i])
			m->going = 0;	/* killed before it was deleted */
	}
	world->renaming = 0;
	index_close(&ix);
}

static int
set_up(void **state)
{
	box = folder_make();
	assert_int_equal(mkdir(in(box, "new"), 0700), 0);
	assert_int_equal(mkdir(in(box, "cur"), 0700), 0);
	memset(world, 0, sizeof(*world));
	memset(owner, 0, 4000000 * sizeof(*owner));
	return 0;
}

static int
tear_down(void **state)
{
	folder_remove(box);
	return 0;
}

/* One worker, that dies at a random octet of a write. */
static void
test_octets(void **state)
{
	int i, status, n = kills(300, 4000), torn = 0;

	for (i = 0; i < n; i++) {
		pid_t pid = start_worker(0, 1);

		assert_int_equal(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status), "a worker failed");
		torn += WTERMSIG(status) == SIGXFSZ;
		if (throw(3) == 0 || i == n - 1)	/* else the next one
							 * finds it so */
			check_all();
	}
	print_message("# %d kills in a write, %lu deeds\n", torn, world->deeds);
	assert_true(torn > n / 2);
}

/* Several at once, killed at any moment, while somebody renames. */
static void
test_moments(void **state)
{
	pid_t pid[WORKERS], mutt, reader;
	int i, k, n = kills(40, 600), killed = 0;

	for (i = 0; i < n; i++) {
		mutt = start_mutt();
		reader = start_reader();
		for (k = 0; k < WORKERS; k++)
			pid[k] = start_worker(k, 0);
		for (k = 0; k < 2 * WORKERS; k++) {
			int who = k % WORKERS;

			usleep(1000 + throw(8000));
			stop(pid[who]);
			killed++;
			pid[who] = start_worker(who, 0);
		}
		for (k = 0; k < WORKERS; k++)
			stop(pid[k]);
		killed += WORKERS;
		stop(mutt);
		stop(reader);
		check_all();
	}
	print_message("# %d kills, %lu deeds\n", killed, world->deeds);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_octets, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_moments, set_up,
		    tear_down),
	};

	if (getenv("SEED") != NULL)
		seed = (unsigned)atoi(getenv("SEED"));
	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	owner = malloc(4000000 * sizeof(*owner));
	if (world == MAP_FAILED || owner == NULL)
		return 1;
	return cmocka_run_group_tests_name("index under kill", tests, NULL,
	    NULL);
}
