/*
 * Settings are refused with a reason, or can be written down and read back.
 * Input: lines; NAME=VALUE of the environment up to an empty line, then argv.
 */
#include <errno.h>

#include "settings/settings.h"
#include "fuzz.h"

/* Lines up to an empty one, or all; made to start with `prefix`. */
static void
read_lines(struct fuzz_input *in, const char *prefix, struct strv *sv)
{
	strv_init(sv);
	while (in->len > 0) {
		struct text line = fuzz_line(in);
		char *s;

		if (line.len == 0)
			break;
		s = fuzz_string(line);
		fuzz_must(strv_addf(sv, "%s%s", prefix, s));
		free(s);
	}
}

static char *const *
vector(const struct strv *sv)
{
	static char *none[] = { NULL };

	return sv->v != NULL ? sv->v : none;
}

static void
value_text(
    const struct option_def *def, const struct settings *s, struct buf *out)
{
	buf_init(out, SIZE_MAX);
	fuzz_must(option_value_text(def, s, out));
	fuzz_must(buf_append(out, "", 0));
}

static bool
can_be_written(const struct option_def *def)
{
	return def->type != OPTION_LIST && (def->flags & OPTION_SECRET) == 0;
}

/* The settings as a command line. */
static void
write_down(const struct settings *s, struct strv *argv)
{
	strv_init(argv);
	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];
		struct buf text;

		if (!can_be_written(def))
			continue;
		value_text(def, s, &text);
		fuzz_must(strv_addf(argv, "--%s=%s", def->name,
		    text.data != NULL ? text.data : ""));
		buf_free(&text);
	}
}

static void
check_same(const struct settings *a, const struct settings *b)
{
	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];
		struct buf at, bt;

		if (!can_be_written(def))
			continue;
		value_text(def, a, &at);
		value_text(def, b, &bt);
		FUZZ_ASSERT(at.len == bt.len);
		FUZZ_ASSERT(
		    at.len == 0 || memcmp(at.data, bt.data, at.len) == 0);
		buf_free(&at);
		buf_free(&bt);
	}
}

static void
check_settings(const struct settings *s)
{
	char error[OPTIONS_ERROR_MAX] = "";
	char *none[] = { NULL };
	struct settings again;
	struct strv argv;

	FUZZ_ASSERT(s->port >= 0 && s->port <= 65535);
	FUZZ_ASSERT(s->max_concurrency >= 1 && s->max_queue_size >= 1);
	FUZZ_ASSERT(s->host.n > 0 && s->allowed_root.n > 0);
	FUZZ_ASSERT(settings_alias(s, "codex-local") == NULL);
	write_down(s, &argv);
	fuzz_must(settings_load(&again, argv.v, none, error));
	check_same(s, &again);
	settings_free(&again);
	strv_free(&argv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_input(data, size);
	char error[OPTIONS_ERROR_MAX] = "";
	struct strv environment, argv;
	struct settings s;
	int rc;

	read_lines(&in, "CODEX_PROXY_", &environment);
	read_lines(&in, "", &argv);
	rc = settings_load(&s, vector(&argv), vector(&environment), error);
	if (rc == 0) {
		check_settings(&s);
		settings_free(&s);
	} else {
		FUZZ_ASSERT(rc == -EINVAL);
		FUZZ_ASSERT(error[0] != '\0');
		FUZZ_ASSERT(strchr(error, '\n') == NULL);
	}
	strv_free(&environment);
	strv_free(&argv);
	return 0;
}
