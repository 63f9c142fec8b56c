/*
 * messages_parse.h - the parts of the reader. Private to messages_read.c,
 * messages_blocks.c, messages_history.c, messages_tools.c and
 * messages_thinking.c; they return what reader.h says.
 *
 * `where` is the place of a value as callers know it, "messages.2.content.0".
 */
#ifndef DIALECT_MESSAGES_MESSAGES_PARSE_H
#define DIALECT_MESSAGES_MESSAGES_PARSE_H

#include "dialect/messages/messages_form.h"
#include "dialect/reader.h"

/* One body, while it is read. */
struct messages_reading {
	struct reader *r;
	struct messages_form form;
	bool counting; /* only its tokens are asked for */
	json_t *loaded; /* names that a tool_reference has told; a set */
};

/* Writes "WHERE.REST" and returns `out`. */
const char *
messages_at(char out[READER_PARAM_MAX], const char *where, const char *rest);
const char *
messages_at_index(char out[READER_PARAM_MAX], const char *where, size_t i);

/* ---- messages_blocks.c ---- */

enum messages_block {
	BLOCK_TEXT = 1,
	BLOCK_IMAGE = 2,
	BLOCK_DOCUMENT = 4,
	BLOCK_SEARCH_RESULT = 8,
	BLOCK_TOOL_REFERENCE = 16,
	BLOCK_PARTS = 31, /* those above become parts, those below items */
	BLOCK_TOOL_USE = 32,
	BLOCK_TOOL_RESULT = 64,
	BLOCK_THINKING = 128,
	BLOCK_REDACTED_THINKING = 256
};

/*
 * What kind of block it is; refuses those that are not among `allowed`, and
 * what is no block.
 */
MUST_CHECK int messages_block_kind(struct reader *r, const json_t *block,
    const char *where, unsigned allowed, enum messages_block *ret);

/* Whether it becomes parts, whatever else may be wrong with it. */
bool messages_is_part(const json_t *block);

/*
 * Makes parts of `item` of the `n` blocks of `list` from `first` on, which lie
 * at `where`, an array. Each part's place is `at`, its inner the block's index
 * when `numbered`.
 */
struct messages_blocks {
	const json_t *list;
	size_t first, n;
	const char *where;
	unsigned allowed;
	struct place at;
	bool numbered;
};

MUST_CHECK int messages_parts(struct messages_reading *m,
    const struct messages_blocks *blocks, struct item *item);

/* One part of a text, at `at`. */
MUST_CHECK int messages_text_part(
    struct reader *r, struct item *item, const json_t *text, struct place at);

/* ---- the others ---- */

/* system and messages */
MUST_CHECK int
messages_parse_history(struct messages_reading *m, const json_t *root);

/* tools and tool_choice, once the history is known */
MUST_CHECK int
messages_parse_tools(struct messages_reading *m, const json_t *root);

/* thinking and output_config */
MUST_CHECK int
messages_parse_thinking(struct messages_reading *m, const json_t *root);

#endif
