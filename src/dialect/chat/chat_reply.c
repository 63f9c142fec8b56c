#include "dialect/chat/chat_reply.h"

bool
chat_paragraph_begins(struct chat_paragraph *p, const struct event *e)
{
	bool behind_another = p->begun &&
	    (p->item != e->item.index || p->part != e->part);

	*p = (struct chat_paragraph){ true, e->item.index, e->part };
	return behind_another;
}

const char *
chat_finish_name(const struct chat_form *form, enum finish_reason reason)
{
	switch (reason) {
	case FINISH_TOOL_CALLS:
		return form->old_functions ? "function_call" : "tool_calls";
	case FINISH_LENGTH:
		return "length";
	case FINISH_CONTENT_FILTER:
		return "content_filter";
	case FINISH_STOP:
	case FINISH_STOP_STRING:
	case FINISH_NONE:
		break;
	}
	return "stop";
}
