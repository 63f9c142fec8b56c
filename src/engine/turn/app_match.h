/*
 * app_match.h - what of a request decides whether it goes on with a thread that
 * was kept: the chain over what the thread would have to know, and whether what
 * is new is of a kind that can be given to one. Pure, but for reading the
 * settings; any thread.
 */
#ifndef ENGINE_TURN_APP_MATCH_H
#define ENGINE_TURN_APP_MATCH_H

#include "engine/job.h"
#include "settings/settings.h"

/*
 * Fills in j->kept, all but its number. It stays empty when this request can
 * neither go on with a kept thread nor leave one: it wants several answers, a
 * call, JSON that Codex cannot force, or the web, has calls without ids, or is
 * too long. `key`: of the digests; borrowed as long as the job lives.
 * -ENOMEM; it is empty then.
 */
MUST_CHECK int app_match_job(
    const struct settings *s, const struct digest *key, struct job *j);

#endif
