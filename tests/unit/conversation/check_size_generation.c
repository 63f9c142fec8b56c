#include "conversation/size_generation.h"

#include "conversation/size.h"
#include "conversation/usage.h"
#include "unit/unit.h"

static uint64_t
size(const char *s)
{
	return size_of_text(s, strlen(s));
}

static struct generation *
request(struct item *items, size_t n)
{
	struct generation *g = generation_new(4096);

	ck_assert_ptr_nonnull(g);
	g->items = items;
	g->n_items = n;
	return g;
}

static struct part hello = { .kind = PART_TEXT, .text = { "hello", 5 } };

START_TEST(messages_have_their_overhead)
{
	struct item items[2] = {
		{ .kind = ITEM_MESSAGE, .parts = &hello, .n_parts = 1 },
		{ .kind = ITEM_MESSAGE, .parts = &hello, .n_parts = 1 }
	};
	struct generation *g = request(items, 1);
	uint64_t one = size_of_generation(g), two;

	ck_assert_uint_eq(one, 3 + 4 + 1);
	g->n_items = 2;
	two = size_of_generation(g);
	ck_assert_uint_eq(two, one + 4 + 1);
	items[1].name = text_of("Ada");
	ck_assert_uint_gt(size_of_generation(g), two);
	ck_assert_uint_eq(
	    usage_estimate(g, 9).estimated_input, size_of_generation(g));
	ck_assert_uint_eq(usage_estimate(g, 9).output, 9);
	generation_unref(g);
}
END_TEST

