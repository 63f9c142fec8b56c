/*
 * What clients hold against a stream of a response: each rule is one whose
 * breach some client answers with an error, an empty answer or a call that is
 * not run. They are held against many streams made at random, and against the
 * whole response of the same events.
 */
#include "unit/unit.h"

#include <jansson.h>
#include <string.h>

#include "base/parse.h"
#include "unit/random.h"
#include "unit/responses_rig.h"

/* ---- shapes ---- */

/*
 * The members of an object, as OpenAI's document and the Open Responses one
 * have them: a name, a colon and the letters of what its value may be, which
 * are those of `letter_of`; behind a question mark they need not be there.
 */
static const struct {
	const char *name; /* an object's type, or what it is */
	const char *members;
} shapes[] = {
	{ "response",
	    "id:s object:s created_at:i model:s completed_at:in status:s "
	    "error:on incomplete_details:on output:a usage:on instructions:n "
	    "metadata:o" },
	{ "usage",
	    "input_tokens:i input_tokens_details:o output_tokens:i "
	    "output_tokens_details:o total_tokens:i" },
	{ "message", "id:s type:s role:s phase:s content:a status:s" },
	{ "reasoning", "id:s type:s summary:a encrypted_content:?s" },
	{ "function_call",
	    "id:s type:s call_id:s name:s arguments:s status:s namespace:?s" },
	{ "custom_tool_call",
	    "id:s type:s call_id:s name:s input:s status:s namespace:?s" },
	{ "output_text", "type:s annotations:a logprobs:a text:s" },
	{ "summary_text", "type:s text:s" },
#define EVENT(name, members) \
	{ \
		"response." name, "type:s sequence_number:i " members \
	}
#define PLACE "item_id:s output_index:i "
	EVENT("created", "response:o"),
	EVENT("in_progress", "response:o"),
	EVENT("completed", "response:o"),
	EVENT("incomplete", "response:o"),
	EVENT("failed", "response:o"),
	EVENT("output_item.added", "output_index:i item:o"),
	EVENT("output_item.done", "output_index:i item:o"),
	EVENT("content_part.added", PLACE "content_index:i part:o"),
	EVENT("content_part.done", PLACE "content_index:i part:o"),
	EVENT("output_text.delta", PLACE "content_index:i delta:s logprobs:a"),
	EVENT("output_text.done", PLACE "content_index:i text:s logprobs:a"),
	EVENT("function_call_arguments.delta", PLACE "delta:s"),
	EVENT("function_call_arguments.done", PLACE "name:s arguments:s"),
	EVENT("custom_tool_call_input.delta", PLACE "delta:s"),
	EVENT("custom_tool_call_input.done", PLACE "input:s"),
	EVENT("reasoning_summary_part.added", PLACE "summary_index:i part:o"),
	EVENT("reasoning_summary_part.done", PLACE "summary_index:i part:o"),
	EVENT("reasoning_summary_text.delta", PLACE "summary_index:i delta:s"),
	EVENT("reasoning_summary_text.done", PLACE "summary_index:i text:s"),
	{ "error",
	    "type:s sequence_number:i code:s message:s param:n error:o" },
};

static char
letter_of(const json_t *value)
{
	static const char letters[] = { [JSON_OBJECT] = 'o',
		[JSON_ARRAY] = 'a',
		[JSON_STRING] = 's',
		[JSON_INTEGER] = 'i',
		[JSON_REAL] = 'r',
		[JSON_TRUE] = 'b',
		[JSON_FALSE] = 'b',
		[JSON_NULL] = 'n' };

	return letters[json_typeof(value)];
}

/* All members that are there are among those that may be. */
static void
check_shape(const char *name, json_t *object)
{
	char members[256], *rest = members, *word;
	size_t i = 0, seen = 0;

	while (i < ARRAY_SIZE(shapes) && strcmp(shapes[i].name, name) != 0)
		i++;
	ck_assert_msg(i < ARRAY_SIZE(shapes), "an unknown type: %s", name);
	snprintf(members, sizeof(members), "%s", shapes[i].members);
	while ((word = strsep(&rest, " ")) != NULL) {
		char *kinds = strchr(word, ':');
		const json_t *value;

		*kinds++ = '\0';
		value = json_object_get(object, word);
		if (value == NULL && *kinds == '?')
			continue;
		ck_assert_msg(value != NULL && strchr(kinds, letter_of(value)),
		    "%s: %s", name, word);
		seen++;
	}
	ck_assert_msg(
	    seen == json_object_size(object), "%s has more members", name);
}

static const char *
string_of(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	ck_assert_msg(s != NULL, "no %s", key);
	return s;
}

static size_t
number_of(const json_t *object, const char *key)
{
	return (size_t)json_integer_value(json_object_get(object, key));
}

static void
check_typed(json_t *object)
{
	check_shape(string_of(object, "type"), object);
}

