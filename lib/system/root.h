/*
 * root.h - containment of paths in allowed directories, after all symbolic
 * links are resolved. Any thread; touches the file system, which may take as
 * long as that likes.
 */
#ifndef SYSTEM_ROOT_H
#define SYSTEM_ROOT_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/strv.h"

/*
 * Resolves `path`, which must be absolute and an existing directory, and
 * checks that it is one of `roots` or below one (roots are resolved, too, at
 * each call: a link that moves is seen; one that does not exist allows
 * nothing). On success *ret_real is the resolved path, owned by the caller.
 * Errors: -EINVAL not absolute, -ENOENT, -ENOTDIR, -EACCES outside all roots
 * or not searchable, -ENAMETOOLONG, -ENOMEM, or another -errno of realpath(3)
 * such as -ELOOP.
 */
MUST_CHECK int
root_resolve(const char *path, const struct strv *roots, char **ret_real);

/*
 * Whether `path` is one of `roots` or below one as the words stand, links
 * unseen; with ".." in it, it is not. Asks no file system.
 */
bool root_holds_text(const char *path, const struct strv *roots);

#endif
