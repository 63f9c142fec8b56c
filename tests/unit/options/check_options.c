/*
 * options: what each source sets, in which order they count, what is refused
 * in which words.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "options/options.h"

#include "unit/oom.h"
#include "unit/unit.h"

struct values {
	char *name, *key;
	int64_t port, wait, size;
	bool fast, ephemeral;
	int engine;
	struct strv roots, configs;
};

static const char *const engines[] = { "exec", "app-server", "other", NULL };

#define AT(member) offsetof(struct values, member)

static const struct option_def defs[] = {
	{ .name = "name",
	    .env = "T_NAME",
	    .type = OPTION_STRING,
	    .offset = AT(name),
	    .initial = "codex",
	    .metavar = "NAME",
	    .help = "What to call it." },
	{ .name = "key",
	    .env = "T_KEY",
	    .type = OPTION_STRING,
	    .offset = AT(key),
	    .metavar = "KEY",
	    .flags = OPTION_SECRET,
	    .help = "The key that clients must send." },
	{ .name = "port",
	    .env = "T_PORT",
	    .type = OPTION_INT,
	    .offset = AT(port),
	    .initial = "8765",
	    .max = 65535,
	    .help = "Port to listen on; 0 takes any free one, which is then "
		    "printed." },
	{ .name = "wait",
	    .env = "T_WAIT",
	    .type = OPTION_SECONDS,
	    .offset = AT(wait),
	    .initial = "30",
	    .min = NS_PER_S / 10,
	    .max = 3600 * NS_PER_S,
	    .help = "How long to wait." },
	{ .name = "size",
	    .type = OPTION_INT,
	    .offset = AT(size),
	    .initial = "-1",
	    .min = -1,
	    .max = INT64_MAX,
	    .metavar = "BYTES",
	    .help = "How much." },
	{ .name = "fast",
	    .env = "T_FAST",
	    .type = OPTION_BOOL,
	    .offset = AT(fast),
	    .initial = "no",
	    .help = "Hurry." },
	{ .name = "ephemeral",
	    .env = "T_EPHEMERAL",
	    .type = OPTION_BOOL,
	    .offset = AT(ephemeral),
	    .initial = "yes",
	    .help = "Forget." },
	{ .name = "engine",
	    .env = "T_ENGINE",
	    .type = OPTION_CHOICE,
	    .offset = AT(engine),
	    .initial = "exec",
	    .choices = engines,
	    .help = "Which engine." },
	{ .name = "root",
	    .env = "T_ROOTS",
	    .type = OPTION_LIST,
	    .offset = AT(roots),
	    .initial = "/a:/b",
	    .separator = ":",
	    .metavar = "DIR",
	    .help = "A directory." },
	{ .name = "config",
	    .env = "T_CONFIGS",
	    .type = OPTION_LIST,
	    .offset = AT(configs),
	    .separator = ";;",
	    .metavar = "K=V",
	    .help = "A setting." },
};

static const struct option_table table = { defs, ARRAY_SIZE(defs) };

/* Splits at "|" in place into a NULL-terminated vector. */
static char **
split(char *text, char **v)
{
	size_t n = 0;
	char *part;

	if (*text == '\0')
		text = NULL;
	while ((part = strsep(&text, "|")) != NULL)
		v[n++] = part;
	v[n] = NULL;
	return v;
}

/* Defaults, then the environment, then argv, both split at "|". */
static int
read_all(const char *environment, const char *argv, struct values *values,
    char error[OPTIONS_ERROR_MAX])
{
	char env_text[1000], argv_text[1000], *v[20];
	int r;

	(void)snprintf(env_text, sizeof(env_text), "%s", environment);
	(void)snprintf(argv_text, sizeof(argv_text), "%s", argv);
	memset(values, 0, sizeof(*values));
	r = options_set_defaults(&table, values, error);
	if (r == 0)
		r = options_read_environment(
		    &table, values, split(env_text, v), error);
	if (r == 0)
		r = options_read_argv(
		    &table, values, split(argv_text, v), error);
	return r;
}

/* In the order of the table. */
static const char *const defaults[] = { "name=codex", "key=not set",
	"port=8765", "wait=30", "size=-1", "fast=no", "ephemeral=yes",
	"engine=exec", "root=/a:/b", "config=" };

