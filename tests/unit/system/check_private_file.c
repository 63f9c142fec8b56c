#include "unit/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "system/fdio.h"
#include "system/private_file.h"
#include "unit/scratch.h"

/* Reads what is at `path`; the text is `wanted` when it succeeds. */
static int
read_it(const char *path, size_t max, const char *wanted, char *error)
{
	struct buf b;
	int rc;

	buf_init(&b, 1);
	rc = private_file_read("the-option", path, max, &b, error);
	if (rc == 0) {
		ck_assert_uint_eq(b.len, strlen(wanted));
		ck_assert_str_eq(b.data, wanted);
	}
	private_file_wipe(&b);
	ck_assert_ptr_null(b.data);
	return rc;
}

static const struct {
	const char *text;
	mode_t mode;
	size_t max;
	int result;
	const char *words; /* of the complaint */
	const char *comment;
} files[] = {
	{ "secret\n", 0600, 100, 0, "", "as it should be" },
	{ "secret\n", 0400, 100, 0, "", "not even writable" },
	{ "", 0600, 100, 0, "", "empty" },
	{ "12345", 0600, 5, 0, "", "as long as allowed" },
	{ "123456", 0600, 5, -EFBIG, "large", "a byte longer" },
	{ "1234567890", 0600, 5, -EFBIG, "large", "much longer" },
	{ "x", 0640, 100, -EPERM, "mode 0640", "the group reads" },
	{ "x", 0604, 100, -EPERM, "mode 0604", "others read" },
	{ "x", 0620, 100, -EPERM, "chmod 600", "the group writes" },
};

START_TEST(only_private_files_are_read)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char error[PRIVATE_FILE_ERROR_MAX] = "";
		const char *path;
		int rc;

		scratch_make();
		path = scratch_path("secret");
		ck_assert_int_eq(file_write_atomic(path, files[i].text,
				     strlen(files[i].text), files[i].mode),
		    0);
		rc = read_it(path, files[i].max, files[i].text, error);
		ck_assert_msg(rc == files[i].result, "%s: %d %s",
		    files[i].comment, rc, error);
		ck_assert_msg(strstr(error, files[i].words) != NULL, "%s: %s",
		    files[i].comment, error);
		if (rc != 0) {
			ck_assert_ptr_nonnull(strstr(error, "--the-option: "));
			ck_assert_ptr_nonnull(strstr(error, path));
		}
		scratch_remove();
	}
}
END_TEST

START_TEST(what_is_no_file_is_told)
{
	char error[PRIVATE_FILE_ERROR_MAX];

	scratch_make();
	ck_assert_int_eq(
	    read_it(scratch_path("none"), 100, "", error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error, "No such file"));
	ck_assert_int_eq(dir_make(scratch_path("dir"), 0700), 0);
	ck_assert_int_eq(read_it(scratch_path("dir"), 100, "", error), -EISDIR);
	scratch_remove();
}
END_TEST

UNIT_MAIN("private_file", only_private_files_are_read, what_is_no_file_is_told)
