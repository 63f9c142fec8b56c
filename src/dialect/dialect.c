#include "dialect/dialect.h"

#include <string.h>

void
dialect_name_fault(const struct dialect *d, const struct generation *request,
    const struct form *form, struct error *e)
{
	char param[DIALECT_PARAM_MAX];

	/* Without memory the name is lost, not the error. */
	if (e->param == NULL && d->param(request, form, e, param))
		e->param = strdup(param);
}