static const struct read_case {
	const char *environment, *argv;
	const char *changed; /* what is not as in `defaults` */
	const char *comment;
} read_cases[] = {
	{ "", "", "", "defaults" },
	{ "", "--port=80", "port=80", "with =" },
	{ "", "--port|80", "port=80", "with a blank" },
	{ "", "--size|-1", "", "a negative value" },
	{ "", "--port=80|--port=81", "port=81", "the last one counts" },
	{ "T_PORT=80", "", "port=80", "environment" },
	{ "T_PORT=80", "--port=81", "port=81", "argv over environment" },
	{ "T_PORT=", "", "", "an empty variable is none" },
	{ "T_FAST=|T_ENGINE=|T_WAIT=", "", "", "of any such type" },
	{ "T_PORTS=1|XT_PORT=2|T_POR=3|T_PORT", "", "", "other names" },
	{ "T_PORT=1|T_PORT=2", "", "port=1", "the first of two, as getenv" },
	{ "", "--wait=0.25", "wait=0.25", "a fraction" },
	{ "", "--wait=1.000000001", "wait=1.000000001", "a nanosecond" },
	{ "", "--wait=100", "wait=100", "zeros are not fractions" },
	{ "", "--fast", "fast=yes", "a switch" },
	{ "", "--no-ephemeral", "ephemeral=no", "a switch turned off" },
	{ "", "--fast=off", "", "a switch with a value" },
	{ "", "--fast|--no-fast", "", "on and off again" },
	{ "T_FAST=TRUE|T_EPHEMERAL=0", "", "fast=yes|ephemeral=no",
	    "switches in the environment" },
	{ "", "--engine|app-server", "engine=app-server", "a choice" },
	{ "T_NAME=n", "--name=", "", "an empty string is the default" },
	{ "T_NAME=n", "--name|", "", "the same as a word of its own" },
	{ "T_NAME=", "", "", "in the environment too" },
	{ "T_KEY=k", "--key=", "", "without a default it is not set" },
	{ "", "--name=a=b", "name=a=b", "only the first = splits" },
	{ "", "--name=--fast", "name=--fast", "dashes behind =" },
	{ "", "--name|-x", "name=-x", "one dash may be a value" },
	{ "", "--key=s3cret", "key=set", "a secret" },
	{ "", "--root=/c", "root=/c", "a list is replaced" },
	{ "", "--root=/c|--fast|--root|/d", "root=/c:/d|fast=yes",
	    "and then grows" },
	{ "", "--root=/c:/d", "root=/c:/d", "argv is not split" },
	{ "T_ROOTS=/c:/d", "", "root=/c:/d", "the environment is" },
	{ "T_ROOTS=/c:/d", "--root=/e", "root=/e", "argv over it" },
	{ "T_ROOTS=:/c::/d:", "", "root=/c:/d", "empty members are none" },
	{ "T_ROOTS=", "", "", "an empty list is the default" },
	{ "T_ROOTS=/c", "--root=", "", "in argv" },
	{ "T_CONFIGS=a", "--config=", "", "without a default it is empty" },
	{ "", "--root=|--root=/c", "root=/c", "emptied and filled" },
	{ "", "--root=/c|--root=", "root=/c", "nothing is added" },
	{ "T_CONFIGS=a=1;b;;c=2;;;d", "", "config=a=1;b;;c=2;;;d",
	    "a separator of two" },
};

/* The entry of that name in `v`, or `otherwise`. */
static const char *
find_entry(char **v, const char *name, const char *otherwise)
{
	size_t len = strlen(name);

	for (; *v != NULL; v++)
		if (strncmp(*v, name, len) == 0 && (*v)[len] == '=')
			return *v;
	return otherwise;
}

static void
check_values(const struct read_case *c, const struct values *values)
{
	char changed[200], *v[20];

	(void)snprintf(changed, sizeof(changed), "%s", c->changed);
	split(changed, v);
	for (size_t i = 0; i < table.n; i++) {
		const char *want = find_entry(v, defs[i].name, defaults[i]);
		struct buf got;

		buf_init(&got, 1000);
		ck_assert_int_eq(buf_printf(&got, "%s=", defs[i].name), 0);
		ck_assert_int_eq(option_value_text(&defs[i], values, &got), 0);
		ck_assert_msg(strcmp(got.data, want) == 0, "%s: %s", c->comment,
		    got.data);
		buf_free(&got);
	}
}

START_TEST(reading)
{
	for (size_t i = 0; i < ARRAY_SIZE(read_cases); i++) {
		const struct read_case *c = &read_cases[i];
		char error[OPTIONS_ERROR_MAX] = "";
		struct values values;
		int r = read_all(c->environment, c->argv, &values, error);

		ck_assert_msg(r == 0, "%s: %s", c->comment, error);
		ck_assert_str_eq(error, "");
		check_values(c, &values);
		options_free(&table, &values);
	}
}
END_TEST

