/*
 * item.h - a conversation as Codex has it: a list of items. Every dialect
 * reads into these and writes from them; one that is poorer uses fewer kinds.
 *
 * Texts are borrowed from whoever owns the items (generation.h), and as the
 * caller wrote them; one that is absent is empty. Plain data; any thread.
 */
#ifndef CONVERSATION_ITEM_H
#define CONVERSATION_ITEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "conversation/place.h"

enum item_kind {
	ITEM_MESSAGE,
	ITEM_CALL, /* of a function, by the model */
	ITEM_RESULT, /* of such a call */
	ITEM_REASONING,
	ITEM_OTHER, /* what Codex takes as it comes */
	ITEM_REFERENCE /* to a stored one; none is left when a job is made */
};

enum item_role {
	ROLE_SYSTEM,
	ROLE_DEVELOPER,
	ROLE_USER,
	ROLE_ASSISTANT
};

enum item_phase {
	PHASE_NONE,
	PHASE_COMMENTARY, /* a message on the way to the answer */
	PHASE_FINAL
};

enum part_kind {
	PART_TEXT,
	PART_REFUSAL,
	PART_IMAGE /* text is a valid data: URL */
};

struct part {
	enum part_kind kind;
	struct text text;
	struct place place;
};

/* What a REFERENCE stands for. */
enum item_reference {
	REFERENCE_ITEM, /* one item */
	REFERENCE_ANSWER, /* all that led to an answer, and the answer */
	REFERENCE_CONVERSATION /* all of a conversation that is kept by name */
};

struct item {
	enum item_kind kind;
	enum item_role role; /* MESSAGE */
	enum item_phase phase; /* MESSAGE of the assistant */
	enum item_reference reference; /* REFERENCE */
	bool custom; /* CALL, RESULT: of a freeform tool */
	bool failed; /* RESULT: the caller says that it is an error */
	struct place place;
	struct text id; /* the caller's; REFERENCE: what it stands for */
	struct text name; /* CALL: the function; RESULT: the function, if that
	                     is all that tells the call; MESSAGE: who speaks */
	struct text space; /* CALL: namespace of the function */
	struct text call_id; /* CALL, RESULT; empty for a call without one */
	union {
		struct text arguments; /* CALL: the model's own JSON text,
		                          unchecked; if custom, its input */
		struct text sealed; /* REASONING: encrypted */
		struct text verbatim; /* OTHER: its JSON */
	};
	struct part *parts; /* MESSAGE, RESULT; REASONING: the summary */
	size_t n_parts;
};

/* "system", "developer", ... */
const char *item_role_name(enum item_role role);

bool item_is_message(const struct item *i, enum item_role role);

/* True when no part has a byte. */
bool item_is_empty(const struct item *i);

/* True when the two were written as one by the caller: parts of a message. */
bool item_is_beside(const struct item *a, const struct item *b);

#endif
