/* What is said to a thread that was kept. */
#include "rpc/rpc_requests.h"

#include "unit/request.h"

static struct buf out;

static struct generation *
conversation(const char *more)
{
	return unit_quoted_request(
	    "[{'role':'user','content':'u'},"
	    "{'role':'assistant','content':null,'tool_calls':["
	    "{'id':'c','type':'function','function':{'name':'f','arguments':"
	    "'{}'}}]},{'role':'tool','tool_call_id':'c','content':'r'},"
	    "{'role':'user','content':'v'},{'role':'system','content':'s'}]",
	    more);
}

static void
expect(const char *wanted)
{
	json_t *got, *want;
	char *json = unit_json(wanted);

	got = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	want = json_loads(json, 0, NULL);
	ck_assert_ptr_nonnull(want);
	ck_assert_ptr_eq(strchr(out.data, '\n'), out.data + out.len - 1);
	ck_assert_msg(json_equal(got, want), "%s", out.data);
	json_decref(got);
	json_decref(want);
	buf_free(&out);
	free(json);
}

/* Nothing of what the thread knows, nothing of ours. */
START_TEST(news)
{
	struct generation *g = conversation("");

	buf_init(&out, 10000);
	ck_assert_int_eq(rpc_inject_news(7, "t", g, g->n_items - 2, &out), 0);
	expect("{'id':7,'method':'thread/inject_items','params':{'threadId':"
	       "'t','items':[{'type':'message','role':'user','content':[{"
	       "'type':'input_text','text':'v'}]},{'type':'message','role':"
	       "'developer','content':[{'type':'input_text','text':'s'}]}]}}");
	generation_unref(g);
}
END_TEST

/* The tier of the turn before is unsaid when it is not said again. */
START_TEST(turns)
{
	struct generation *g = conversation("");

	buf_init(&out, 10000);
	ck_assert_int_eq(rpc_turn_go_on(8, "t", "low", g, &out), 0);
	expect("{'id':8,'method':'turn/start','params':{'threadId':'t',"
	       "'input':[],'summary':'auto','effort':'low','serviceTier':"
	       "null}}");
	generation_unref(g);
	g = conversation(",'service_tier':'flex'");
	ck_assert_int_eq(rpc_turn_go_on(9, "t", NULL, g, &out), 0);
	expect("{'id':9,'method':'turn/start','params':{'threadId':'t',"
	       "'input':[],'summary':'auto','serviceTier':'flex'}}");
	generation_unref(g);
}
END_TEST

#define ITEMS(items) \
	"{'id':'q','result':{'contentItems':[" items "],'success':true}}"
#define TEXT(text) "{'type':'inputText','text':'" text "'}"

static const struct {
	const char *texts[3];
	bool failed;
	const char *wanted;
	const char *comment;
} results[] = {
	{ { "r" }, false, ITEMS(TEXT("r")), "a text" },
	{ { "a", "b" }, false, ITEMS(TEXT("a") "," TEXT("b")), "several" },
	{ { NULL }, false, ITEMS(TEXT("")), "none is an empty one" },
	{ { "" }, false, ITEMS(TEXT("")), "an empty one" },
	{ { "", "" }, false, ITEMS(TEXT("")), "of which one is enough" },
	{ { NULL }, true, ITEMS(TEXT("error")), "a failure without a word" },
	{ { "no" }, true, ITEMS(TEXT("no")), "a failure with one" },
};

START_TEST(call_results)
{
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		struct part parts[3] = { { .kind = PART_TEXT } };
		struct item item = { .kind = ITEM_RESULT,
			.failed = results[i].failed,
			.parts = parts };

		while (results[i].texts[item.n_parts] != NULL) {
			parts[item.n_parts].text = text_of(
			    results[i].texts[item.n_parts]);
			item.n_parts++;
		}
		buf_init(&out, 10000);
		ck_assert_msg(rpc_call_result("\"q\"", &item, &out) == 0, "%s",
		    results[i].comment);
		expect(results[i].wanted);
	}
}
END_TEST

START_TEST(all_or_nothing)
{
	struct part part = { .kind = PART_TEXT, .text = text_of("long") };
	struct item item = {
		.kind = ITEM_RESULT, .parts = &part, .n_parts = 1
	};

	buf_init(&out, 20);
	ck_assert_int_eq(buf_puts(&out, "before"), 0);
	ck_assert_int_ne(rpc_call_result("1", &item, &out), 0);
	ck_assert_str_eq(out.data, "before");
	buf_free(&out);
}
END_TEST

UNIT_MAIN("rpc_kept", news, turns, call_results, all_or_nothing)
