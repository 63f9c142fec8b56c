#include "api/api_unread.h"

#include "base/limits.h"

void
api_unread_set(struct api_unread *u, size_t n)
{
	budget_add(u->all, n);
	budget_give(u->all, u->n);
	u->n = n;
}

bool
api_unread_take(struct api_unread *u, size_t len)
{
	if (len > LIMIT_UNREAD_OWN && !budget_take(u->all, len))
		return false;
	if (len <= LIMIT_UNREAD_OWN)
		budget_add(u->all, len);
	u->n += len;
	return true;
}
