/*
 * Each line is an event or refused; texts are valid and belong to line or
 * event; and the scan reads the members that the tree does. Input: lines.
 */
#include <errno.h>

#include "base/utf8.h"
#include "rpc/rpc_events.h"
#include "fuzz.h"
#include "unit/same_line.h"

static void
check_text(struct text t)
{
	FUZZ_ASSERT(t.s != NULL);
	FUZZ_ASSERT(utf8_valid_prefix(t.s, t.len) == t.len);
}

static void
check_event(const struct rpc_event *e)
{
	check_text(e->thread);
	check_text(e->turn);
	check_text(e->item);
	check_text(e->name);
	check_text(e->text);
	FUZZ_ASSERT(e->method != NULL);
	FUZZ_ASSERT(e->kind != RPC_REQUEST || e->request_id != NULL);
	FUZZ_ASSERT(e->usage.input <= INT64_MAX);
	FUZZ_ASSERT(e->usage.output <= INT64_MAX);
}

static void
check_line(struct text line)
{
	struct rpc_event e;
	bool scanned;
	int rc = rpc_event_parse(line.s, line.len, &e);

	FUZZ_ASSERT(same_line(line.s, line.len, &scanned));
	if (rc != 0) {
		FUZZ_ASSERT(rc == -EINVAL);
		return;
	}
	check_event(&e);
	rpc_event_free(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_input(data, size);

	while (in.len > 0)
		check_line(fuzz_line(&in));
	return 0;
}
