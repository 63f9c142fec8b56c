/*
 * usage.h - the texts of --help and --version, and the listing of settings.
 */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

#include "settings/settings.h"

/* Print to stdout; return the exit status. */
int usage_program(void);
/* The list of commands alone, to stderr; returns EXIT_USAGE. */
int usage_commands(void);
int usage_start(void);
int usage_stop(void);
int usage_restart(void);
int usage_status(void);
int usage_doctor(void);
int usage_models(void);
int usage_ask(void);
int usage_logs(void);
int usage_version(void);

/*
 * Appends a value of settings_to_json as one would write it; nothing for what
 * is not set. Errors are those of buf.
 */
MUST_CHECK int
usage_value_text(const char *name, const json_t *value, struct buf *out);

/* Settings as settings_to_json has them, a line each. */
void usage_print_settings(const json_t *settings);

/* "URL:" and what a client takes, a line each, from column `at` on. */
void usage_print_urls(const json_t *urls, int at);

#endif
