#include "dialect/completions/completions_reply.h"

const struct openai_kind completions_kind = { "cmpl-", "text_completion" };

struct text
completions_prompt(const struct generation *request, unsigned choice)
{
	const struct generation *g = request;

	for (; choice >= g->choices; g = g->beside)
		choice -= g->choices;
	return g->items[g->n_items - 1].parts[0].text;
}

void
completions_open_choice(struct jsonw *w, unsigned choice)
{
	jsonw_object(w, NULL);
	jsonw_u64(w, "index", choice);
	jsonw_string_open(w, "text");
}

/* FINISH_NONE: it goes on. */
static const char *
finish_name(enum finish_reason reason)
{
	switch (reason) {
	case FINISH_NONE:
		return NULL;
	case FINISH_LENGTH:
		return "length";
	case FINISH_CONTENT_FILTER:
		return "content_filter";
	case FINISH_STOP:
	case FINISH_STOP_STRING:
	case FINISH_TOOL_CALLS:
		break;
	}
	return "stop";
}

void
completions_close_choice(struct jsonw *w, enum finish_reason reason)
{
	jsonw_string_close(w);
	jsonw_null(w, "logprobs");
	jsonw_str(w, "finish_reason", finish_name(reason));
	jsonw_close(w);
}
