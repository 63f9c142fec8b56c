#include "output.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "json/jsonw.h"

static struct buf collected;
static size_t piece_size;

void
output_init(size_t piece)
{
	buf_init(&collected, SIZE_MAX);
	piece_size = piece;
}

void
output_free(void)
{
	buf_free(&collected);
}

struct buf *
output_buf(void)
{
	return &collected;
}

void
output_write(int fd, const char *bytes, size_t len, size_t piece)
{
	size_t n;
	ssize_t r;

	while (len > 0) {
		n = piece > 0 && piece < len ? piece : len;
		r = write(fd, bytes, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			exit(1);
		bytes += r;
		len -= (size_t)r;
	}
}

void
output_flush(void)
{
	output_write(STDOUT_FILENO, collected.data, collected.len, piece_size);
	buf_reset(&collected);
}

void
output_must(int r, const char *what)
{
	if (r == 0)
		return;
	fprintf(stderr, "fake_codex: %s: %s\n", what, strerror(-r));
	exit(70);
}

void
output_text(struct buf *b, const char *s, size_t len)
{
	struct jsonw w;

	jsonw_begin(&w, b);
	jsonw_text(&w, NULL, s, len);
	output_must(jsonw_end(&w), "JSON");
}

void
output_string(struct buf *b, const char *s)
{
	struct jsonw w;

	jsonw_begin(&w, b);
	jsonw_str(&w, NULL, s);
	output_must(jsonw_end(&w), "JSON");
}

void
output_int(struct buf *b, int64_t value)
{
	output_must(buf_printf(b, "%lld", (long long)value), "JSON");
}
