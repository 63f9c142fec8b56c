/*
 * app_request.h - the lines that app-server reads, and what it answers.
 */
#ifndef FAKE_APP_REQUEST_H
#define FAKE_APP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line from the client; of jsonl_line_fn's type, `arg` is not used. */
int request_line(void *arg, const char *line, size_t len);

/* The client has what it needs, and stdin is no longer read. */
bool request_deaf(void);

/* From now on: stdin is not read; messages are read and not answered. */
void request_stop_reading(void);
void request_mute(void);

/* Sends a late answer to initialize, once it is due. */
void request_tick(void);

/* Monotonic time at which request_tick has something to do. */
int64_t request_due(void);

#endif
