#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum {
	READ_BLOCK = 65536
};

static bool
is_exec(const json_t *call)
{
	const json_t *word;
	size_t i;

	json_array_foreach(json_object_get(call, "argv"), i, word) {
		if (strcmp(json_string_value(word), "exec") == 0)
			return true;
	}
	return false;
}

static json_t *
find_exec(const char *calls_log)
{
	FILE *f = fopen(calls_log, "re");
	json_t *call;

	bench_must(f != NULL ? 0 : -1, calls_log);
	while ((call = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
		if (is_exec(call))
			break;
		json_decref(call);
	}
	fclose(f);
	errno = 0;
	bench_must(call != NULL ? 0 : -1, "no exec in calls.log");
	return call;
}

static void
add_variable(struct floor *f, const json_t *env, const char *name)
{
	const char *value = json_string_value(json_object_get(env, name));

	if (strcmp(name, "FAKE_CODEX_DIR") == 0)
		return; /* the measured ones write no log */
	if (value == NULL)
		value = getenv(name);
	bench_must(
	    strv_env_set(&f->envp, name, value != NULL ? value : "1"), "env");
}

void
floor_learn(struct floor *f, const char *path, const char *calls_log)
{
	json_t *call = find_exec(calls_log);
	const json_t *env = json_object_get(call, "env"), *word;
	size_t i;

	f->path = path;
	strv_init(&f->argv);
	strv_init(&f->envp);
	json_array_foreach(json_object_get(call, "argv"), i, word)
		bench_must(strv_add(&f->argv, json_string_value(word)), "argv");
	json_array_foreach(json_object_get(env, "names"), i, word)
		add_variable(f, env, json_string_value(word));
	json_decref(call);
}

void
floor_free(struct floor *f)
{
	strv_free(&f->argv);
	strv_free(&f->envp);
}

/* Starts the child between two pipes; returns its pid. */
static pid_t
start(const struct floor *f, const int in[2], const int out[2])
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	errno = posix_spawn(
	    &pid, f->path, &actions, NULL, f->argv.v, f->envp.v);
	bench_must(-errno, f->path);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

void
floor_request(void *arg, size_t thread)
{
	static const char prompt[] = BENCH_PROMPT;
	char answer[READ_BLOCK];
	size_t len = 0;
	ssize_t n;
	int in[2], out[2], status;
	pid_t pid;

	(void)thread;
	bench_must(pipe2(in, O_CLOEXEC), "pipe");
	bench_must(pipe2(out, O_CLOEXEC), "pipe");
	pid = start(arg, in, out);
	close(in[0]);
	close(out[1]);
	bench_must(write(in[1], prompt, strlen(prompt)) > 0 ? 0 : -1, "write");
	close(in[1]);
	while ((n = read(out[0], answer + len, sizeof(answer) - len)) > 0)
		len += (size_t)n;
	close(out[0]);
	bench_must(waitpid(pid, &status, 0) == pid ? 0 : -1, "waitpid");
	errno = 0;
	bench_must(status == 0 && memmem(answer, len, "pong", 4) ? 0 : -1,
	    "the floor's answer");
}
