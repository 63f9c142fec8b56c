/*
 * private_file.h - reading a file with secrets in it, which only its owner
 * may be able to read. Any thread.
 */
#ifndef SYSTEM_PRIVATE_FILE_H
#define SYSTEM_PRIVATE_FILE_H

#include "base/buf.h"

enum {
	PRIVATE_FILE_ERROR_MAX = 512
};

/*
 * Reads the file of --`option`, which may have at most `max` bytes, into the
 * empty, initialised `out`, whose cap is set to `max`. Whatever is returned,
 * the caller ends `out` with private_file_wipe. Errors, with one line in
 * `ret_error` that names the option and the file: -EPERM when the mode lets
 * others read it, -EFBIG, -ENOMEM, or another -errno.
 */
MUST_CHECK int private_file_read(const char *option, const char *path,
    size_t max, struct buf *out, char ret_error[PRIVATE_FILE_ERROR_MAX]);

/*
 * The same of a file that need not be private, so that whoever finds a secret
 * in it can refuse that: `ret_exposed` is why it may have none, as "its mode is
 * 0644; chmod 600 it", or empty. One of the superuser's is private, too. Never
 * waits: a FIFO is -EINVAL. Errors: -EFBIG, -ENOMEM, or another -errno.
 */
MUST_CHECK int private_file_read_any(const char *path, size_t max,
    struct buf *out, char ret_exposed[PRIVATE_FILE_ERROR_MAX]);

/* Overwrites the contents and frees them. */
void private_file_wipe(struct buf *b);

#endif
