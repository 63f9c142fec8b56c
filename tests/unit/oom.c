#include "unit/oom.h"

#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);

long oom_left = -1;

static bool
oom_now(void)
{
	return oom_left >= 0 && oom_left-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return oom_now() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return oom_now() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return oom_now() ? NULL : __real_realloc(old, size);
}
