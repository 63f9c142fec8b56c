/*
 * output.h - fake_codex's stdout: lines are collected and written together,
 * or in pieces when the script says so.
 */
#ifndef FAKE_OUTPUT_H
#define FAKE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* `piece` is the most bytes of one write; 0: all at once. */
void output_init(size_t piece);
void output_free(void);

/* What is collected; append to it. */
struct buf *output_buf(void);

/* Writes what is collected. Exits 1 when the reader is gone, as codex does. */
void output_flush(void);

/* Writes `len` bytes to `fd` with writes of at most `piece`. */
void output_write(int fd, const char *bytes, size_t len, size_t piece);

/* Exits 70: memory is out, or the script is wrong. */
void output_must(int r, const char *what);

/* Append a JSON string (NULL: null) or a number to any buffer. */
void output_text(struct buf *b, const char *s, size_t len);
void output_string(struct buf *b, const char *s);
void output_int(struct buf *b, int64_t value);

#endif
