/* folder - see folder.h */
#include "sys/folder.h"

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIECE_OCTETS	65536

struct entry {			/* the kernel's struct linux_dirent64 */
	uint64_t	ino;
	int64_t		off;
	uint16_t	octets;		/* of this entry */
	unsigned char	type;
	char		name[];
};

static int
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int
folder_read(int fd, int (*each)(void *arg, const char *name, size_t n,
    unsigned char type), void *arg)
{
	_Alignas(struct entry) char piece[PIECE_OCTETS];
	long got, at;
	int r = 0;

	if (lseek(fd, 0, SEEK_SET) == -1)
		return -1;
	do {
		got = syscall(SYS_getdents64, fd, piece, sizeof(piece));
		for (at = 0; at < got && r == 0;) {
			const struct entry *e = (const void *)(piece + at);

			at += e->octets;
			if (!is_dots(e->name))
				r = each(arg, e->name, strlen(e->name),
				    e->type);
		}
	} while (got > 0 && r == 0);
	return got == -1 ? -1 : r;
}

int
folder_has_file(int fd, const char *name, unsigned char type)
{
	struct stat st;

	if (type != DT_UNKNOWN && type != DT_LNK)
		return type == DT_REG;
	return fstatat(fd, name, &st, 0) == 0 && S_ISREG(st.st_mode);
}
