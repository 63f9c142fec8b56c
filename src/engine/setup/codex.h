/*
 * codex.h - what a child Codex is started with: one prepared installation.
 *
 * Immutable once it is shared, and counted: whoever runs a child holds a
 * reference, so that an upgrade found meanwhile takes nothing away. Any
 * thread.
 */
#ifndef ENGINE_SETUP_CODEX_H
#define ENGINE_SETUP_CODEX_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/strv.h"
#include "models/codex_models.h"
#include "codex/exec_reads.h"
#include "engine/setup/codex_binary.h"

struct codex {
	struct codex_binary binary;
	char *version; /* "codex-cli 0.169.0" */
	unsigned number[3];
	char *home; /* CODEX_HOME of the children */
	char *workspace; /* of our own making, or NULL */
	char *catalog; /* file of the derived catalog, or NULL */
	struct buf catalog_text; /* what stands in it */
	struct strv env;
	struct codex_models *models; /* NULL: without a catalog */
	struct exec_reads reads; /* of the agent of exec */
	_Atomic unsigned refs;
};

/* An empty one with one reference; NULL: out of memory. */
struct codex *codex_new(void);
struct codex *codex_ref(struct codex *c);
void codex_unref(struct codex *c);

/*
 * Writes the catalog's file anew, if there is one: a child that finds another
 * text there would show its model what nobody sent. Errors: -errno.
 */
MUST_CHECK int codex_write_catalog(const struct codex *c);

/*
 * Whether its home, the catalog and a workspace of our own are still there: to
 * prepare it again makes them anew. Asks the file system.
 */
bool codex_is_whole(const struct codex *c);

#endif
