/*
 * newfile - a file that is on the disk for good, or was never there.
 *
 * The one order that keeps every acknowledged message, and costs the least:
 * write to a nameless file, link it into its folder, fsync the file, fsync the
 * folder (two device flushes on ext4 and xfs; linking first makes the last
 * one free). The queue and every Maildir use it, so it stands here once.
 * Where a file system has no nameless files (NFS), the octets go to a file in
 * tmp_dir first, which is unlinked after the link.
 */
#ifndef SYS_NEWFILE_H
#define SYS_NEWFILE_H

#include <sys/types.h>

#define NEWFILE_NAME	256	/* octets of a name in tmp_dir, with NUL */

struct newfile {
	int	fd;		/* open for reading and writing, or -1 */
	int	tmp_dir;	/* descriptor of tmp/, used only where named */
	char	tmp_name[NEWFILE_NAME];	/* "" for a nameless file */
};

/*
 * newfile_open - begin a file that will be linked into the folder dir.
 *
 * tmp_dir  folder on the same file system, or -1: then only nameless files
 * name     unique; used in tmp_dir
 * returns  0, or -1 with errno and f->fd -1. The caller ends it with
 *          newfile_close.
 */
int newfile_open(struct newfile *f, int dir, int tmp_dir, const char *name,
    mode_t mode);

/* Give it its name in dir. 0, or -1 with errno (EEXIST: name is taken). */
int newfile_link(struct newfile *f, int dir, const char *name);

/* Put it in the place of whatever dir has under name, by rename through
 * tmp_dir. 0, or -1 with errno. */
int newfile_replace(struct newfile *f, int dir, const char *name);

/* fsync the file; call after newfile_link. 0, or -1 with errno. */
int newfile_sync(int fd);

/* fsync the folder; call after newfile_sync. 0, or -1 with errno. */
int newfile_sync_dir(int dir);

/* Close it; a name in tmp_dir goes away, a link in its folder stays. */
void newfile_close(struct newfile *f);

#endif
