/*
 * restart.h - the command that puts another server in the place of the one
 * that runs, once it has seen that the new one could start.
 */
#ifndef CLI_RESTART_H
#define CLI_RESTART_H

/* Takes the words behind the command's name; returns the exit status. */
int restart_run(char **argv);

#endif