static void
check_item(json_t *item)
{
	json_t *part;
	size_t i;

	check_typed(item);
	json_array_foreach(json_object_get(item, "content"), i, part)
		check_typed(part);
	json_array_foreach(json_object_get(item, "summary"), i, part)
		check_typed(part);
}

static void
check_response(json_t *response)
{
	json_t *usage = json_object_get(response, "usage"), *item;
	size_t i;

	check_shape("response", response);
	if (json_is_object(usage))
		check_shape("usage", usage);
	json_array_foreach(json_object_get(response, "output"), i, item)
		check_item(item);
}

/* ---- a client ---- */

/* What a client has understood so far. */
struct client {
	size_t next; /* sequence number */
	char id[64]; /* of the response */
	json_t *items; /* that are done */
	bool in_item, in_part;
	char item_id[64];
	size_t n_parts; /* of the item, that are done */
	char text[4096]; /* of the part or call, by its deltas */
	bool told; /* its whole text was */
	const char *last; /* the type of the last event, once it came */
};

static bool
ends_in(const char *s, const char *end)
{
	size_t n = strlen(end);

	return strlen(s) >= n && strcmp(s + strlen(s) - n, end) == 0;
}

static void
on_response(struct client *c, json_t *event, const char *type)
{
	json_t *response = json_object_get(event, "response");
	const char *id = string_of(response, "id");

	check_response(response);
	if (c->next == 0)
		snprintf(c->id, sizeof(c->id), "%s", id);
	/* Codex and agents look for it in the last, too. */
	ck_assert_str_eq(id, c->id);
	ck_assert((c->next == 0) == ends_in(type, ".created"));
	ck_assert(c->next != 1 || ends_in(type, ".in_progress"));
	if (ends_in(type, ".created") || ends_in(type, ".in_progress"))
		return;
	c->last = type;
	ck_assert_str_eq(
	    string_of(response, "status"), type + strlen("response."));
	/* Who finds none in it asks again. */
	if (!ends_in(type, ".failed"))
		ck_assert(
		    json_equal(json_object_get(response, "output"), c->items));
}

static void
on_item(struct client *c, json_t *event, bool done)
{
	json_t *item = json_object_get(event, "item");
	const char *text;

	check_item(item);
	ck_assert(c->in_item == done && !c->in_part);
	ck_assert_uint_eq(
	    number_of(event, "output_index"), json_array_size(c->items));
	c->in_item = !done;
	if (!done) {
		snprintf(c->item_id, sizeof(c->item_id), "%s",
		    string_of(item, "id"));
		c->text[0] = '\0';
		c->n_parts = 0;
		c->told = false;
		return;
	}
	ck_assert_str_eq(string_of(item, "id"), c->item_id);
	text = json_string_value(json_object_get(item,
	    json_object_get(item, "input") != NULL ? "input" : "arguments"));
	/* Of a call: all was told before. */
	ck_assert(text == NULL || (c->told && strcmp(text, c->text) == 0));
	json_array_append(c->items, item);
}

static void
on_part(struct client *c, json_t *event, bool done)
{
	json_t *part = json_object_get(event, "part");

	check_typed(part);
	ck_assert(c->in_item && c->in_part == done && c->told == done);
	c->in_part = !done;
	ck_assert_str_eq(string_of(part, "text"), c->text);
	if (done)
		c->n_parts++;
	c->text[0] = '\0';
	c->told = false;
}

static void
on_text(struct client *c, json_t *event, bool done)
{
	static const char *const names[] = { "text", "arguments", "input" };

	ck_assert(c->in_item && !c->told);
	if (!done) {
		strncat(c->text, string_of(event, "delta"),
		    sizeof(c->text) - strlen(c->text) - 1);
		return;
	}
	c->told = true;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (json_object_get(event, names[i]) != NULL)
			ck_assert_str_eq(string_of(event, names[i]), c->text);
	}
}

/* Whatever is about a part or a call says of which. */
static void
check_place(const struct client *c, const json_t *event)
{
	static const char *const indices[] = { "content_index",
		"summary_index" };

	if (json_object_get(event, "item_id") == NULL)
		return;
	ck_assert_str_eq(string_of(event, "item_id"), c->item_id);
	ck_assert_uint_eq(
	    number_of(event, "output_index"), json_array_size(c->items));
	for (size_t i = 0; i < ARRAY_SIZE(indices); i++) {
		if (json_object_get(event, indices[i]) != NULL)
			ck_assert_uint_eq(
			    number_of(event, indices[i]), c->n_parts);
	}
}

static void
on_event(struct client *c, json_t *event)
{
	const char *type = string_of(event, "type");
	bool done = ends_in(type, ".done");

	check_shape(type, event);
	ck_assert_ptr_null(c->last);
	ck_assert_uint_eq(number_of(event, "sequence_number"), c->next);
	check_place(c, event);
	if (json_object_get(event, "response") != NULL)
		on_response(c, event, type);
	else if (json_object_get(event, "item") != NULL)
		on_item(c, event, done);
	else if (json_object_get(event, "part") != NULL)
		on_part(c, event, done);
	else if (strcmp(type, "error") != 0)
		on_text(c, event, done);
	c->next++;
}

