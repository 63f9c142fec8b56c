/*
 * logs.h - the command that shows the server's log.
 */
#ifndef CLI_LOGS_H
#define CLI_LOGS_H

/* Takes the words behind the command's name; returns the exit status. */
int logs_run(char **argv);

#endif
