#include "conversation/chain.h"

#include "unit/request.h"

#define USER "{'role':'user','content':'u'}"
#define SAID(content) "{'role':'assistant','content':" content "}"
#define CALL(id, name, arguments) \
	"{'role':'assistant','content':null,'tool_calls':[{'id':'" id \
	"','type':'function','function':{'name':'" name \
	"','arguments':'" arguments "'}}]}"
#define RESULT(id, content) \
	"{'role':'tool','tool_call_id':'" id "','content':" content "}"

static const struct digest key = { { 1, 2, 3 } };
static const struct digest other_key = { { 3, 2, 1 } };

static void
chain_with(const struct digest *with, const char *messages, struct digest *ret)
{
	struct generation *g;
	struct digester *d = digester_new(with);
	char *list;

	ck_assert_ptr_nonnull(d);
	ck_assert_int_ge(asprintf(&list, "[%s]", messages), 0);
	/* ` is a quotation mark inside a string. */
	for (char *c = list; (c = strchr(c, '`')) != NULL; c++)
		*c = '\1';
	g = NULL;
	{
		char *json = unit_json(list);
		struct buf body;

		buf_init(&body, 1024 * 1024);
		for (const char *c = json; *c != '\0'; c++)
			ck_assert_int_eq(*c == '\1' ? buf_puts(&body, "\\\"")
						    : buf_putc(&body, *c),
			    0);
		g = unit_request(body.data, "");
		buf_free(&body);
		free(json);
	}
	memset(ret, 0, sizeof(*ret));
	ck_assert_int_eq(chain_items(d, g, 0, g->n_items, ret), 0);
	generation_unref(g);
	digester_free(d);
	free(list);
}

static bool
is_same(const char *a, const char *b)
{
	struct digest of_a, of_b;

	chain_with(&key, a, &of_a);
	chain_with(&key, b, &of_b);
	return digest_equal(&of_a, &of_b);
}

static const struct {
	const char *a, *b;
	bool same;
	const char *comment;
} cases[] = {
	{ USER, USER, true, "what is the same is the same" },
	{ USER, "{'role':'user','content':[{'type':'text','text':'u'}]}", true,
	    "one string is one part" },
	{ USER, "{'role':'user','name':'bob','content':'u'}", true,
	    "who speaks does not count" },
	{ USER, "{'role':'system','content':'u'}", false, "the role does" },
	{ USER, "{'role':'user','content':'v'}", false, "the text does" },
	{ "{'role':'user','content':'ab'}",
	    "{'role':'user','content':[{'type':'text','text':'a'},{'type':"
	    "'text','text':'b'}]}",
	    false, "so do borders between parts" },
	{ "{'role':'user','content':'a'},{'role':'user','content':'b'}",
	    "{'role':'user','content':[{'type':'text','text':'a'},{'type':"
	    "'text','text':'b'}]}",
	    false, "and between messages" },
	{ SAID("'a'"), "{'role':'assistant','content':'a','refusal':null}",
	    true, "a refusal that is none" },
	{ SAID("'a'"), "{'role':'assistant','content':'a','refusal':'no'}",
	    false, "a refusal that is one" },
	{ SAID("''"), SAID("null"), true, "nothing is nothing" },
	{ SAID("''"), SAID("[]"), true, "however it is written" },
	{ SAID("''"), SAID("[{'type':'text','text':''}]"), true,
	    "an empty part, too" },
	{ SAID("'a'") "," USER, USER "," SAID("'a'"), false, "the order" },
	{ CALL("c", "f", "{}"), CALL("c", "f", " { } "), true,
	    "arguments are JSON" },
	{ CALL("c", "f", "{`a`:1,`b`:[2]}"),
	    CALL("c", "f", "{ `b`: [ 2 ], `a`: 1 }"), true, "of sorted keys" },
	{ CALL("c", "f", "{`a`:1}"), CALL("c", "f", "{`a`:2}"), false,
	    "the values count" },
	{ CALL("c", "f", "{"), CALL("c", "f", " {"), false,
	    "what is no JSON is what it is" },
	{ CALL("c", "f", "{}"), CALL("d", "f", "{}"), false, "the id" },
	{ CALL("c", "f", "{}"), CALL("c", "g", "{}"), false, "the name" },
	{ CALL("cf", "", "{}"), CALL("c", "f", "{}"), false,
	    "no two fields run into each other" },
	{ CALL("c", "f", "{}"),
	    "{'role':'assistant','content':'','tool_calls':[{'id':'c','type':"
	    "'function','function':{'name':'f','arguments':'{}'}}]}",
	    true, "no text beside calls" },
	{ CALL("c", "f", "{}"),
	    "{'role':'assistant','content':'x','tool_calls':[{'id':'c','type':"
	    "'function','function':{'name':'f','arguments':'{}'}}]}",
	    false, "text beside calls" },
	{ RESULT("c", "'r'"), RESULT("c", "[{'type':'text','text':'r'}]"), true,
	    "results as messages" },
	{ RESULT("c", "''"), RESULT("c", "null"), true, "empty results" },
	{ RESULT("c", "'r'"), RESULT("d", "'r'"), false, "of another call" },
	{ RESULT("c", "'r'"), "{'role':'user','content':'r'}", false,
	    "a result is no message" },
};

