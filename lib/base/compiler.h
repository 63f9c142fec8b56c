/*
 * compiler.h - attributes and the assertion for our own bugs.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
/* For what runs where sanitizers would not understand it. */
#define NO_SANITIZE __attribute__((no_sanitize("address", "thread")))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/*
 * BUG_ON(condition): the condition can only be true through a fault of our
 * own. Prints it with file and line and aborts, in release builds too: going
 * on could spend a stranger's quota or hand out the wrong answer.
 */
#define BUG_ON(condition) \
	do { \
		if (__builtin_expect(!!(condition), 0)) \
			bug(__FILE__, __LINE__, #condition); \
	} while (0)

/* Writes one line to stderr and aborts. Any thread. */
NORETURN void bug(const char *file, int line, const char *what);

#endif
