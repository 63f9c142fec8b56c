/*
 * thread.h - starting threads: with a name, which ps -L, top -H and gdb show,
 * and deaf to signals, which are the main thread's.
 */
#ifndef THREAD_THREAD_H
#define THREAD_THREAD_H

#include <pthread.h>

#include "base/compiler.h"

/*
 * Starts `fn(arg)`. The name is cut to the 15 bytes that Linux keeps. The
 * caller joins or detaches *ret_thread. Errors: -errno. Any thread.
 */
MUST_CHECK int thread_start(pthread_t *ret_thread, void *(*fn)(void *arg),
    void *arg, const char *name_fmt, ...) PRINTF_LIKE(4, 5);

/*
 * Names the calling thread, where a library has started it: the first call of
 * each does, the others cost nothing.
 */
void thread_name_once(const char *name);

#endif
