/*
 * banned.h - functions that this project does not use.
 *
 * Force-included into every file by the makefile. Each of these either has
 * no bound or fails silently; buf, strv and parse do their work.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* The declarations must come before the names are poisoned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok atoi atol atof

#endif
