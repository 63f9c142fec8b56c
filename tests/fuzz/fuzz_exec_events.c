/*
 * Each line is an event or refused; texts are valid and belong to the event.
 * Input: lines.
 */
#include <errno.h>

#include "base/utf8.h"
#include "codex/exec_events.h"
#include "fuzz.h"

static void
check_line(struct text line)
{
	struct exec_event e;
	int rc = exec_event_parse(line.s, line.len, &e);

	if (rc != 0) {
		FUZZ_ASSERT(rc == -EINVAL);
		return;
	}
	FUZZ_ASSERT(json_is_object(e.root));
	FUZZ_ASSERT(e.text.s != NULL);
	FUZZ_ASSERT(e.text.s[e.text.len] == '\0');
	FUZZ_ASSERT(utf8_valid_prefix(e.text.s, e.text.len) == e.text.len);
	FUZZ_ASSERT(e.usage.input <= INT64_MAX);
	FUZZ_ASSERT(e.usage.output <= INT64_MAX);
	exec_event_free(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_input(data, size);

	while (in.len > 0)
		check_line(fuzz_line(&in));
	return 0;
}
