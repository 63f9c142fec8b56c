#include "engine/turn/app_record.h"

#include "unit/request.h"

/*
 * An answer is recorded as its events go out; a caller who sends it back in
 * one of the forms that there are finds it.
 */
static const struct digest key = { { 9 } };
static struct app_record record;

static void
say(struct event *e)
{
	ck_assert_ptr_nonnull(e);
	app_record_event(&record, e);
	event_free(e);
}

/* A message in two pieces. */
static void
message(enum item_phase phase, const char *text, bool whole)
{
	struct event_item item = { .kind = ITEM_MESSAGE, .phase = phase };
	size_t half = strlen(text) / 2;

	say(event_new_begin(&item, "m", NULL, NULL));
	say(event_new_text(&item, 0, text, half));
	say(event_new_text(&item, 0, text + half, strlen(text) - half));
	say(event_new_end(&item, whole, "m", NULL));
}

static void
thought(const char *text)
{
	struct event_item item = { .kind = ITEM_REASONING };

	say(event_new_begin(&item, "r", NULL, NULL));
	say(event_new_text(&item, 0, text, strlen(text)));
	say(event_new_end(&item, true, "r", "sealed"));
}

static void
call(const char *id, const char *arguments)
{
	struct item c = { .kind = ITEM_CALL,
		.name = text_of("f"),
		.call_id = text_of(id),
		.arguments = text_of(arguments) };

	app_record_call(&record, &c);
}

static void
chain(const char *messages, struct digest *ret)
{
	struct digester *d = digester_new(&key);
	struct generation *g = unit_quoted_request(messages, "");

	memset(ret, 0, sizeof(*ret));
	ck_assert_int_eq(chain_items(d, g, 0, g->n_items, ret), 0);
	generation_unref(g);
	digester_free(d);
}

#define ASKED "{'role':'user','content':'u'}"
#define CALLED(content) \
	"{'role':'assistant','content':" content ",'tool_calls':[{'id':'c'," \
	"'type':'function','function':{'name':'f','arguments':'{}'}}]}"

static bool
is_found(const char *messages)
{
	struct digest keys[APP_RECORD_KEYS], all, asked;

	chain("[" ASKED "]", &asked);
	ck_assert(app_record_keys(&record, &asked, keys));
	chain(messages, &all);
	for (int i = 0; i < APP_RECORD_KEYS; i++) {
		if (digest_equal(&keys[i], &all))
			return true;
	}
	return false;
}

static void
begin(void)
{
	ck_assert_int_eq(app_record_begin(&record, &key, NULL, 0), 0);
}

START_TEST(a_text)
{
	begin();
	thought("hm");
	message(PHASE_FINAL, "hello", true);
	ck_assert_uint_eq(record.bytes, 5);
	ck_assert(
	    is_found("[" ASKED ",{'role':'assistant','content':'hello'}]"));
	app_record_free(&record);
	begin();
	message(PHASE_FINAL, "hello", true);
	ck_assert(
	    !is_found("[" ASKED ",{'role':'assistant','content':'hello!'}]"));
	app_record_free(&record);
}
END_TEST

START_TEST(text_and_calls)
{
	begin();
	message(PHASE_COMMENTARY, "well", true);
	message(PHASE_FINAL, "so", true);
	call("c", "{ }");
	ck_assert_uint_eq(record.n_calls, 1);
	ck_assert(is_found("[" ASKED "," CALLED("'so'") "]"));
	app_record_free(&record);
}
END_TEST

START_TEST(blocks)
{
	begin();
	message(PHASE_COMMENTARY, "well", true);
	message(PHASE_FINAL, "so", true);
	call("c", "{}");
	ck_assert(
	    is_found("[" ASKED "," CALLED("[{'type':'text','text':'well'},{'"
					  "type':'text','text':'so'}]") "]"));
	app_record_free(&record);
}
END_TEST

START_TEST(calls_alone)
{
	begin();
	call("c", "{}");
	ck_assert(is_found("[" ASKED "," CALLED("null") "]"));
	app_record_free(&record);
}
END_TEST

START_TEST(two_answers_joined)
{
	begin();
	message(PHASE_FINAL, "a", true);
	message(PHASE_FINAL, "b", true);
	ck_assert(
	    is_found("[" ASKED ",{'role':'assistant','content':'a\\n\\nb'}]"));
	app_record_free(&record);
}
END_TEST

START_TEST(two_answers_apart)
{
	begin();
	message(PHASE_FINAL, "a", true);
	message(PHASE_FINAL, "b", true);
	ck_assert(is_found("[" ASKED ",{'role':'assistant','content':'a'},"
			   "{'role':'assistant','content':'b'}]"));
	app_record_free(&record);
}
END_TEST

/* Of a text that comes in pieces, and of `commentary` that is no answer. */
static bool
is_cut_by(const char *stop, const char *text, const char *commentary)
{
	struct text stops[] = { text_of("no such"), text_of(stop) };
	struct digest keys[APP_RECORD_KEYS], asked = { { 0 } };
	bool cut;

	ck_assert_int_eq(app_record_begin(&record, &key, stops, 2), 0);
	message(PHASE_COMMENTARY, commentary, true);
	message(PHASE_FINAL, text, true);
	message(PHASE_FINAL, "more", true);
	cut = !app_record_keys(&record, &asked, keys);
	app_record_free(&record);
	return cut;
}

START_TEST(cut_by_a_stop_string)
{
	ck_assert(is_cut_by("cd", "abcdef", "x"));
	ck_assert(is_cut_by("ef", "abcdef", "x"));
	ck_assert(is_cut_by("f\n\nmore", "abcdef", "x"));
	ck_assert(is_cut_by("r", "abcdef", "x"));
	ck_assert(!is_cut_by("x", "abcdef", "x"));
	ck_assert(!is_cut_by("more and", "abcdef", "x"));
}
END_TEST

/* One is found only when the other cannot come any more. */
START_TEST(cut_at_its_end)
{
	struct text stops[] = { text_of("dabc"), text_of("a") };
	struct digest keys[APP_RECORD_KEYS], asked = { { 0 } };

	ck_assert_int_eq(app_record_begin(&record, &key, stops, 2), 0);
	message(PHASE_FINAL, "xxda", true);
	ck_assert(!app_record_keys(&record, &asked, keys));
	app_record_free(&record);
}
END_TEST

START_TEST(nothing_to_find)
{
	struct digest keys[APP_RECORD_KEYS], asked = { { 0 } };

	ck_assert(!app_record_keys(&record, &asked, keys));
	begin();
	ck_assert(!app_record_keys(&record, &asked, keys));
	message(PHASE_FINAL, "broke off", false);
	ck_assert(!app_record_keys(&record, &asked, keys));
	app_record_free(&record);
	begin();
	for (int i = 0; i < 1000; i++)
		message(PHASE_FINAL, "x", true);
	ck_assert(!app_record_keys(&record, &asked, keys));
	app_record_free(&record);
}
END_TEST

UNIT_MAIN("app_record", a_text, text_and_calls, blocks, calls_alone,
    two_answers_joined, two_answers_apart, cut_by_a_stop_string, cut_at_its_end,
    nothing_to_find)
