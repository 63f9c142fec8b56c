#include "unit/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/root.h"
#include "unit/scratch.h"

/*
 * The tree: a/b/c, ab, file, private (not searchable), and links:
 * in -> a/b, out -> /, up -> .., moved -> a, loop -> loop, dead -> nothing.
 */
static void
make_tree(void)
{
	static const char *const dirs[] = {
		"a",
		"a/b",
		"a/b/c",
		"ab",
		"private",
		"private/x",
	};
	static const char *const links[][2] = {
		{ "in", "a/b" },
		{ "out", "/" },
		{ "a/up", ".." },
		{ "moved", "a" },
		{ "loop", "loop" },
		{ "dead", "nothing" },
	};
	FILE *f;

	scratch_make();
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		ck_assert_int_eq(mkdir(scratch_path(dirs[i]), 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		ck_assert_int_eq(
		    symlink(links[i][1], scratch_path(links[i][0])), 0);
	f = fopen(scratch_path("file"), "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
}

/* clang-format off */
static const struct {
	const char *comment;
	const char *path;     /* below the scratch; "=" stands for itself */
	const char *roots[3]; /* below the scratch, or "=" */
	int error;
	const char *real;     /* below the scratch */
} table[] = {
	{ "the root itself",        "a",       { "a" },       0, "a" },
	{ "trailing slashes",       "a//",     { "a/" },      0, "a" },
	{ "below it",               "a/b/c",   { "a" },       0, "a/b/c" },
	{ "dots inside",            "a/./b/../b", { "a" },    0, "a/b" },
	{ "out and in again",       "a/../a",  { "a" },       0, "a" },
	{ "dots lead out",          "a/..",    { "a" },       -EACCES, NULL },
	{ "same beginning",         "ab",      { "a" },       -EACCES, NULL },
	{ "above the root",         "a",       { "a/b" },     -EACCES, NULL },
	{ "second root",            "ab",      { "a", "ab" }, 0, "ab" },
	{ "no roots",               "a",       { NULL },      -EACCES, NULL },
	{ "dead root, then a good", "a",       { "none", "a" }, 0, "a" },
	{ "dead root only",         "a",       { "dead" },    -EACCES, NULL },
	{ "looping root",           "a",       { "loop" },    -EACCES, NULL },
	{ "a file as root",         "a",       { "file" },    -EACCES, NULL },
	{ "link into a root",       "in",      { "a" },       0, "a/b" },
	{ "link in a root, out",    "a/up",    { "a" },       -EACCES, NULL },
	{ "link out and down",      "a/up/ab", { "a" },       -EACCES, NULL },
	{ "link out, back in",      "a/up/a/b", { "a" },      0, "a/b" },
	{ "link to /",              "out",     { "a" },       -EACCES, NULL },
	{ "root is a link",         "a/b",     { "moved" },   0, "a/b" },
	{ "both are links",         "in/c",    { "moved" },   0, "a/b/c" },
	{ "the root /",             "a",       { "=/" },      0, "a" },
	{ "root / and path /",      "=/",      { "=/" },      0, "=/" },
	{ "no such directory",      "a/x",     { "a" },       -ENOENT, NULL },
	{ "dead link",              "dead",    { "a" },       -ENOENT, NULL },
	{ "loop",                   "loop",    { "a" },       -ELOOP, NULL },
	{ "a file",                 "file",    { "=/" },      -ENOTDIR, NULL },
	{ "below a file",           "file/x",  { "=/" },      -ENOTDIR, NULL },
	{ "relative",               "=a",      { "a" },       -EINVAL, NULL },
	{ "relative dot",           "=.",      { "=/" },      -EINVAL, NULL },
	{ "empty",                  "=",       { "=/" },      -EINVAL, NULL },
};
/* clang-format on */

static const char *
expand(const char *name)
{
	return name[0] == '=' ? name + 1 : scratch_path(name);
}

START_TEST(resolve_table)
{
	make_tree();
	ck_assert_int_eq(chdir(scratch_directory), 0);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char *real = NULL;
		struct strv roots;
		int r;

		strv_init(&roots);
		for (size_t k = 0; k < 3 && table[i].roots[k] != NULL; k++)
			ck_assert_int_eq(
			    strv_add(&roots, expand(table[i].roots[k])), 0);
		r = root_resolve(expand(table[i].path), &roots, &real);
		ck_assert_msg(
		    r == table[i].error, "%s: %d", table[i].comment, r);
		if (r == 0)
			ck_assert_str_eq(real, expand(table[i].real));
		else
			ck_assert_ptr_null(real);
		free(real);
		strv_free(&roots);
	}
	scratch_remove();
}
END_TEST

static int
resolve(const char *path, const char *root)
{
	struct strv roots;
	char *real;
	int r;

	strv_init(&roots);
	ck_assert_int_eq(strv_add(&roots, root), 0);
	r = root_resolve(path, &roots, &real);
	if (r == 0)
		free(real);
	strv_free(&roots);
	return r;
}

START_TEST(a_moved_link_is_seen)
{
	const char *moved;

	make_tree();
	moved = scratch_path("moved");
	ck_assert_int_eq(resolve(scratch_path("ab"), moved), -EACCES);
	ck_assert_int_eq(unlink(moved), 0);
	ck_assert_int_eq(symlink("ab", moved), 0);
	ck_assert_int_eq(resolve(scratch_path("ab"), moved), 0);
	ck_assert_int_eq(resolve(scratch_path("a"), moved), -EACCES);
	scratch_remove();
}
END_TEST

START_TEST(unsearchable_is_refused)
{
	int inside, itself;

	make_tree();
	ck_assert_int_eq(chmod(scratch_path("private"), 0600), 0);
	if (geteuid() == 0) { /* root may search everything; be somebody */
		ck_assert_int_eq(chmod(scratch_directory, 0755), 0);
		ck_assert_int_eq(
		    chown(scratch_path("private"), 65534, 65534), 0);
		ck_assert_int_eq(seteuid(65534), 0);
	}
	inside = resolve(scratch_path("private/x"), "/");
	itself = resolve(scratch_path("private"), "/");
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(inside, -EACCES);
	ck_assert_int_eq(itself, -EACCES);
	ck_assert_int_eq(chmod(scratch_path("private"), 0700), 0);
	scratch_remove();
}
END_TEST

START_TEST(too_long_a_name)
{
	char *path = malloc(2 * PATH_MAX);

	ck_assert_ptr_nonnull(path);
	memset(path, 'x', 2 * PATH_MAX);
	path[0] = '/';
	path[2 * PATH_MAX - 1] = '\0';
	ck_assert_int_eq(resolve(path, "/"), -ENAMETOOLONG);
	free(path);
}
END_TEST

START_TEST(by_the_words_alone)
{
	/* path, root, whether it holds it, comment */
	static const struct {
		const char *path, *root;
		bool holds;
		const char *comment;
	} rows[] = {
		{ "/a", "/a", true, "itself" },
		{ "/a/b", "/a", true, "below" },
		{ "/a/b", "/a/", true, "a slash at the root's end" },
		{ "/ab", "/a", false, "a longer name" },
		{ "/", "/a", false, "above" },
		{ "/x", "/", true, "below the root of all" },
		{ "/a/../b", "/a", false, "dots that lead out" },
		{ "/a/b/..", "/a", false, "dots that do not, too" },
		{ "/a/..b/...", "/a", true, "names that begin with dots" },
		{ "a/b", "/a", false, "relative" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct strv roots;

		strv_init(&roots);
		ck_assert_int_eq(
		    strv_add_all(&roots, "/no/such/root", rows[i].root, NULL),
		    0);
		ck_assert_msg(
		    root_holds_text(rows[i].path, &roots) == rows[i].holds,
		    "%s", rows[i].comment);
		strv_free(&roots);
	}
}
END_TEST

UNIT_MAIN("root", resolve_table, a_moved_link_is_seen, unsearchable_is_refused,
    too_long_a_name, by_the_words_alone)
