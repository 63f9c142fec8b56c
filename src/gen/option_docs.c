/*
 * option_docs.c - prints what is made of the option table and the commands.
 *
 * option_docs FORMAT [TEMPLATE]: with a template, that file with its line
 * that contains @OPTIONS@ replaced. A build-time program, not installed.
 */
#include <errno.h>

#include "gen/gen.h"
#include "system/fdio.h"

#define MARK "@OPTIONS@"

enum {
	TEMPLATE_MAX = 1024 * 1024
};

static const struct {
	const char *name;
	void (*print)(void);
} formats[] = {
	{ "man", gen_man },
	{ "bash", gen_bash },
	{ "zsh", gen_zsh },
	{ "table", gen_table },
	{ "json", gen_json },
};

static int
complain(const char *what, const char *why)
{
	fprintf(stderr, "option_docs: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

static int
fill(const char *path, void (*print)(void))
{
	char *mark, *rest;
	struct buf text;
	int rc;

	buf_init(&text, TEMPLATE_MAX);
	rc = file_read(path, TEMPLATE_MAX, &text);
	mark = rc == 0 && text.len > 0 ? strstr(text.data, MARK) : NULL;
	if (mark == NULL) {
		buf_free(&text);
		return complain(
		    path, rc != 0 ? strerror(-rc) : "has no line " MARK);
	}
	rest = mark + strcspn(mark, "\n");
	if (*rest == '\n')
		rest++;
	while (mark > text.data && mark[-1] != '\n')
		mark--;
	printf("%.*s", (int)(mark - text.data), text.data);
	print();
	fputs(rest, stdout);
	buf_free(&text);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	int status = EXIT_FAILURE;

	if (argc != 2 && argc != 3)
		return complain("usage", "option_docs FORMAT [TEMPLATE]");
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strcmp(argv[1], formats[i].name) != 0)
			continue;
		status = EXIT_SUCCESS;
		if (argc == 3)
			status = fill(argv[2], formats[i].print);
		else
			formats[i].print();
	}
	if (status == EXIT_SUCCESS && fflush(stdout) != 0)
		return complain("standard output", strerror(errno));
	return status;
}