/* ---- streams ---- */

/* All that a reader needs of the wire: an event's line, and one of data. */
static void
read_stream(struct client *c, char *at)
{
	while (*at != '\0') {
		char *end = strstr(at, "\n\n"), *data = strchr(at, '\n');
		json_t *event;

		ck_assert_ptr_nonnull(end);
		*end = *data = '\0';
		ck_assert_int_eq(strncmp(at, "event: ", 7), 0);
		ck_assert_int_eq(strncmp(data + 1, "data: ", 6), 0);
		event = json_loads(data + 7, 0, NULL);
		ck_assert_msg(event != NULL, "%s", data + 7);
		ck_assert_str_eq(string_of(event, "type"), at + 7);
		on_event(c, event);
		/* `last` is of it. */
		if (c->last != NULL)
			c->last = c->last[9] == 'f' ? "failed" : "ended";
		json_decref(event);
		at = end + 2;
	}
}

/* Steps of one item; returns how many. */
static size_t
random_item(const char **steps, uint64_t *seed)
{
	static const char *const begins[] = { "m", "k", "r", "t call_1 f",
		"c call_2 g", "n space call_3 h" };
	static const char *const pieces[] = { "+", "+a", "+\"\\\n",
		"+\xe2\x82\xac", "/next", "p", "+ and more of it" };
	size_t kind = random_below(seed, ARRAY_SIZE(begins));
	size_t n = 0, n_pieces = random_below(seed, 5);

	steps[n++] = begins[kind];
	while (n_pieces-- > 0)
		steps[n++] = pieces[random_below(seed, ARRAY_SIZE(pieces))];
	steps[n++] = kind == 2 && random_below(seed, 2) == 0 ? "s gAAA"
	    : random_below(seed, 5) == 0                     ? "!"
							     : ".";
	return n;
}

static const char *
random_end(uint64_t *seed)
{
	static const char *const ends[] = { "f stop", "f tool_calls",
		"f length", "f content_filter", "x words" };

	return ends[random_below(seed, ARRAY_SIZE(ends))];
}

/* Up to three items, the last of which a failure may cut off. */
static void
random_steps(const char *steps[RIG_STEPS], uint64_t *seed)
{
	size_t n = 0, n_items = random_below(seed, 4);

	memset(steps, 0, RIG_STEPS * sizeof(steps[0]));
	if (random_below(seed, 2) == 0)
		steps[n++] = "p";
	while (n_items-- > 0)
		n += random_item(steps + n, seed);
	steps[n] = random_end(seed);
	if (steps[n][0] == 'x' && n > 1)
		steps[n - 1] = "p";
}

static void
play(const struct rig_options *options, const char *const *steps,
    struct buf *out)
{
	struct reply *r = rig_new(options);

	buf_init(out, RIG_OUT);
	rig_play(r, steps, out);
	rig_free(r);
}

START_TEST(streams_keep_to_the_rules)
{
	const struct rig_options options = { .stream = true, .sealed = true };
	uint64_t seed = 3;

	for (unsigned round = 0; round < 2000; round++) {
		struct client c = { .items = json_array() };
		const char *steps[RIG_STEPS];
		struct buf out;

		random_steps(steps, &seed);
		play(&options, steps, &out);
		read_stream(&c, out.data);
		ck_assert_ptr_nonnull(c.last);
		ck_assert(strcmp(c.last, "failed") == 0 || !c.in_item);
		json_decref(c.items);
		buf_free(&out);
	}
}
END_TEST

/* The whole response is the one that a stream's last event has. */
START_TEST(a_body_is_a_streams_last_event)
{
	uint64_t seed = 5;

	for (unsigned round = 0; round < 500; round++) {
		struct rig_options options = { .sealed = round % 2 != 0 };
		const char *steps[RIG_STEPS], *in_stream;
		struct buf body, stream;
		json_t *response;

		random_steps(steps, &seed);
		play(&options, steps, &body);
		options.stream = true;
		play(&options, steps, &stream);
		if (body.len > 0) {
			response = json_loads(body.data, 0, NULL);
			check_response(response);
			json_decref(response);
			body.data[body.len - 1] = '\0';
			in_stream = strstr(stream.data, body.data);
			ck_assert_ptr_nonnull(in_stream);
			ck_assert_str_eq(in_stream + body.len - 1, "}\n\n");
		}
		buf_free(&body);
		buf_free(&stream);
	}
}
END_TEST

UNIT_MAIN("responses_reply_rules", streams_keep_to_the_rules,
    a_body_is_a_streams_last_event)
