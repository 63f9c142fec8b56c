/*
 * app_ask.h - what a turn asks of Codex, and for how long it waits for the
 * answer.
 *
 * What asks sets the turn's state and appends to its child's output. Errors:
 * -ENOMEM, -EMSGSIZE. The child's worker thread only.
 */
#ifndef ENGINE_TURN_APP_ASK_H
#define ENGINE_TURN_APP_ASK_H

#include "engine/turn/app_turn.h"

/* An answer is late after app_bounds.answer, and so much: */
#define APP_READ_PATIENCE INT64_C(1000) /* ns a byte more */
/* Codex decodes an image before it answers: 64 million pixels took it 14 s. */
#define APP_IMAGE_PATIENCE (30 * NS_PER_S) /* an image more */

/* A thread; the turn is WAITING at once when there is a spare one. */
MUST_CHECK int app_ask_thread(struct app_turn *t);
/* The thread is there. */
void app_ask_ready(struct app_turn *t);
/* To take in the conversation. */
MUST_CHECK int app_ask_inject(struct app_turn *t);
/* The model's answer. */
MUST_CHECK int app_ask_turn(struct app_turn *t);
MUST_CHECK int app_ask_interrupt(struct app_turn *t);
/* To take in its items from this one on. */
MUST_CHECK int app_ask_inject_news(struct app_turn *t, size_t from);
/* Interrupts what is open of the turn, or closes the thread. */
MUST_CHECK int app_ask_end(struct app_turn *t);
/* To let go of the thread, which Codex then unloads. */
MUST_CHECK int app_ask_close(struct app_turn *t);

/*
 * No answer of this child's is late for so many ns: turns wait for each other
 * in a busy one.
 */
void app_ask_patience(struct app_child *c, int64_t ns);

/* When the awaited answer is late; CLOCK_NEVER when none is awaited. */
int64_t app_ask_late_at(const struct app_turn *t);

#endif
