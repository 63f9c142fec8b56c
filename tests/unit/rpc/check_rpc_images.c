#include "rpc/rpc_images.h"

#include <errno.h>

#include "unit/request.h"

#define PNG "{'type':'image_url','image_url':{'url':'" UNIT_PNG_URL "'}}"
#define TEXT(s) "{'type':'text','text':'" s "'}"
#define SENTENCE "image content omitted because it is late"
#define USER(parts) "{'role':'user','content':[" parts "]}"

static const struct {
	const char *messages;
	bool any;
	size_t omitted; /* of them came back */
	const char *param; /* NULL: none is missing */
	const char *comment;
} cases[] = {
	{ USER(TEXT("x")), false, 0, NULL, "no image" },
	{ USER(PNG), true, 0, NULL, "one that has arrived" },
	{ USER(TEXT("x")) "," USER(TEXT("x") "," PNG), true, 1,
	    "messages[1].content[1].image_url.url", "the only one" },
	{ USER(PNG) "," USER(PNG), true, 1, "messages", "one of two" },
	{ USER(TEXT(SENTENCE)), false, 1, NULL, "the caller's own words" },
	{ USER(TEXT(SENTENCE)) "," USER(PNG), true, 1, NULL,
	    "his own words, and an image" },
	{ USER(TEXT(SENTENCE)) "," USER(PNG), true, 2,
	    "messages[1].content[0].image_url.url",
	    "his own words, and an image that is missing" },
};

START_TEST(more_than_the_caller_said_are_lost)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error e = ERROR_INIT;
		char *messages, *text = NULL;
		struct generation *r;

		ck_assert_int_gt(asprintf(&text, "[%s]", cases[i].messages), 0);
		messages = unit_json(text);
		r = unit_request(messages, "");
		ck_assert_int_eq(rpc_images_count(r) > 0, cases[i].any);
		ck_assert_msg((cases[i].omitted > rpc_images_sentences(r)) ==
			(cases[i].param != NULL),
		    "%s", cases[i].comment);
		if (cases[i].param != NULL) {
			rpc_images_set_error(r, &e);
			unit_name_fault(r, &e);
			ck_assert_int_eq(e.kind, ERROR_INVALID_IMAGE);
			ck_assert_str_eq(e.param, cases[i].param);
		}
		error_free(&e);
		generation_unref(r);
		free(messages);
		free(text);
	}
}
END_TEST

#define PART(s) "{'type':'input_text','text':'" s "'}"

static const struct {
	const char *item;
	size_t omitted;
} items[] = {
	{ "{}", 0 },
	{ "{'content':'" SENTENCE "'}", 1 },
	{ "{'content':[" PART("x") "," PART(SENTENCE) "]}", 1 },
	{ "{'content':[7,{'text':7}," PART("image content omitted") "]}", 0 },
	{ "{'output':[" PART(SENTENCE) "," PART(SENTENCE) "]}", 2 },
	{ "{'output':'" SENTENCE "'}", 1 },
	{ "{'output':'x " SENTENCE "'}", 0 },
};

START_TEST(sentences_are_counted)
{
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		char *text = unit_json(items[i].item);
		json_t *item = json_loads(text, 0, NULL);

		ck_assert_ptr_nonnull(item);
		ck_assert_uint_eq(
		    rpc_images_omitted(json_object_get(item, "content"),
			json_object_get(item, "output")),
		    items[i].omitted);
		json_decref(item);
		free(text);
	}
}
END_TEST

UNIT_MAIN(
    "rpc_images", more_than_the_caller_said_are_lost, sentences_are_counted)
