#include "gen/gen.h"

enum {
	ALLOWED_MAX = 4096
};

/* The columns of commands.def that are of use here. */
enum {
	OPTIONS_FIND,
	OPTIONS_ALL
};

const struct gen_command gen_commands[] = {
#define COMMAND(name_, function_, options_, help_) \
	{ #name_, help_, OPTIONS_##options_ == OPTIONS_ALL },
#define COMMAND_WORD(name_, word_, help_)
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_WORD
};
const size_t gen_n_commands = ARRAY_SIZE(gen_commands);

const struct gen_word gen_words[] = {
#define COMMAND(name_, function_, options_, help_)
#define COMMAND_WORD(name_, word_, help_) { #name_, word_, help_ },
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_WORD
};
const size_t gen_n_words = ARRAY_SIZE(gen_words);

static bool
is_metavar(const struct option_def *def, const char *word)
{
	return def->metavar != NULL && strcmp(def->metavar, word) == 0;
}

enum gen_value
gen_value_of(const struct option_def *def)
{
	if ((def->flags & OPTION_SECRET) != 0)
		return GEN_NOTHING;
	if (def->type == OPTION_BOOL)
		return GEN_BOOL;
	if (def->type == OPTION_CHOICE)
		return GEN_CHOICE;
	if (is_metavar(def, OPTION_METAVAR_DIR))
		return GEN_DIR;
	if (is_metavar(def, OPTION_METAVAR_FILE) ||
	    is_metavar(def, OPTION_METAVAR_PATH))
		return GEN_FILE;
	return GEN_NOTHING;
}

bool
gen_has(const struct gen_command *command, const struct option_def *def)
{
	return command->all_options || (def->flags & OPTION_FINDS) != 0;
}

char *
gen_allowed(const struct option_def *def)
{
	struct buf b;
	char *text = NULL;

	buf_init(&b, ALLOWED_MAX);
	if (option_allowed_text(def, &b) == 0)
		text = buf_steal(&b, NULL);
	if (text == NULL) {
		fputs("option_docs: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return text;
}
