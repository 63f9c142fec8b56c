/*
 * control.h - the commands that act on a server from outside: start in the
 * background, stop, restart, status.
 *
 * Each takes its words behind the command's name and returns the exit status.
 */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

int control_start(char **argv);
int control_stop(char **argv);
int control_restart(char **argv);
int control_status(char **argv);

#endif
