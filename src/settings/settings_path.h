/*
 * settings_path.h - paths as they are given, made such that they mean the same
 * wherever the server runs later. Main thread.
 */
#ifndef SETTINGS_SETTINGS_PATH_H
#define SETTINGS_SETTINGS_PATH_H

#include "base/compiler.h"

/*
 * Each puts another text into *path (owned, NULL is left alone) where that is
 * needed: the first for a "~" at the beginning, since shells leave
 * "--name=~/dir" alone, and our own defaults have it, too; the second besides
 * for what is relative to the working directory. Errors: -ENOMEM, or that of
 * getcwd(3).
 */
MUST_CHECK int settings_path_expand(char **path);
MUST_CHECK int settings_path_make_absolute(char **path);

#endif
