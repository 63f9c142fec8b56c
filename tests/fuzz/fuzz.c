#include "dialect/openai_error.h"
#include "fuzz.h"

struct fuzz_input
fuzz_input(const uint8_t *data, size_t size)
{
	return (struct fuzz_input){ (const char *)data, size };
}

unsigned
fuzz_byte(struct fuzz_input *in)
{
	struct text t = fuzz_bytes(in, 1);

	return t.len == 0 ? 0 : (unsigned char)t.s[0];
}

struct text
fuzz_bytes(struct fuzz_input *in, size_t len)
{
	struct text t = { in->s, len < in->len ? len : in->len };

	in->s += t.len;
	in->len -= t.len;
	return t;
}

struct text
fuzz_line(struct fuzz_input *in)
{
	const char *end = in->len == 0 ? NULL : memchr(in->s, '\n', in->len);
	struct text t;

	if (end == NULL)
		return fuzz_bytes(in, in->len);
	t = fuzz_bytes(in, (size_t)(end - in->s));
	(void)fuzz_byte(in);
	return t;
}

int
fuzz_pieces(struct fuzz_input *in,
    int (*fn)(void *arg, const char *piece, size_t len), void *arg)
{
	struct text plan = fuzz_bytes(in, 4);
	int rc = 0;

	for (size_t i = 0; rc == 0 && in->len > 0; i++) {
		unsigned char step = plan.s[i % plan.len];
		struct text piece = fuzz_bytes(in, 1 + step % 16);

		rc = fn(arg, piece.s, piece.len);
	}
	return rc;
}

char *
fuzz_string(struct text t)
{
	char *s = strndup(t.len > 0 ? t.s : "", t.len);

	FUZZ_ASSERT(s != NULL);
	return s;
}

void
fuzz_must(int rc)
{
	FUZZ_ASSERT(rc == 0);
}

void
fuzz_check_error(struct error *e)
{
	struct buf b;
	json_t *root;

	buf_init(&b, 64 * 1024);
	FUZZ_ASSERT(e->kind > ERROR_NONE && e->kind < ERROR_KINDS);
	FUZZ_ASSERT(error_status(e->kind) >= 400);
	FUZZ_ASSERT(e->retry_after >= -1);
	fuzz_must(openai_error_json(e, "r", &b));
	root = json_loadb(b.data, b.len, 0, NULL);
	FUZZ_ASSERT(json_is_object(json_object_get(root, "error")));
	json_decref(root);
	buf_free(&b);
	error_free(e);
}
