#include "conversation/format.h"

#include <errno.h>

#include "base/limits.h"
#include "conversation/fence_filter.h"
#include "json/jsonw.h"
#include "json/jsonx.h"
#include "schema/schema_check.h"

int
answer_format_instruction(const struct generation *g, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	if (g->format == FORMAT_OBJECT)
		jsonw_puts(&w,
		    "Answer with one valid JSON object and nothing else: no "
		    "text around it and no code fence.");
	if (g->format == FORMAT_TOLD) {
		jsonw_puts(&w,
		    "Answer with one valid JSON value that keeps to the JSON "
		    "schema below, and with nothing else: no text around it "
		    "and no code fence.\n\n");
		jsonw_tree(&w, NULL, g->schema);
	}
	return jsonw_end(&w);
}

static int
check_value(
    const struct generation *g, const json_t *value, struct error *ret_error)
{
	char why[SCHEMA_WHY_MAX];

	if (g->format == FORMAT_OBJECT && !json_is_object(value))
		return error_set(ret_error, ERROR_UPSTREAM,
		    "The model did not answer with a JSON object, which the "
		    "request asks for.");
	if (g->format != FORMAT_OBJECT &&
	    schema_check(g->schema, value, why) != 0)
		return error_set(ret_error, ERROR_UPSTREAM,
		    "The model did not keep to the JSON schema that the "
		    "request asks for: %s.",
		    why);
	return 0;
}

static int
check_text(const struct generation *g, const char *answer, size_t len,
    struct error *ret_error)
{
	char why[JSONX_ERROR_MAX];
	json_t *root;
	int rc;

	if (jsonx_parse(answer, len, LIMIT_ANSWER_DEPTH, &root, why) != 0)
		return error_set(ret_error, ERROR_UPSTREAM,
		    "The model did not answer with JSON, which the request "
		    "asks for: %s.",
		    why);
	rc = check_value(g, root, ret_error);
	json_decref(root);
	return rc;
}

static int
take_out(const char *answer, size_t len, struct buf *out)
{
	struct fence_filter fence;
	int rc;

	fence_filter_init(&fence);
	rc = fence_filter_feed(&fence, answer, len, out);
	if (rc == 0)
		rc = fence_filter_finish(&fence, out);
	fence_filter_free(&fence);
	return rc;
}

static bool
may_be_fenced(const struct generation *g, const char *answer, size_t len)
{
	return g->format != FORMAT_SCHEMA && memchr(answer, '`', len) != NULL;
}

int
answer_format_check(const struct generation *g, const char *answer, size_t len,
    struct error *ret_error)
{
	struct buf bare;
	int rc;

	if (g->format == FORMAT_TEXT)
		return 0;
	if (!may_be_fenced(g, answer, len))
		return check_text(g, answer, len, ret_error);
	buf_init(&bare, len + 1);
	if (take_out(answer, len, &bare) != 0)
		rc = error_set(
		    ret_error, ERROR_INTERNAL, "The server is out of memory.");
	else
		rc = check_text(
		    g, bare.len > 0 ? bare.data : "", bare.len, ret_error);
	buf_free(&bare);
	return rc;
}
