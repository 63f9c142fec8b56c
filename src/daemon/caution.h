/*
 * caution.h - what whoever starts the server should hear of before others
 * make use of it. To the log and, in the background, to the terminal of
 * `start`. Main thread.
 */
#ifndef DAEMON_CAUTION_H
#define DAEMON_CAUTION_H

#include "daemon/launch.h"
#include "engine/engines.h"
#include "settings/settings.h"

/* `url` can be reached from other machines, and no key is needed. */
void caution_open(const struct settings *s, struct launch *l, const char *url);

/* No more than `most` connections can be held. */
void
caution_connections(const struct settings *s, struct launch *l, size_t most);

/*
 * Once Codex is prepared: what --engine auto cannot do with it or will not do
 * with --default-cwd, and that it is less confined than was asked for.
 */
void caution_engines(
    const struct settings *s, struct engines *engines, struct launch *l);

/*
 * Codex does not list the model of --model or of an alias. Not where it has a
 * model provider of the operator's own, whose models it does not know.
 */
void caution_models(
    const struct settings *s, struct engines *engines, struct launch *l);

#endif
