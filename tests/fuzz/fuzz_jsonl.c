/*
 * Lines come out the same whatever the pieces, and as a plain splitter finds
 * them. Input: the line limit, the lengths of pieces, the bytes.
 */
#include <errno.h>

#include "base/jsonl.h"
#include "fuzz.h"

/* Lines one after the other, each with its length before it. */
static int
note(void *arg, const char *line, size_t len)
{
	struct buf *seen = arg;

	fuzz_must(buf_append(seen, &len, sizeof(len)));
	fuzz_must(buf_append(seen, line, len));
	return 0;
}

/* What jsonl.h promises, in the plainest way. */
static int
split(struct text bytes, size_t max, struct buf *seen)
{
	struct fuzz_input in = { bytes.s, bytes.len };

	while (in.len > 0) {
		struct text line = fuzz_line(&in);

		if (line.len > 0 && line.s[line.len - 1] == '\r')
			line.len--;
		if (line.len > max)
			return -EMSGSIZE;
		if (line.len > 0)
			note(seen, line.s, line.len);
	}
	return 0;
}

struct feeding {
	struct jsonl jsonl;
	struct buf seen;
};

static int
feed(void *arg, const char *piece, size_t len)
{
	struct feeding *f = arg;

	return jsonl_feed(&f->jsonl, piece, len, note, &f->seen);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_input(data, size);
	size_t max = 1 + fuzz_byte(&in) % 32;
	struct text bytes = { in.len > 4 ? in.s + 4 : "",
		in.len > 4 ? in.len - 4 : 0 };
	struct feeding f;
	struct buf wanted;
	int rc, wanted_rc;

	buf_init(&wanted, SIZE_MAX);
	buf_init(&f.seen, SIZE_MAX);
	jsonl_init(&f.jsonl, max);
	wanted_rc = split(bytes, max, &wanted);
	rc = fuzz_pieces(&in, feed, &f);
	if (rc == 0)
		rc = jsonl_finish(&f.jsonl, note, &f.seen);
	FUZZ_ASSERT(rc == wanted_rc);
	FUZZ_ASSERT(f.seen.len == wanted.len);
	FUZZ_ASSERT(wanted.len == 0 ||
	    memcmp(f.seen.data, wanted.data, wanted.len) == 0);
	jsonl_free(&f.jsonl);
	buf_free(&f.seen);
	buf_free(&wanted);
	return 0;
}
