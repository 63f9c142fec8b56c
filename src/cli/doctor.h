/*
 * doctor.h - checks all that the server needs, a line each, with what to do
 * about what is missing.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

/* Takes the words behind the command; returns the exit status. */
int doctor_run(char **argv);

#endif
