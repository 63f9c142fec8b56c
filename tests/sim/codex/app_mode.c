#include "app_mode.h"

#include "output.h"

static struct script mode;

static void
parse_mode(struct script *s)
{
	const char *line = getenv("FAKE_CODEX_MODE");

	script_init(s);
	if (line != NULL)
		output_must(script_parse(s, SCRIPT_PROCESS | SCRIPT_TURN, line,
				strlen(line)),
		    "FAKE_CODEX_MODE");
}

void
app_mode_read(void)
{
	parse_mode(&mode);
}

const struct script *
app_mode(void)
{
	return &mode;
}

void
app_mode_with(struct script *ret_script, const char *prompt, size_t len)
{
	parse_mode(ret_script);
	output_must(script_parse_prompt(ret_script, SCRIPT_TURN, prompt, len),
	    "bad FAKE: directive");
}
