/*
 * chain.h - a conversation as one digest, in a form in which it is the same
 * whoever has written it: the chain over all of it is made of the chain over
 * all but the last unit, and that unit. Pure; any thread.
 *
 * A unit is a message, a call or a result. What counts: the role and the
 * parts of a message, where no text at all is no parts, however it is written;
 * of a call its id, its name, and its arguments as compact JSON with sorted
 * keys, since clients write them anew; of a result its call and its parts. Not
 * names of speakers and not reasoning, of which a model has its own.
 * Messages of the assistant that the caller has written as one (blocks of one
 * message) are one, and one without a word beside calls is none.
 */
#ifndef CONVERSATION_CHAIN_H
#define CONVERSATION_CHAIN_H

#include "tls/digest.h"
#include "conversation/generation.h"

/* A part of a message: its kind, and the digest of its bytes alone. */
struct chain_part {
	enum part_kind kind;
	struct digest text;
};

/* `chain` goes on by one unit. */
void
chain_add(struct digester *d, struct digest *chain, const struct digest *unit);

void
chain_message(struct digester *d, enum item_role role, enum item_phase phase,
    const struct chain_part *parts, size_t n, struct digest *ret_unit);

/* -ENOMEM. `call` is an ITEM_CALL. */
MUST_CHECK int chain_call(
    struct digester *d, const struct item *call, struct digest *ret_unit);

/*
 * `chain` goes on by items `from` up to, and without, `to`, between which and
 * their neighbours no message of the assistant goes on. -ENOMEM.
 */
MUST_CHECK int chain_items(struct digester *d, const struct generation *g,
    size_t from, size_t to, struct digest *chain);

/* Where its last run of items begins that are not the assistant's. */
size_t chain_news(const struct generation *g);

#endif
