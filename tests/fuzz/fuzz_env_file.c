/*
 * What is read of a file of NAME=VALUE lines can be written as such lines, in
 * double quotes and plain with backslashes, and is read as the same again.
 * Input: the file, up to its first NUL.
 */
#include <errno.h>
#include <string.h>

#include "options/env_file.h"
#include "fuzz.h"

/* NAME="VALUE" */
static void
write_quoted(struct buf *out, const struct env_line *line)
{
	fuzz_must(buf_printf(out, "%s=\"", line->name));
	for (const char *s = line->value; *s != '\0'; s++) {
		if (strchr("\"\\`$", *s) != NULL)
			fuzz_must(buf_putc(out, '\\'));
		fuzz_must(buf_putc(out, *s));
	}
	fuzz_must(buf_puts(out, "\"\n"));
}

/* NAME=\V\A\L\U\E; ends of lines have no such form. */
static void
write_plain(struct buf *out, const struct env_line *line)
{
	if (strpbrk(line->value, "\r\n") != NULL) {
		write_quoted(out, line);
		return;
	}
	fuzz_must(buf_printf(out, " %s =\t", line->name));
	for (const char *s = line->value; *s != '\0'; s++) {
		fuzz_must(buf_putc(out, '\\'));
		fuzz_must(buf_putc(out, *s));
	}
	fuzz_must(buf_puts(out, " \n"));
}

/* Reads the text and writes both forms of it; false: a quote is open. */
static bool
read_text(char *text, size_t len, struct buf *quoted, struct buf *plain)
{
	struct env_file f = env_file(text, len);
	unsigned lines = 1, last = 1;
	struct env_line line;
	int rc;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	while ((rc = env_file_next(&f, &line)) > 0) {
		FUZZ_ASSERT(line.line >= last && line.line <= lines);
		last = line.line;
		if (line.value == NULL)
			continue;
		write_quoted(quoted, &line);
		write_plain(plain, &line);
	}
	FUZZ_ASSERT(rc == 0 || rc == -EINVAL);
	return rc == 0;
}

static void
init(struct buf forms[2])
{
	buf_init(&forms[0], SIZE_MAX);
	buf_init(&forms[1], SIZE_MAX);
	fuzz_must(buf_puts(&forms[0], ""));
	fuzz_must(buf_puts(&forms[1], ""));
}

static void
check_again(struct buf *text, const struct buf *quoted)
{
	struct buf again[2];

	init(again);
	FUZZ_ASSERT(read_text(text->data, text->len, &again[0], &again[1]));
	FUZZ_ASSERT(again[0].len == quoted->len);
	FUZZ_ASSERT(memcmp(again[0].data, quoted->data, quoted->len) == 0);
	buf_free(&again[0]);
	buf_free(&again[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string((struct text){ (const char *)data, size });
	struct buf forms[2], copy;

	init(forms);
	(void)read_text(text, strlen(text), &forms[0], &forms[1]);
	buf_init(&copy, SIZE_MAX);
	fuzz_must(buf_append(&copy, forms[0].data, forms[0].len));
	check_again(&copy, &forms[0]);
	check_again(&forms[1], &forms[0]);
	buf_free(&copy);
	buf_free(&forms[0]);
	buf_free(&forms[1]);
	free(text);
	return 0;
}
