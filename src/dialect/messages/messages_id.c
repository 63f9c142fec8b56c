#include "dialect/messages/messages_id.h"

/* What stands behind the prefix; `other` where there is none, or nothing. */
static struct text
behind(struct text t, const char *prefix, struct text other)
{
	size_t n = strlen(prefix);

	if (t.len == n || !text_begins(t, prefix))
		return other;
	return (struct text){ t.s + n, t.len - n };
}

struct text
messages_call_of(struct text id)
{
	return behind(id, MESSAGES_CALL_PREFIX, id);
}

struct text
messages_sealed_in(struct text signature)
{
	return behind(signature, MESSAGES_SEAL_PREFIX, (struct text){ "", 0 });
}