START_TEST(forms)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_msg(is_same(cases[i].a, cases[i].b) == cases[i].same,
		    "%s", cases[i].comment);
}
END_TEST

START_TEST(key_counts)
{
	struct digest a, b;

	chain_with(&key, USER, &a);
	chain_with(&other_key, USER, &b);
	ck_assert(!digest_equal(&a, &b));
}
END_TEST

static struct generation *
two_turns(void)
{
	return unit_quoted_request(
	    "[" USER "," SAID("'a'") "," USER "," CALL(
		"c", "f", "{}") "," RESULT("c", "'r'") "," USER "]",
	    "");
}

/* The chain over all is that over a part, and then the rest. */
START_TEST(goes_on)
{
	struct generation *g = two_turns();
	struct digester *d = digester_new(&key);
	struct digest all = { { 0 } };

	ck_assert_int_eq(chain_items(d, g, 0, g->n_items, &all), 0);
	for (size_t at = 0; at <= g->n_items; at++) {
		struct digest parts = { { 0 } };

		/* Where calls stand beside an empty message. */
		if (at == 4)
			continue;
		ck_assert_int_eq(chain_items(d, g, 0, at, &parts), 0);
		ck_assert(at == g->n_items || !digest_equal(&all, &parts));
		ck_assert_int_eq(chain_items(d, g, at, g->n_items, &parts), 0);
		ck_assert(digest_equal(&all, &parts));
	}
	digester_free(d);
	generation_unref(g);
}
END_TEST

START_TEST(news)
{
	struct generation *g = two_turns();

	/* u, a, u, (no text,) call; r and u are new */
	ck_assert_uint_eq(chain_news(g), g->n_items - 2);
	ck_assert_int_eq(g->items[chain_news(g)].kind, ITEM_RESULT);
	generation_unref(g);
	g = unit_quoted_request("[" USER "]", "");
	ck_assert_uint_eq(chain_news(g), 0);
	generation_unref(g);
	g = unit_quoted_request("[" USER "," SAID("'a'") "]", "");
	ck_assert_uint_eq(chain_news(g), 2);
	generation_unref(g);
}
END_TEST

START_TEST(keys_differ)
{
	struct digest a, b;

	ck_assert_int_eq(digest_key_new(&a), 0);
	ck_assert_int_eq(digest_key_new(&b), 0);
	ck_assert(!digest_equal(&a, &b));
}
END_TEST

UNIT_MAIN("chain", forms, key_counts, goes_on, news, keys_differ)
