/*
 * size.h - how many tokens a text takes, estimated without a tokenizer. Pure,
 * takes no memory; any thread.
 *
 * The aim is o200k_base, the vocabulary of OpenAI's models since GPT-4o, within
 * 15 % for prose in the languages of doc/performance.md, code, JSON, numbers,
 * base64 and emoji. For a text of a few words a token more or less is more than
 * that.
 */
#ifndef CONVERSATION_SIZE_H
#define CONVERSATION_SIZE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Any bytes; those that are no UTF-8 count as characters of their own. At
 * least 1, but for an empty text. Takes time as the text grows, some
 * nanoseconds a byte.
 */
uint64_t size_of_text(const char *s, size_t len);

enum {
	SIZE_METER_HELD = 256
};

/*
 * The same of a text that comes in pieces, whatever they are; nearly the same
 * number. All zeros is an empty one; nothing to free.
 */
struct size_meter {
	uint64_t units; /* private, as all of it */
	size_t n;
	char held[SIZE_METER_HELD]; /* what may go on in the next piece */
};

void size_meter_feed(struct size_meter *m, const char *s, size_t len);
uint64_t size_meter_tokens(const struct size_meter *m);

#endif
