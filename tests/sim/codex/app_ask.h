/*
 * app_ask.h - requests that app-server sends to its client, and what
 * becomes of them.
 */
#ifndef FAKE_APP_ASK_H
#define FAKE_APP_ASK_H

#include <jansson.h>

#include "app_turn.h"

/* The client's answer to whatever request it is about. */
void ask_answered(const json_t *message);

/* The turn is interrupted: its calls have failed. */
void ask_cancel(struct turn *t);

/* Answers to this turn's requests no longer matter. */
void ask_forget(struct turn *t);

#endif
