#include "dialect/openai_error.h"

#include "json/jsonw.h"

const char *
openai_error_type(enum error_kind kind)
{
	/* What a caller cannot mend by waiting a little. */
	if (kind == ERROR_USAGE_LIMIT)
		return "insufficient_quota";
	switch (error_status(kind)) {
	case 401:
		return "authentication_error";
	case 403:
		return "permission_error";
	case 429:
		return "rate_limit_error";
	default:
		return error_status(kind) < 500 ? "invalid_request_error"
						: "server_error";
	}
}

int
openai_error_json(
    const struct error *e, const char *request_id, struct buf *out)
{
	struct jsonw w;

	(void)request_id;
	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	jsonw_object(&w, "error");
	jsonw_str(&w, "message", error_message(e));
	jsonw_str(&w, "type", openai_error_type(e->kind));
	jsonw_str(&w, "param", e->param);
	jsonw_str(&w, "code", error_code(e->kind));
	jsonw_close(&w);
	jsonw_close(&w);
	return jsonw_end(&w);
}
