/*
 * Each line is an event or refused; texts are valid and belong to line or
 * event; and what the quick way takes the JSON tree says, too. Input: lines.
 */
#include <errno.h>

#include "base/utf8.h"
#include "core/app_events.h"
#include "fuzz.h"

static void
check_text(struct text t)
{
	FUZZ_ASSERT(t.s != NULL);
	FUZZ_ASSERT(utf8_valid_prefix(t.s, t.len) == t.len);
}

static void
check_event(const struct app_event *e)
{
	check_text(e->thread);
	check_text(e->turn);
	check_text(e->item);
	check_text(e->name);
	check_text(e->text);
	FUZZ_ASSERT(e->method != NULL);
	FUZZ_ASSERT(e->kind != APP_REQUEST || e->request_id != NULL);
	FUZZ_ASSERT(
	    e->kind != APP_ANSWER || e->result != NULL || e->error != NULL);
	FUZZ_ASSERT(e->usage.input <= INT64_MAX);
	FUZZ_ASSERT(e->usage.output <= INT64_MAX);
}

/* A space before it, and the quick way does not know the line any more. */
static void
check_by_tree(struct text line, const struct app_event *quick)
{
	char *copy = malloc(line.len + 1);
	struct app_event e;

	FUZZ_ASSERT(copy != NULL);
	copy[0] = ' ';
	memcpy(copy + 1, line.s, line.len);
	fuzz_must(app_event_parse(copy, line.len + 1, &e));
	FUZZ_ASSERT(e.root != NULL && quick->root == NULL);
	FUZZ_ASSERT(e.kind == quick->kind);
	FUZZ_ASSERT(text_equal(e.thread, quick->thread));
	FUZZ_ASSERT(text_equal(e.turn, quick->turn));
	FUZZ_ASSERT(text_equal(e.item, quick->item));
	FUZZ_ASSERT(text_equal(e.text, quick->text));
	app_event_free(&e);
	free(copy);
}

static void
check_line(struct text line)
{
	struct app_event e;
	int rc = app_event_parse(line.s, line.len, &e);

	if (rc != 0) {
		FUZZ_ASSERT(rc == -EINVAL);
		return;
	}
	check_event(&e);
	if (e.root == NULL)
		check_by_tree(line, &e);
	app_event_free(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_input(data, size);

	while (in.len > 0)
		check_line(fuzz_line(&in));
	return 0;
}
