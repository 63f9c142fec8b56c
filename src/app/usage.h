/*
 * usage.h - the texts of --help and --version, and the listing of settings.
 */
#ifndef APP_USAGE_H
#define APP_USAGE_H

#include "core/settings.h"

/* Print to stdout; return the exit status. */
int usage_program(void);
int usage_start(void);
int usage_stop(void);
int usage_restart(void);
int usage_status(void);
int usage_doctor(void);
int usage_version(void);

/* The effective settings, a line each, secrets redacted. */
void usage_print_settings(const struct settings *s);

#endif
