/*
 * doctor_codex.h - doctor's look at Codex: found, logged in, and able to be
 * either engine.
 */
#ifndef CLI_DOCTOR_CODEX_H
#define CLI_DOCTOR_CODEX_H

#include "cli/findings.h"
#include "settings/settings.h"

/* Runs Codex some times, for seconds. */
void doctor_codex(struct findings *f, const struct settings *s);

#endif
