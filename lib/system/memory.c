#include "system/memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <sys/prctl.h>

/* A stream's buffers are far below; bodies and answers that are large, above.
 * A page fault for each of their pages is little beside reading them. */
#define LARGE_BLOCK (512 * 1024)

void
memory_setup(void)
{
#ifdef __GLIBC__
	/* Naming either ends the growth of both. */
	(void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
	(void)mallopt(M_TRIM_THRESHOLD, LARGE_BLOCK);
#endif
}

void
memory_trim(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

void
memory_hide(void)
{
	if (getenv(MEMORY_OPEN) == NULL)
		(void)prctl(PR_SET_DUMPABLE, 0);
}
