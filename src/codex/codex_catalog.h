/*
 * codex_catalog.h - Codex's model catalog: what it says, and the copy with
 * which Codex sends the model what the caller sent and nothing else. Pure.
 *
 * `codex debug models` prints {"models":[{slug, visibility, tool_mode, ...}]}.
 * By default the newest models are marked for code mode, sub-agents and more,
 * which add 11 to 21 KB of their own to each request; and every model for
 * compaction and truncation. A copy without these marks, given as
 * model_catalog_json, ends that. Measured on 0.154.0 and 0.169.0, see
 * doc/codex.md.
 */
#ifndef CODEX_CODEX_CATALOG_H
#define CODEX_CODEX_CATALOG_H

#include <jansson.h>

#include "base/buf.h"

/*
 * Parses what `codex debug models` printed (text before the first '{' is
 * skipped). New reference, or NULL when it is no catalog.
 */
json_t *codex_catalog_parse(const char *bytes, size_t len);

/* Appends the derived copy as JSON text. Errors: -ENOMEM, -EMSGSIZE. */
MUST_CHECK int codex_catalog_derive(const json_t *catalog, struct buf *out);

#endif
