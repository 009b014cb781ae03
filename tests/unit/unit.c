/* unit - see unit.h */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOMS	4
#define ROOM	4096

static char *
next_room(void)
{
	static char rooms[ROOMS][ROOM];
	static unsigned n;

	return rooms[n++ % ROOMS];
}

const char *
shown(const char *s, size_t n)
{
	char *room = next_room();
	size_t o = 0, i;

	room[o++] = '"';
	for (i = 0; i < n && o < 200; i++)
		if (s[i] >= 32 && s[i] < 127)
			room[o++] = s[i];
		else
			o += (size_t)sprintf(room + o, "\\x%02x",
			    (unsigned)(unsigned char)s[i]);
	strcpy(room + o, i < n ? "..." : "\"");
	return room;
}

const char *
many(char c, size_t n)
{
	char *room = next_room();

	assert_in_range(n, 0, 1000);
	memset(room, c, n);
	room[n] = '\0';
	return room;
}

char *
exactly(const char *s, size_t n)
{
	char *p = malloc(n > 0 ? n : 1);

	assert_non_null(p);
	if (n > 0)
		memcpy(p, s, n);
	return p;
}

int
holds(const struct buf *b, const char *s)
{
	return b->len == strlen(s) &&
	    (b->len == 0 || memcmp(b->s, s, b->len) == 0);
}

uint32_t
dice(uint32_t sides)
{
	static uint64_t x = 88172645463325252u;	/* xorshift, Marsaglia 2003 */

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 20) % sides;
}

char *
folder_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[ROOM];

	snprintf(path, sizeof(path), "%s/correo-unit.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(path));
	return strdup(path);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

void
folder_remove(char *folder)
{
	assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(folder);
}

const char *
in(const char *folder, const char *name)
{
	char *room = next_room();

	snprintf(room, ROOM, "%s/%s", folder, name);
	return room;
}

size_t
folder_count(const char *path, char only[256])
{
	DIR *dir = opendir(path);
	struct dirent *d;
	size_t n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 &&
		    strcmp(d->d_name, "..") != 0) {
			n++;
			if (only != NULL)
				strcpy(only, d->d_name);
		}
	closedir(dir);
	return n;
}

void
file_put(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

void
file_get(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	b->len = 0;
	b->max = 1u << 30;
	do {
		assert_int_equal(buf_room(b, 65536), 0);
		n = fread(b->s + b->len, 1, 65536, f);
		b->len += n;
	} while (n > 0);
	fclose(f);
}
