/*
 * app_mode.h - the directives of FAKE_CODEX_MODE for app-server: those of
 * the process, and those that every turn starts with.
 *
 * Life cycle: app_mode_read, once. A bad directive ends the program.
 */
#ifndef FAKE_APP_MODE_H
#define FAKE_APP_MODE_H

#include <stddef.h>

#include "script.h"

void app_mode_read(void);
const struct script *app_mode(void);

/* The same and a prompt's directives; the caller frees it. */
void app_mode_with(struct script *ret_script, const char *prompt, size_t len);

#endif
