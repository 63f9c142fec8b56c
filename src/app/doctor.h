/*
 * doctor.h - checks all that the server needs, a line each, with what to do
 * about what is missing.
 */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

/* Takes the words behind the command; returns the exit status. */
int doctor_run(char **argv);

#endif
