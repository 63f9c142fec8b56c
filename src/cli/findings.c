#include "cli/findings.h"

#include <stdarg.h>
#include <stdio.h>

static void print(const char *verdict, const char *what, const char *fmt,
    va_list ap) PRINTF_LIKE(3, 0);

static void
print(const char *verdict, const char *what, const char *fmt, va_list ap)
{
	printf("%-6s %-18s ", verdict, what);
	vprintf(fmt, ap);
}

void
findings_say(
    struct findings *f, bool well, const char *what, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(well ? "ok" : "FAULT", what, fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!well)
		f->problems++;
}

void
findings_say_proven(
    struct findings *f, bool well, const char *what, const char *fmt, ...)
{
	bool note = !well && f->proven;
	va_list ap;

	va_start(ap, fmt);
	print(note ? "note" : well ? "ok" : "FAULT", what, fmt, ap);
	va_end(ap);
	puts(note ? " (so it looks from here; the server is ready all the same)"
		  : "");
	if (!well && !note)
		f->problems++;
}
