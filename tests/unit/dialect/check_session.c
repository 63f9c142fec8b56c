/* session: what a conversation is named by, in each dialect and by headers. */
#include "dialect/session.h"

#include "dialect/chat/chat_dialect.h"
#include "dialect/completions/completions_dialect.h"
#include "dialect/messages/messages_dialect.h"
#include "dialect/responses/responses_dialect.h"
#include "unit/oom.h"
#include "unit/request.h"
#include "unit/unit.h"

#define CHAT "'messages':[{'role':'user','content':'x'}]"
#define MESSAGES "'model':'m','max_tokens':9," CHAT
#define CLAUDE "{\\\"device_id\\\":\\\"d\\\",\\\"session_id\\\":\\\"s\\\"}"

struct header {
	const char *name, *value;
};

static const char *
look(const void *arg, const char *name, size_t *ret_len)
{
	for (const struct header *h = arg; h->name != NULL; h++) {
		if (strcmp(h->name, name) == 0) {
			*ret_len = strlen(h->value);
			return h->value;
		}
	}
	return NULL;
}

static struct generation *
must_read(const struct dialect *d, const char *members)
{
	char *body = unit_json(members);
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	struct form *form = NULL;

	ck_assert_msg(d->read(body, strlen(body), &g, &form, &e) == 0, "%s: %s",
	    members, error_message(&e));
	d->form_free(form);
	free(body);
	return g;
}

static void
check_name(const struct generation *g, const char *wanted, const char *what)
{
	if (wanted == NULL)
		ck_assert_msg(g->conversation.s == NULL, "%s", what);
	else
		ck_assert_msg(text_is(g->conversation, wanted), "%s: %s", what,
		    g->conversation.s == NULL ? "none" : g->conversation.s);
}

START_TEST(bodies_name_it)
{
	static const struct {
		const struct dialect *dialect;
		const char *body;
		const char *name; /* NULL: none */
	} rows[] = {
		{ &chat_dialect, "{" CHAT "}", NULL },
		{ &chat_dialect, "{'prompt_cache_key':'k'," CHAT "}", "k" },
		{ &chat_dialect, "{'user':'u'," CHAT "}", "u" },
		{ &chat_dialect, "{'user':'u','prompt_cache_key':'k'," CHAT "}",
		    "k" },
		{ &chat_dialect, "{'user':'u','prompt_cache_key':''," CHAT "}",
		    "u" },
		/* Of fields without effect chat looks at no type. */
		{ &chat_dialect, "{'user':7,'prompt_cache_key':[]," CHAT "}",
		    NULL },
		{ &completions_dialect, "{'prompt':'x'}", NULL },
		{ &completions_dialect, "{'prompt':'x','user':'u'}", "u" },
		{ &responses_dialect, "{'input':'x'}", NULL },
		{ &responses_dialect, "{'input':'x','user':'u'}", "u" },
		{ &responses_dialect,
		    "{'input':'x','user':'u','prompt_cache_key':'k'}", "k" },
		{ &responses_dialect,
		    "{'input':'x','conversation':'c','prompt_cache_key':'k'}",
		    "c" },
		{ &responses_dialect, "{'input':'x','conversation':{'id':'c'}}",
		    "c" },
		{ &messages_dialect, "{" MESSAGES "}", NULL },
		{ &messages_dialect,
		    "{'metadata':{'user_id':'u'}," MESSAGES "}", "u" },
		{ &messages_dialect,
		    "{'metadata':{'user_id':'" CLAUDE "'}," MESSAGES "}",
		    "{\"device_id\":\"d\",\"session_id\":\"s\"}" },
		{ &messages_dialect,
		    "{'metadata':{'user_id':null}," MESSAGES "}", NULL },
		{ &messages_dialect, "{'metadata':7," MESSAGES "}", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct generation *g = must_read(rows[i].dialect, rows[i].body);

		check_name(g, rows[i].name, rows[i].body);
		generation_unref(g);
	}
}
END_TEST

START_TEST(headers_name_it)
{
	static const struct {
		struct header headers[4];
		const char *name;
	} rows[] = {
		{ { { NULL, NULL } }, "u" },
		{ { { "x-session-affinity", "a" } }, "a" },
		{ { { "session_id", "p" } }, "p" },
		{ { { "session-id", "s" }, { "thread-id", "t" } }, "t" },
		{ { { "x-claude-code-session-id", "s" } }, "s" },
		{ { { "x-claude-code-session-id", "s" },
		      { "x-claude-code-agent-id", "a" } },
		    "s a" },
		{ { { "x-claude-code-agent-id", "a" } }, "u" },
		/* One that is new with each request. */
		{ { { "x-client-request-id", "r" } }, "u" },
		{ { { "session-id", "" } }, "u" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct generation *g = must_read(
		    &chat_dialect, "{'user':'u'," CHAT "}");

		ck_assert_int_eq(session_read(g, look, rows[i].headers), 0);
		check_name(g, rows[i].name, rows[i].name);
		generation_unref(g);
	}
}
END_TEST

START_TEST(a_name_is_bounded)
{
	char name[SESSION_NAME_MAX + 2];
	struct header headers[] = { { "session-id", name }, { NULL, NULL } };
	struct generation *g = must_read(&chat_dialect, "{" CHAT "}");

	memset(name, 'n', sizeof(name));
	name[SESSION_NAME_MAX + 1] = '\0';
	ck_assert_int_eq(session_read(g, look, headers), 0);
	check_name(g, NULL, "too long");
	name[SESSION_NAME_MAX] = '\0';
	ck_assert_int_eq(session_read(g, look, headers), 0);
	check_name(g, name, "as long as may be");
	generation_unref(g);
}
END_TEST

START_TEST(those_beside_have_the_same)
{
	static const struct header headers[] = { { "session-id", "s" },
		{ NULL, NULL } };
	struct generation *g = must_read(
	    &completions_dialect, "{'prompt':['a','b'],'user':'u'}");

	check_name(g->beside, "u", "by the body");
	ck_assert_int_eq(session_read(g, look, headers), 0);
	check_name(g, "s", "the first");
	check_name(g->beside, "s", "the other");
	generation_unref(g);
}
END_TEST

static int
read_once(const char *body)
{
	static const struct header headers[] = { { "session-id", "s" },
		{ NULL, NULL } };
	struct error e = ERROR_INIT;
	struct form *form = NULL;
	struct generation *g = NULL;
	int rc = responses_dialect.read(body, strlen(body), &g, &form, &e);

	if (rc == 0)
		rc = session_read(g, look, headers);
	responses_dialect.form_free(form);
	generation_unref(g);
	error_free(&e);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	struct generation *g = generation_new(4);
	static const struct header headers[] = { { "session-id", "long" },
		{ NULL, NULL } };

	ck_assert_int_eq(session_read(g, look, headers), -ENOMEM);
	ck_assert_ptr_null(g->conversation.s);
	generation_unref(g);
	OOM_EACH(read_once("{\"input\":\"x\",\"user\":\"u\"}"), (void)0);
}
END_TEST

UNIT_MAIN("session", bodies_name_it, headers_name_it, a_name_is_bounded,
    those_beside_have_the_same, out_of_memory_is_told)
