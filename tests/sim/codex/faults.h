/*
 * faults.h - what a process can do wrong, whatever its command.
 */
#ifndef FAKE_FAULTS_H
#define FAKE_FAULTS_H

#include <stdint.h>

#include "base/compiler.h"

/* Dies by the signal, without a core file. */
NORETURN void fault_crash(int64_t signo);

/* `how` is CODE:TEXT: the text goes to stderr, the code is returned. */
int fault_early_exit(const char *how);

/* So many bytes on stderr, in lines. */
void fault_flood_stderr(int64_t bytes);

/* Ignores SIGTERM, SIGINT and SIGHUP. */
void fault_ignore_term(void);

#endif
