/*
 * Lines come out the same whatever the pieces, and as a plain splitter finds
 * them, whether a line over the limit is the end or is told and passed over.
 * Input: the line limit and which of the two, the lengths of pieces, the bytes.
 */
#include <errno.h>

#include "json/jsonl.h"
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

static int
note_long(void *arg, const struct jsonl_long *line)
{
	struct buf *seen = arg;

	fuzz_must(buf_append(seen, &line->len, sizeof(line->len)));
	fuzz_must(buf_append(seen, line->head, line->n_head));
	fuzz_must(buf_append(seen, line->tail, line->n_tail));
	return 0;
}

static void
note_ends(struct text line, struct buf *seen)
{
	size_t n = line.len < JSONL_END ? line.len : JSONL_END;

	fuzz_must(buf_append(seen, &line.len, sizeof(line.len)));
	fuzz_must(buf_append(seen, line.s, n));
	fuzz_must(buf_append(seen, line.s + line.len - n, n));
}

/* What jsonl.h promises, in the plainest way. */
static int
split(struct text bytes, size_t max, bool skips, struct buf *seen)
{
	struct fuzz_input in = { bytes.s, bytes.len };

	while (in.len > 0) {
		struct text line = fuzz_line(&in), all = line;

		if (line.len > 0 && line.s[line.len - 1] == '\r')
			line.len--;
		if (line.len > max && !skips)
			return -EMSGSIZE;
		if (line.len > max)
			note_ends(all, seen);
		else if (line.len > 0)
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
	unsigned how = fuzz_byte(&in);
	size_t max = 1 + how % 32;
	bool skips = how / 32 % 2 == 1;
	struct text bytes = { in.len > 4 ? in.s + 4 : "",
		in.len > 4 ? in.len - 4 : 0 };
	struct feeding f;
	struct buf wanted;
	int rc, wanted_rc;

	buf_init(&wanted, SIZE_MAX);
	buf_init(&f.seen, SIZE_MAX);
	jsonl_init(&f.jsonl, max);
	if (skips)
		jsonl_on_long(&f.jsonl, note_long);
	wanted_rc = split(bytes, max, skips, &wanted);
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
