#include "codex/codex_stderr.h"

#include <stdbool.h>
#include <string.h>

static const char error_mark[] = "Error";
static const char backtrace[] = "\nStack backtrace:";

static bool
is_error(const char *line)
{
	return strncmp(line, error_mark, strlen(error_mark)) == 0;
}

/* The start of the last line that is an error, or of the last line. */
static char *
find_start(char *text)
{
	char *start = is_error(text) ? text : NULL, *last = text, *line;

	for (line = text; (line = strchr(line, '\n')) != NULL;) {
		line++;
		last = line;
		if (is_error(line))
			start = line;
	}
	return start != NULL ? start : last;
}

static void
cut_end(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && (unsigned char)text[len - 1] <= ' ')
		len--;
	text[len] = '\0';
}

/* White space of any kind and length becomes a blank. */
static void
join_lines(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if ((unsigned char)*text > ' ')
			*to++ = *text;
		else if ((unsigned char)text[1] > ' ')
			*to++ = ' ';
	}
	*to = '\0';
}

char *
codex_last_words(char *text)
{
	char *end, *start;

	cut_end(text);
	start = find_start(text);
	end = strstr(start, backtrace);
	if (end != NULL)
		*end = '\0';
	cut_end(start);
	join_lines(start);
	return start;
}
