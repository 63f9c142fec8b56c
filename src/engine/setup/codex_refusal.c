/*
 * DESIGN. `codex features list` reads the whole configuration and does nothing
 * else, in about 60 ms. It ends with 1 when it refuses it; a Codex that does
 * not know the command ends with 2. Seen with 0.122.0 to 0.169.0.
 */
#include "engine/setup/codex_refusal.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "codex/codex_stderr.h"
#include "codex/codex_words.h"
#include "system/process.h"

#define PATIENCE (10 * NS_PER_S)

enum {
	EXIT_REFUSED = 1
};

static int
make_argv(const struct settings *s, const struct codex *c, struct strv *argv)
{
	int rc = strv_add_all(argv, c->binary.path, "features", "list", NULL);

	for (size_t i = 0; rc == 0 && i < s->codex_config.n; i++)
		rc = strv_add_all(argv, "-c", s->codex_config.v[i], NULL);
	return rc;
}

static bool
run(const struct codex *c, const struct strv *argv, int abort_fd,
    struct buf *out, struct buf *err)
{
	struct process_spec spec = { .path = c->binary.path,
		.argv = argv->v,
		.envp = c->env.v,
		.no_stdin = true };
	struct process_status st = { .code = 0 };
	int rc = process_capture(
	    &spec, clock_after(PATIENCE), abort_fd, out, err, &st);

	return rc == 0 && !st.signalled && st.code == EXIT_REFUSED;
}

/*
 * A home that has just gone is no fault of the overrides. Warnings before the
 * error may name the home, too: of one below /tmp there always is one.
 */
static bool
is_about_home(const struct codex *c, const char *error)
{
	return c->home != NULL && strstr(error, c->home) != NULL;
}

bool
codex_refusal(const struct settings *s, const struct codex *c, int abort_fd,
    char ret_why[CODEX_REFUSAL_MAX])
{
	struct strv argv;
	char words[CODEX_WORDS_MAX];
	struct buf out, err;
	bool refused = false;
	const char *error;

	if (s->codex_config.n == 0)
		return false;
	strv_init(&argv);
	buf_init(&out, LIMIT_CODEX_TRIAL);
	buf_init(&err, LIMIT_CODEX_WORDS);
	if (make_argv(s, c, &argv) == 0)
		refused = run(c, &argv, abort_fd, &out, &err) && err.len > 0;
	error = refused ? codex_last_words(err.data) : "";
	refused = refused && !is_about_home(c, error);
	if (refused) {
		/* Callers may come to read it, too. */
		codex_words_for_caller(error, words);
		snprintf(ret_why, CODEX_REFUSAL_MAX, "%.*s",
		    CODEX_REFUSAL_MAX - 1, words);
	}
	strv_free(&argv);
	buf_free(&out);
	buf_free(&err);
	return refused;
}
