/*
 * generation.h - what is asked of the model, once, whatever dialect it was
 * asked in.
 *
 * Life cycle: generation_new gives one reference; a dialect's reader fills it
 * in, taking memory from its arena; then it is immutable, and any thread may
 * read it; generation_ref and _unref from any thread. All texts are copies,
 * so that nothing of the body stays.
 */
#ifndef CONVERSATION_GENERATION_H
#define CONVERSATION_GENERATION_H

#include <jansson.h>

#include "base/arena.h"
#include "conversation/item.h"

enum {
	CHOICES_MAX = 20, /* of one request, all its conversations together */
	STOP_MAX = 4,
	STOP_LEN_MAX = 1024 /* bytes; the filter is quadratic in it */
};

struct tool {
	struct text name;
	struct text space; /* namespace, or empty */
	struct text about_space; /* its description, or empty */
	struct text description; /* may be empty */
	struct text parameters; /* JSON, compact; empty when absent */
	struct text grammar; /* custom: JSON of its format, or empty */
	bool custom; /* freeform: its input is no JSON */
	bool offered; /* false: of those given, but not to be called now */
	struct place place;
};

enum tool_choice {
	CHOICE_UNSET,
	CHOICE_AUTO,
	CHOICE_NONE,
	CHOICE_REQUIRED,
	CHOICE_NAMED
};

enum parallel_calls {
	PARALLEL_UNSET,
	PARALLEL_NO, /* one call an answer */
	PARALLEL_YES
};

enum answer_format {
	FORMAT_TEXT,
	FORMAT_OBJECT, /* any JSON object; asked for in words */
	FORMAT_SCHEMA, /* Codex holds the model to it */
	FORMAT_TOLD /* one that it cannot: asked for in words */
};

/* Of the reasoning. */
enum summary {
	SUMMARY_AUTO,
	SUMMARY_CONCISE,
	SUMMARY_DETAILED,
	SUMMARY_NONE
};

struct generation {
	const char *model; /* as asked, never empty */
	/*
	 * Models whose names begin so are another provider's: codex-local
	 * stands for one that nothing else takes. Or NULL.
	 */
	const char *stand_in;
	struct item *items;
	size_t n_items; /* at least 1 */
	uint64_t decoded; /* bytes of all its images when they are decoded */

	struct tool *tools;
	size_t n_tools;
	enum tool_choice choice;
	struct text chosen; /* CHOICE_NAMED */
	enum parallel_calls parallel;

	enum answer_format format;
	json_t *schema; /* owned; SCHEMA: made strict, TOLD: as it came */
	/*
	 * Of `tools`, or NULL: the answer is the arguments of a call of this
	 * one, which keep to `schema`, made strict; the format is TEXT.
	 */
	const struct tool *forced;

	const char *effort; /* NULL when not said */
	const char *verbosity; /* NULL, low, medium or high */
	const char *tier; /* NULL when not said */
	const char *cwd; /* unchecked; NULL when not said */
	struct text stop[STOP_MAX]; /* none is empty */
	size_t n_stop;
	unsigned choices; /* answers to this conversation, at least 1 */
	bool live; /* text is wanted as it comes */
	enum summary summary;
	bool sealed; /* the caller takes encrypted reasoning */
	bool calls_unnamed; /* calls come back without their ids */
	bool search; /* Codex's own web search */
	bool search_offered; /* the same, where the server has it */
	/*
	 * What the caller names the conversation by, in its body or by a header
	 * (session.h); NULL when it does not. Not unique to one: a user may
	 * have many.
	 */
	struct text conversation;

	/*
	 * What the same request asks beside it, of another conversation; its
	 * choices come behind ours. See generation_beside.
	 */
	struct generation *beside;

	struct arena arena; /* for its reader; all that are beside use it */
	struct generation *first; /* private: of those beside each other */
	_Atomic unsigned refs; /* private */
};

/*
 * Empty, for one choice. `cap`: most bytes that its arena may hold. NULL: out
 * of memory.
 */
struct generation *generation_new(size_t cap);
struct generation *generation_ref(struct generation *g);
void generation_unref(struct generation *g);

/*
 * One that asks the same of another conversation: a copy without items, behind
 * the last of those beside `first`, which a reader got. It lives as long as
 * that: references to either are references to both. NULL: out of memory.
 */
struct generation *generation_beside(struct generation *first);

/* How many jobs are to be made for it and all beside it. */
unsigned generation_choices(const struct generation *first);

/* Whether that is one. */
bool generation_is_alone(const struct generation *g);

/* Which of those beside each other a choice is of. */
struct generation *generation_of(struct generation *first, unsigned choice);

/* Whether the model may call this tool of it, and whether any. */
bool generation_offers(const struct generation *g, const struct tool *t);
bool generation_offers_tools(const struct generation *g);

/* Whether the answer has to be a call. */
bool generation_demands_call(const struct generation *g);

/*
 * The first item of this kind that the caller wrote at `place`, or NULL. For
 * errors: it looks through all.
 */
const struct item *generation_find(
    const struct generation *g, enum item_kind kind, struct place place);

#endif
