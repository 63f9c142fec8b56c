/*
 * exec_files.h - the files that one `codex exec` needs: images and the schema
 * of the answer, in a private directory that lives as long as the request.
 *
 * Life cycle: exec_files_init, exec_files_write, exec_files_remove. Nothing
 * is made for a request that needs no file. One thread.
 */
#ifndef ENGINE_EXEC_EXEC_FILES_H
#define ENGINE_EXEC_EXEC_FILES_H

#include "base/strv.h"
#include "conversation/generation.h"

struct exec_files {
	char *dir; /* NULL: nothing made */
	char *schema; /* NULL: none */
	struct strv images; /* in the order of the prompt */
};

void exec_files_init(struct exec_files *f);

/* Errors: -errno, e.g. -ENOSPC; then exec_files_remove cleans up. */
MUST_CHECK int exec_files_write(
    struct exec_files *f, const char *codex_home, const struct generation *g);

/* Deletes the files and the directory. May be repeated. */
void exec_files_remove(struct exec_files *f);

#endif
