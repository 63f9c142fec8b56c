/*
 * The text let through is the one before the first stop string, and at no
 * moment more than that. Input: the number of stop strings, each with its
 * length before it, the lengths of pieces, the text.
 */
#include "conversation/stop_filter.h"
#include "fuzz.h"

struct feeding {
	struct stop_filter filter;
	struct buf out;
	struct text wanted;
};

static size_t
naive_cut(struct text text, const struct text *stop, size_t n)
{
	size_t cut = text.len;

	for (size_t i = 0; i < n; i++) {
		const char *at = memmem(
		    text.s, text.len, stop[i].s, stop[i].len);

		if (at != NULL && (size_t)(at - text.s) < cut)
			cut = (size_t)(at - text.s);
	}
	return cut;
}

static int
feed(void *arg, const char *piece, size_t len)
{
	struct feeding *f = arg;

	fuzz_must(stop_filter_feed(&f->filter, piece, len, &f->out));
	FUZZ_ASSERT(f->out.len <= f->wanted.len);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_input(data, size);
	struct text stop[STOP_FILTER_STRINGS];
	size_t n = fuzz_byte(&in) % (STOP_FILTER_STRINGS + 1);
	struct feeding f;

	for (size_t i = 0; i < n; i++) {
		stop[i] = fuzz_bytes(&in, 1 + fuzz_byte(&in) % 8);
		if (stop[i].len == 0)
			return 0;
	}
	f.wanted.s = in.len > 4 ? in.s + 4 : "";
	f.wanted.len = in.len > 4 ? in.len - 4 : 0;
	f.wanted.len = naive_cut(f.wanted, stop, n);
	buf_init(&f.out, SIZE_MAX);
	stop_filter_init(&f.filter, stop, n);
	(void)fuzz_pieces(&in, feed, &f);
	fuzz_must(stop_filter_finish(&f.filter, &f.out));
	FUZZ_ASSERT(f.out.len == f.wanted.len);
	FUZZ_ASSERT(
	    f.out.len == 0 || memcmp(f.out.data, f.wanted.s, f.out.len) == 0);
	stop_filter_free(&f.filter);
	buf_free(&f.out);
	return 0;
}
