/*
 * fuzz.h - what the fuzz targets share.
 *
 * A target is one file with LLVMFuzzerTestOneInput. Linked with libFuzzer
 * (configure --enable-fuzzers, "make fuzzers") it hunts; linked with replay.c
 * it runs the files of corpus/TARGET in "make check". It checks properties
 * that hold for every input, against a plainer way to do the same where there
 * is one, and aborts when one does not.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "json/jsonx.h"
#include "base/strv.h"
#include "conversation/error.h"

#define FUZZ_ASSERT(condition) BUG_ON(!(condition))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of an input. */
struct fuzz_input {
	const char *s;
	size_t len;
};

struct fuzz_input fuzz_input(const uint8_t *data, size_t size);

/* The next byte as a number; 0 when nothing is left. */
unsigned fuzz_byte(struct fuzz_input *in);

/* The next `len` bytes, or what is left. */
struct text fuzz_bytes(struct fuzz_input *in, size_t len);

/* What stands before the next newline, which is dropped. */
struct text fuzz_line(struct fuzz_input *in);

/*
 * Calls `fn` with the rest in pieces of 1 to 16 bytes, whose lengths the
 * input decides, too. A return other than 0 ends it and is returned.
 */
int fuzz_pieces(struct fuzz_input *in,
    int (*fn)(void *arg, const char *piece, size_t len), void *arg);

/* A NUL-terminated copy, up to the first NUL; freed by the caller. */
char *fuzz_string(struct text t);

/* Aborts unless `rc` is 0. */
void fuzz_must(int rc);

/* Aborts unless it is a failure that can be shown; frees it. */
void fuzz_check_error(struct error *e);

#endif
