/*
 * usage.h - the texts of --help and --version.
 */
#ifndef APP_USAGE_H
#define APP_USAGE_H

/* Print to stdout; return the exit status. */
int usage_program(void);
int usage_start(void);
int usage_version(void);

#endif
