/*
 * models.h - the command that lists the models which Codex offers.
 */
#ifndef CLI_MODELS_H
#define CLI_MODELS_H

#include "client/running.h"

/* Takes the words behind the command's name; returns the exit status. */
int models_run(char **argv);

enum {
	MODELS_NAME_MAX = 256
};

/*
 * The model that stands behind codex-local in a server that was found; empty
 * when it does not tell.
 */
void models_local(const struct settings *s, const struct running *r,
    char ret_name[MODELS_NAME_MAX]);

#endif
