/*
 * app_account.h - what app-server says about itself: the answers that are
 * much the same whoever asks. `id` is that of the request, as JSON.
 */
#ifndef FAKE_APP_ACCOUNT_H
#define FAKE_APP_ACCOUNT_H

#include <jansson.h>

#include "app_thread.h"

/* The answer to initialize. */
void account_initialized(const char *id, const char *client);

/* The answer to thread/start, and thread/started. */
void
account_thread(const char *id, const struct thread *th, const json_t *params);

/* account/read, account/rateLimits/read, model/list. */
void account_read(const char *id);
void account_rate_limits(const char *id);
void account_models(const char *id);

/* Counts a turn, at one of which the process grows (`rss`). */
void account_grow(void);

/* codex's version, or what FAKE_CODEX_VERSION says it is. */
const char *account_version(void);

#endif
