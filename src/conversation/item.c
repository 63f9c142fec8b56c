#include "conversation/item.h"

const char *
item_role_name(enum item_role role)
{
	static const char *const names[] = { [ROLE_SYSTEM] = "system",
		[ROLE_DEVELOPER] = "developer",
		[ROLE_USER] = "user",
		[ROLE_ASSISTANT] = "assistant" };

	return names[role];
}

bool
item_is_message(const struct item *i, enum item_role role)
{
	return i->kind == ITEM_MESSAGE && i->role == role;
}

bool
item_is_empty(const struct item *i)
{
	for (size_t k = 0; k < i->n_parts; k++) {
		if (i->parts[k].text.len > 0)
			return false;
	}
	return true;
}

bool
item_is_beside(const struct item *a, const struct item *b)
{
	return a->place.outer == b->place.outer;
}
