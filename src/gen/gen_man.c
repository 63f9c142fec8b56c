/*
 * DESIGN. The help texts of the table are plain text. What is markup in them
 * is seen by its form: --name is an option, 'text' is something literal. Both
 * become macros, which stand on lines of their own, with the punctuation
 * behind them as arguments. A new sentence begins a new line, as mdoc(7) asks.
 */
#include "gen/gen.h"

enum {
	COLUMNS = 78
};

/* Where the output is. */
struct page {
	size_t column; /* 0: at the start of a line */
};

static void
end_line(struct page *p)
{
	if (p->column > 0)
		putchar('\n');
	p->column = 0;
}

static void
put_escaped(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			fputs("\\e", stdout);
		else if (text[i] == '~')
			fputs("\\(ti", stdout);
		else if (text[i] == '-' && i == 0)
			fputs("\\-", stdout);
		else
			putchar(text[i]);
	}
}

/* The punctuation at the end of a word. */
static size_t
trailing(const char *word, size_t len)
{
	size_t n = 0;

	while (n < len && strchr(".,;:)", word[len - 1 - n]) != NULL)
		n++;
	return n;
}

/* A line of its own: .MACRO word and the punctuation, apart. */
static void
put_macro(struct page *p, const char *macro, const char *word, size_t len,
    const char *punctuation, size_t n)
{
	end_line(p);
	printf(".%s ", macro);
	put_escaped(word, len);
	for (size_t i = 0; i < n; i++)
		printf(" %c", punctuation[i]);
	putchar('\n');
}

static void
put_plain(struct page *p, const char *word, size_t len)
{
	if (p->column > 0 && p->column + 1 + len > COLUMNS)
		end_line(p);
	if (p->column > 0)
		putchar(' ');
	else if (word[0] == '.' || word[0] == '\'')
		fputs("\\&", stdout);
	p->column += len + 1;
	put_escaped(word, len);
}

static void
put_word(struct page *p, const char *word, size_t len)
{
	size_t tail = trailing(word, len), body = len - tail;

	if (body > 2 && strncmp(word, "--", 2) == 0) {
		/* Fl writes one dash of its own. */
		end_line(p);
		printf(".Fl %.*s", (int)(body - 1), word + 1);
		for (size_t i = body; i < len; i++)
			printf(" %c", word[i]);
		putchar('\n');
	} else if (body > 2 && word[0] == '\'' && word[body - 1] == '\'') {
		put_macro(p, "Ql", word + 1, body - 2, word + body, tail);
	} else {
		put_plain(p, word, len);
		if (word[len - 1] == '.')
			end_line(p);
	}
}

static void
put_text(struct page *p, const char *text)
{
	for (text += strspn(text, " "); *text != '\0';
	     text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");

		put_word(p, text, len);
		text += len;
	}
	end_line(p);
}

static void
put_item(const struct option_def *def)
{
	printf(".It Fl -%s", def->name);
	if (def->type == OPTION_BOOL)
		printf(" , Fl -no-%s", def->name);
	else
		printf(" Ar %s", def->metavar != NULL ? def->metavar : "VALUE");
	putchar('\n');
}

static void
put_allowed(const struct option_def *def)
{
	char *allowed;

	if (def->type == OPTION_STRING || def->type == OPTION_LIST ||
	    def->type == OPTION_BOOL)
		return;
	allowed = gen_allowed(def);
	fputs("Allowed: ", stdout);
	put_escaped(allowed, strlen(allowed));
	puts(".");
	free(allowed);
}

static void
put_default(const struct option_def *def)
{
	if (def->initial == NULL || (def->flags & OPTION_SECRET) != 0)
		return;
	fputs("Default: ", stdout);
	put_escaped(def->initial, strlen(def->initial));
	puts(".");
}

static void
put_environment(const struct option_def *def)
{
	const char *separator = def->separator;

	if (def->env == NULL)
		return;
	if (def->type != OPTION_LIST || separator == NULL) {
		printf(".Ev %s .\n", def->env);
		return;
	}
	printf(".Ev %s\n", def->env);
	if (strcmp(separator, ",") == 0)
		puts("(separated by commas).");
	else if (strcmp(separator, ":") == 0)
		puts("(separated by colons).");
	else
		printf("(separated by\n.Ql \\&%s\\& ) .\n", separator);
}

void
gen_man(void)
{
	struct page page = { 0 };

	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];

		put_item(def);
		if (def->help != NULL)
			put_text(&page, def->help);
		if (def->type == OPTION_LIST)
			put_text(&page, "Repeatable.");
		put_allowed(def);
		put_default(def);
		put_environment(def);
	}
}