static const struct refuse_case {
	const char *environment, *argv;
	const char *error;
	const char *comment;
} refuse_cases[] = {
	{ "", "--port=x",
	    "bad value 'x' for --port: it must be a whole number from 0 to "
	    "65535",
	    "no number" },
	{ "", "--port|65536",
	    "bad value '65536' for --port: it must be a whole number from 0 "
	    "to 65535",
	    "out of range" },
	{ "", "--port=",
	    "bad value '' for --port: it must be a whole number from 0 to "
	    "65535",
	    "empty" },
	{ "", "--size=-2",
	    "bad value '-2' for --size: it must be a whole number, -1 or more",
	    "no upper bound" },
	{ "T_PORT=x", "",
	    "bad value 'x' for T_PORT: it must be a whole number from 0 to "
	    "65535",
	    "the variable is named" },
	{ "", "--wait=0",
	    "bad value '0' for --wait: it must be a number of seconds from "
	    "0.1 to 3600",
	    "seconds" },
	{ "", "--fast=maybe",
	    "bad value 'maybe' for --fast: it must be yes or no", "switch" },
	{ "", "--engine=exe",
	    "bad value 'exe' for --engine: it must be exec, app-server or "
	    "other",
	    "no abbreviation" },
	{ "", "--root=/caf\xe9", "bad value for --root: it must be UTF-8 text",
	    "Latin-1" },
	{ "T_NAME=\xed\xa0\xbd", "",
	    "bad value for T_NAME: it must be UTF-8 text", "half a pair" },
	{ "", "--port", "--port needs a value: a whole number from 0 to 65535",
	    "no value at the end" },
	{ "", "--port|--fast",
	    "--port needs a value: a whole number from 0 to 65535",
	    "an option for a value" },
	{ "", "--key", "--key needs a value: KEY", "by its metavar" },
	{ "", "--prt=80", "unknown option '--prt'; see --help", "unknown" },
	{ "", "--apikey=s3cret", "unknown option '--apikey'; see --help",
	    "its value may be secret" },
	{ "", "--por=80", "unknown option '--por'; see --help",
	    "no abbreviation" },
	{ "", "--no-port", "unknown option '--no-port'; see --help",
	    "only switches have a no" },
	{ "", "--no-", "unknown option '--no-'; see --help", "no what" },
	{ "", "--no-fast=yes", "no value goes with '--no-fast'; see --help",
	    "no with a value" },
	{ "", "--fast|no", "unexpected argument 'no'; see --help",
	    "a switch takes no word" },
	{ "", "-p", "unknown option '-p'; see --help", "one dash" },
	{ "", "--", "unexpected argument '--'; see --help", "dashes alone" },
	{ "", "-", "unexpected argument '-'; see --help", "a dash" },
	{ "", "--=x", "unknown option '--'; see --help", "no name" },
	{ "", "x\ny", "unexpected argument 'x?y'; see --help", "one line" },
};

START_TEST(refusing)
{
	for (size_t i = 0; i < ARRAY_SIZE(refuse_cases); i++) {
		const struct refuse_case *c = &refuse_cases[i];
		char error[OPTIONS_ERROR_MAX] = "";
		struct values values;
		int r = read_all(c->environment, c->argv, &values, error);

		ck_assert_msg(r == -EINVAL, "%s: %d", c->comment, r);
		ck_assert_msg(
		    strcmp(error, c->error) == 0, "%s: %s", c->comment, error);
		options_free(&table, &values);
	}
}
END_TEST

/* However long a value is, the error says what is allowed. */
START_TEST(long_values_are_cut)
{
	char argv[900] = "--engine=x", error[OPTIONS_ERROR_MAX];
	struct values values;

	for (size_t i = strlen(argv); i + 2 < sizeof(argv); i += 2)
		memcpy(argv + i, "\xc3\xa9", 3);
	ck_assert_int_eq(read_all("", argv, &values, error), -EINVAL);
	ck_assert_uint_lt(strlen(error), 200);
	ck_assert_ptr_nonnull(strstr(error,
	    "\xc3\xa9...' for --engine: "
	    "it must be exec, app-server "
	    "or other"));
	options_free(&table, &values);
}
END_TEST

