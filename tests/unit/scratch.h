/*
 * scratch.h - a temporary directory for a test that touches files.
 *
 * Life cycle: scratch_make, scratch_path for names in it, scratch_remove.
 */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <check.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char scratch_directory[PATH_MAX];

static inline void
scratch_make(void)
{
	const char *base = getenv("TMPDIR");
	char *real;

	snprintf(scratch_directory, sizeof(scratch_directory),
	    "%s/check.XXXXXX", base != NULL ? base : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(scratch_directory));
	/* Resolved, so that tests may compare it with resolved paths. */
	real = realpath(scratch_directory, NULL);
	ck_assert_ptr_nonnull(real);
	snprintf(scratch_directory, sizeof(scratch_directory), "%s", real);
	free(real);
}

/* The path of `name` in the directory; good until the eighth call from now. */
static inline const char *
scratch_path(const char *name)
{
	static char paths[8][2 * PATH_MAX];
	static unsigned turn;
	char *p = paths[turn++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", scratch_directory, name);
	return p;
}

static inline int
scratch_remove_one(
    const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void
scratch_remove(void)
{
	nftw(scratch_directory, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
