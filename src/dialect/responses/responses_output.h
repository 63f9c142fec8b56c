/*
 * responses_output.h - the output of a response: its items as JSON, written as
 * they come. Each byte is written once; the events of a stream quote from it.
 * Pure.
 *
 * Life cycle: responses_output_init; then for each item, one after the other,
 *
 *	_begin { _begin_part _add* _end_part }* _end	a message, reasoning
 *	_begin _add* _end				a call
 *
 * and responses_output_free. What each of them makes can be quoted until the
 * next. Errors are those of buf; the output may only be freed then.
 * Threads: one at a time.
 */
#ifndef DIALECT_RESPONSES_RESPONSES_OUTPUT_H
#define DIALECT_RESPONSES_RESPONSES_OUTPUT_H

#include "conversation/event.h"
#include "json/jsonw.h"

/* Where something stands in the JSON. */
struct responses_span {
	size_t at, end;
};

struct responses_output {
	struct buf json; /* items, with commas between; the last may be open */
	struct responses_span *items; /* of each that was begun */
	size_t n_items;
	size_t first; /* the number that the first has in its id */
	char *id; /* of the answer, without a prefix */
	/* Of the item that was begun last: */
	bool open;
	bool in_part; /* some part of it is open */
	enum item_kind kind;
	bool custom;
	size_t n_parts; /* that were begun */
	size_t head_end; /* of what is known as it begins */
	/* What is within the quotes of its id, its name, and its text; of the
	 * last part, where it has parts, which stand in `part`. */
	struct responses_span item_id, name, text, part;
};

/*
 * `id` is the answer's, and copied; the items' ids are numbered from `first`.
 * May be freed whether this worked or not. Errors: -ENOMEM.
 */
MUST_CHECK int
responses_output_init(struct responses_output *o, const char *id, size_t first);
void responses_output_free(struct responses_output *o);

/* By an ITEM_BEGIN. */
MUST_CHECK int
responses_output_begin(struct responses_output *o, const struct event *e);

MUST_CHECK int responses_output_begin_part(struct responses_output *o);
MUST_CHECK int responses_output_end_part(struct responses_output *o);

/* A piece of the text of the part, or of the arguments or input of a call. */
MUST_CHECK int
responses_output_add(struct responses_output *o, const char *text, size_t len);

/* `sealed`: of reasoning, its encrypted content; empty for none. */
MUST_CHECK int responses_output_end(
    struct responses_output *o, bool whole, const char *sealed);

/* What the prefix of the id of an item of this type is: "msg_". */
const char *responses_id_prefix(struct text type);

/* ---- quoting ---- */

static inline struct text
responses_quote(const struct responses_output *o, struct responses_span span)
{
	return (struct text){ o->json.data + span.at, span.end - span.at };
}

static inline struct responses_span
responses_last_item(const struct responses_output *o)
{
	return o->items[o->n_items - 1];
}

/* "item":{...}: the item as it began, without any text. */
void responses_output_begun(const struct responses_output *o, struct jsonw *w);

/* "part":{...}: the same of the part. */
void
responses_output_part_begun(const struct responses_output *o, struct jsonw *w);

#endif