/* Each is more than nothing, and grows with its text. */
START_TEST(other_items_are_counted)
{
	static char sealed[4000];
	struct item none = {
		.kind = ITEM_MESSAGE, .parts = &hello, .n_parts = 1
	};
	const struct {
		struct item item;
		uint64_t least, most;
	} cases[] = {
		{ { .kind = ITEM_CALL,
		      .name = text_of("get_weather"),
		      .call_id = text_of("call_abcdefghijklmnop"),
		      .arguments = text_of("{\"city\":\"Berlin\"}") },
		    10, 16 },
		{ { .kind = ITEM_RESULT, .parts = &hello, .n_parts = 1 }, 4,
		    8 },
		{ { .kind = ITEM_REASONING, .sealed = { sealed, 100 } }, 4, 4 },
		{ { .kind = ITEM_REASONING,
		      .sealed = { sealed, sizeof(sealed) } },
		    500, 700 },
		{ { .kind = ITEM_OTHER,
		      .verbatim = text_of("{\"type\":\"compaction\"}") },
		    4, 10 },
		{ { .kind = ITEM_REFERENCE, .id = text_of("resp_1") }, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct item items[2] = { none, cases[i].item };
		struct generation *g = request(items, 1);
		uint64_t n = size_of_generation(g);

		g->n_items = 2;
		n = size_of_generation(g) - n;
		ck_assert_msg(n >= cases[i].least && n <= cases[i].most,
		    "%zu: %llu", i, (unsigned long long)n);
		generation_unref(g);
	}
}
END_TEST

static uint64_t
size_with_images(size_t n, uint64_t bytes)
{
	struct part parts[3] = { [0 ... 2] = { .kind = PART_IMAGE,
				     .text = text_of(UNIT_PNG_URL) } };
	struct item item = {
		.kind = ITEM_MESSAGE, .parts = parts, .n_parts = n
	};
	struct generation *g = request(&item, 1);
	uint64_t size;

	g->decoded = bytes;
	size = size_of_generation(g);
	generation_unref(g);
	return size;
}

/* By what they show, whatever their bytes; up to a bound. */
START_TEST(images_are_counted_in_tiles)
{
	ck_assert_uint_eq(
	    size_with_images(1, 4) - size_with_images(0, 0), 85 + 170);
	ck_assert_uint_eq(
	    size_with_images(1, 2 * 512 * 512 * 4) - size_with_images(0, 0),
	    85 + 3 * 170);
	ck_assert_uint_eq(size_with_images(1, UINT64_C(4) * 8000 * 8000) -
		size_with_images(0, 0),
	    85 + 4 * 170);
	ck_assert_uint_eq(size_with_images(3, UINT64_C(4) * 8000 * 8000) -
		size_with_images(0, 0),
	    3 * (85 + 4 * 170));
}
END_TEST

/*
 * The example of OpenAI's cookbook, which the API counted as 101 tokens.
 */
START_TEST(tools_are_counted)
{
	struct part parts[2] = {
		{ .text = text_of("You are a helpful assistant that can answer "
				  "to questions about the weather.") },
		{ .text = text_of("What's the weather like in Pittsburgh "
				  "today?") },
	};
	struct item items[2] = {
		{ .kind = ITEM_MESSAGE, .parts = &parts[0], .n_parts = 1 },
		{ .kind = ITEM_MESSAGE, .parts = &parts[1], .n_parts = 1 },
	};
	struct tool tool = { .name = text_of("get_current_weather"),
		.description = text_of(
		    "Get the current weather in a given location"),
		.parameters = text_of(
		    "{\"type\":\"object\",\"properties\":{\"location\":"
		    "{\"type\":\"string\",\"description\":\"The city and "
		    "state, e.g. San Francisco, CA\"},\"unit\":{\"type\":"
		    "\"string\",\"description\":\"The unit of temperature to "
		    "return\",\"enum\":[\"celsius\",\"fahrenheit\"]}},"
		    "\"required\":[\"location\"]}"),
		.offered = true };
	struct generation *g = request(items, 2);
	uint64_t bare = size_of_generation(g);

	g->tools = &tool;
	g->n_tools = 1;
	ck_assert_uint_ge(size_of_generation(g), 101 * 85 / 100);
	ck_assert_uint_le(size_of_generation(g), 101 * 115 / 100);
	g->choice = CHOICE_NONE;
	ck_assert_uint_eq(size_of_generation(g), bare);
	g->choice = CHOICE_AUTO;
	tool.offered = false;
	ck_assert_uint_eq(size_of_generation(g), bare);
	generation_unref(g);
}
END_TEST

/* As much, or nearly, as its JSON as a text. */
START_TEST(a_schema_is_counted)
{
	static const char json[] =
	    "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":"
	    "\"string\"},\"age\":{\"type\":\"integer\"},\"tags\":{\"type\":"
	    "\"array\",\"items\":{\"type\":\"string\"}}},\"required\":"
	    "[\"name\",\"age\",\"tags\"],\"additionalProperties\":false}";
	struct item item = {
		.kind = ITEM_MESSAGE, .parts = &hello, .n_parts = 1
	};
	struct generation *g = request(&item, 1);
	uint64_t bare = size_of_generation(g), n;

	g->schema = json_loads(json, 0, NULL);
	ck_assert_ptr_nonnull(g->schema);
	ck_assert_uint_eq(size_of_generation(g), bare);
	g->format = FORMAT_SCHEMA;
	n = size_of_generation(g) - bare;
	ck_assert_uint_ge(n, size(json) * 8 / 10);
	ck_assert_uint_le(n, size(json) * 12 / 10);
	g->format = FORMAT_TOLD;
	ck_assert_uint_eq(size_of_generation(g) - bare, n);
	generation_unref(g);
}
END_TEST

/* Large ones are not looked at. */
START_TEST(soon_is_by_bytes)
{
	size_t len = SIZE_SOON_MAX - 64;
	char *s = malloc(2 * len);
	struct part part = { .kind = PART_TEXT, .text = { s, len } };
	struct item item = {
		.kind = ITEM_MESSAGE, .parts = &part, .n_parts = 1
	};
	struct generation *g = request(&item, 1);

	ck_assert_ptr_nonnull(s);
	memset(s, '7', 2 * len);
	ck_assert_uint_ge(size_of_generation(g), len / 3);
	ck_assert_uint_eq(size_of_generation_soon(g), size_of_generation(g));
	part.text.len = 2 * len;
	ck_assert_uint_eq(size_of_generation_soon(g), 2 * len / 4);
	generation_unref(g);
	free(s);
}
END_TEST

UNIT_MAIN("size_generation", messages_have_their_overhead,
    other_items_are_counted, images_are_counted_in_tiles, tools_are_counted,
    a_schema_is_counted, soon_is_by_bytes)