START_TEST(secret_is_not_in_errors)
{
	static const struct option_def secret[] = {
		{ .name = "pin",
		    .env = "T_PIN",
		    .type = OPTION_INT,
		    .max = 9,
		    .flags = OPTION_SECRET },
	};
	const struct option_table secrets = { secret, 1 };
	char arg[] = "--pin=12345", *argv[] = { arg, NULL };
	char error[OPTIONS_ERROR_MAX];
	int64_t pin = 0;

	ck_assert_int_eq(
	    options_read_argv(&secrets, &pin, argv, error), -EINVAL);
	ck_assert_str_eq(error,
	    "bad value for --pin: it must be a whole number from 0 to 9");
}
END_TEST

START_TEST(freeing)
{
	static const struct values zero;
	char error[OPTIONS_ERROR_MAX];
	struct values values;

	ck_assert_int_eq(read_all("T_CONFIGS=a;;b",
			     "--key=k|--fast|--engine=other", &values, error),
	    0);
	ck_assert_int_eq(values.engine, 2);
	options_free(&table, &values);
	ck_assert_mem_eq(&values, &zero, sizeof(zero));
	options_free(&table, &values);
}
END_TEST

static const char help[] =
    "  --name NAME\n"
    "        What to call it. [default: codex] [env: T_NAME]\n"
    "  --key KEY\n"
    "        The key that clients must send. [env: T_KEY]\n"
    "  --port N\n"
    "        Port to listen on; 0 takes any free one, which is then printed.\n"
    "        [default: 8765] [env: T_PORT]\n"
    "  --wait S\n"
    "        How long to wait. [default: 30] [env: T_WAIT]\n"
    "  --size BYTES\n"
    "        How much. [default: -1]\n"
    "  --[no-]fast\n"
    "        Hurry. [default: no] [env: T_FAST]\n"
    "  --[no-]ephemeral\n"
    "        Forget. [default: yes] [env: T_EPHEMERAL]\n"
    "  --engine exec|app-server|other\n"
    "        Which engine. [default: exec] [env: T_ENGINE]\n"
    "  --root DIR\n"
    "        A directory. (repeatable) [default: /a:/b] [env: T_ROOTS]\n"
    "  --config K=V\n"
    "        A setting. (repeatable) [env: T_CONFIGS]\n";

START_TEST(help_text)
{
	struct buf out;

	buf_init(&out, 10000);
	ck_assert_int_eq(options_help(&table, &out), 0);
	ck_assert_str_eq(out.data, help);
	for (size_t cap = 0; cap < sizeof(help) - 1; cap++) {
		struct buf small;

		buf_init(&small, cap);
		ck_assert_int_eq(options_help(&table, &small), -EMSGSIZE);
		ck_assert_uint_eq(small.len, 0);
		buf_free(&small);
	}
	buf_free(&out);
}
END_TEST

/* Whatever words the help has, no line is over 79 columns. */
START_TEST(help_is_wrapped)
{
	for (size_t word = 1; word < 60; word++) {
		char text[600] = "";
		struct option_def def = { .name = "x",
			.env = "ENV",
			.type = OPTION_STRING,
			.initial = "y",
			.help = text };
		struct option_table one = { &def, 1 };
		struct buf out;
		char *line, *rest;

		for (size_t i = 0; i + 1 < sizeof(text); i++)
			text[i] = i % (word + 1) == word ? ' ' : 'w';
		buf_init(&out, 10000);
		ck_assert_int_eq(options_help(&one, &out), 0);
		rest = out.data;
		while ((line = strsep(&rest, "\n")) != NULL) {
			ck_assert_uint_le(strlen(line), 79);
			if (rest != NULL)
				ck_assert_int_ne(line[strlen(line) - 1], ' ');
		}
		buf_free(&out);
	}
}
END_TEST

/* Fresh values from all three sources. */
static int
read_again(struct values *values)
{
	char error[OPTIONS_ERROR_MAX];

	options_free(&table, values);
	return read_all("T_ROOTS=/x:/y|T_NAME=n",
	    "--root=/z|--config=a|--key=k|--key=l", values, error);
}

START_TEST(out_of_memory_is_told)
{
	struct values values = { 0 };

	/* What was read before the failure can be freed. */
	OOM_EACH(read_again(&values), (void)0);
	ck_assert_str_eq(values.key, "l");
	options_free(&table, &values);
}
END_TEST

UNIT_MAIN("options", reading, refusing, long_values_are_cut,
    secret_is_not_in_errors, freeing, help_text, help_is_wrapped,
    out_of_memory_is_told)
