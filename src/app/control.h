/*
 * control.h - the commands that act on a server from outside: start in the
 * background, stop, restart, status.
 *
 * Each takes its words behind the command's name and returns the exit status.
 */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

/* sysexits.h has 64 for this; Unix tools at large, and our contract, 2. */
enum {
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNING = 3
};

int control_start(char **argv);
int control_stop(char **argv);
int control_restart(char **argv);
int control_status(char **argv);

#endif
