/*
 * ask.h - the command that asks the running server one question and shows the
 * answer as it comes.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

/* Takes the words behind the command's name; returns the exit status. */
int ask_run(char **argv);

#endif
