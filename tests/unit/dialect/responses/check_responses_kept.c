/*
 * What a conversation is given: its items as they will be listed, its
 * metadata, and what is at fault by the names of this body.
 */
#include "dialect/responses/responses_kept.h"

#include <errno.h>

#include "dialect/responses/responses_read.h"
#include "unit/oom.h"
#include "unit/request.h"
#include "unit/unit.h"

#define USER "{'role':'user','content':'x'}"

static struct responses_form form; /* of what was read last */

/* Written with ' for ". */
static int
read_body(const char *text, struct generation **ret, struct error *e)
{
	char *body = unit_json(text);
	int rc = responses_read_conversation(body, strlen(body), ret, &form, e);

	free(body);
	return rc;
}

static void
expect_buf(const struct buf *b, const char *wanted)
{
	char *json = unit_json(wanted);

	ck_assert_uint_eq(b->len, strlen(json));
	ck_assert_mem_eq(b->len > 0 ? b->data : "", json, b->len);
	free(json);
}

START_TEST(what_is_given)
{
	static const struct {
		const char *body, *input, *metadata;
		size_t n;
	} rows[] = {
		{ "{}", "", "{}", 0 },
		{ "{'items':null,'metadata':null,'other':1}", "", "{}", 0 },
		{ "{'items':[],'metadata':{}}", "", "{}", 0 },
		{ "{'metadata':{'a':'b','c':'\\u00e9'}}", "",
		    "{'a':'b','c':'\xc3\xa9'}", 0 },
		{ "{'items':[" USER ",{'type':'function_call','id':'fc_1',"
		  "'call_id':'c','name':'f','arguments':'{}'}]}",
		    "{'type':'message','role':'user','content':[{'type':"
		    "'input_text','text':'x'}],'status':'completed'}"
		    "{'type':'function_call','call_id':'c','name':'f',"
		    "'arguments':'{}','status':'completed'}",
		    "{}", 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error e = ERROR_INIT;
		struct generation *g = NULL;

		ck_assert_msg(read_body(rows[i].body, &g, &e) == 0, "%s: %s",
		    rows[i].body, e.message);
		expect_buf(&form.input, rows[i].input);
		expect_buf(&form.echo, rows[i].metadata);
		ck_assert_uint_eq(form.n_input, rows[i].n);
		ck_assert_uint_eq(g->n_items, rows[i].n);
		generation_unref(g);
		responses_form_clear(&form);
	}
}
END_TEST

#define FIVE USER "," USER "," USER "," USER "," USER

START_TEST(what_is_at_fault)
{
	static const struct {
		const char *body, *param;
		enum error_kind kind;
	} rows[] = {
		{ "{", NULL, ERROR_INVALID_JSON },
		{ "[]", NULL, ERROR_INVALID_TYPE },
		{ "{'items':1}", "items", ERROR_INVALID_TYPE },
		{ "{'items':[1]}", "items[0]", ERROR_INVALID_TYPE },
		{ "{'items':[" FIVE "," FIVE "," FIVE "," FIVE "," USER "]}",
		    "items", ERROR_INVALID_VALUE },
		{ "{'items':[" USER ",{'role':'king','content':'x'}]}",
		    "items[1].role", ERROR_INVALID_VALUE },
		{ "{'items':[{'role':'user','content':[{'type':'text'}]}]}",
		    "items[0].content[0].text", ERROR_MISSING_PARAMETER },
		{ "{'items':[" USER ",{'type':'item_reference','id':'m'}]}",
		    "items[1].type", ERROR_UNSUPPORTED_PARAMETER },
		{ "{'items':[{'id':'m'}]}", "items[0].type",
		    ERROR_UNSUPPORTED_PARAMETER },
		{ "{'metadata':'x'}", "metadata", ERROR_INVALID_TYPE },
		{ "{'metadata':{'a':1}}", "metadata.a", ERROR_INVALID_TYPE },
		{ "{'metadata':{'1':'','2':'','3':'','4':'','5':'','6':'',"
		  "'7':'','8':'','9':'','10':'','11':'','12':'','13':'',"
		  "'14':'','15':'','16':'','17':''}}",
		    "metadata", ERROR_INVALID_VALUE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error e = ERROR_INIT;
		struct generation *g = NULL;

		ck_assert_int_eq(read_body(rows[i].body, &g, &e), -EINVAL);
		ck_assert_msg(
		    e.kind == rows[i].kind, "%s: %s", rows[i].body, e.message);
		ck_assert_pstr_eq(e.param, rows[i].param);
		ck_assert_msg(
		    strstr(e.message, "input") == NULL, "%s", e.message);
		ck_assert_ptr_null(g);
		error_free(&e);
	}
}
END_TEST

/* As many as may be given at once. */
START_TEST(twenty_items)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;

	ck_assert_int_eq(
	    read_body(
		"{'items':[" FIVE "," FIVE "," FIVE "," FIVE "]}", &g, &e),
	    0);
	ck_assert_uint_eq(form.n_input, 20);
	generation_unref(g);
	responses_form_clear(&form);
}
END_TEST

static int
read_and_drop(void)
{
	static const char body[] = "{\"items\":[{\"role\":\"user\","
				   "\"content\":\"x\"}],"
				   "\"metadata\":{\"a\":\"b\"}}";
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	int rc = responses_read_conversation(
	    body, sizeof(body) - 1, &g, &form, &e);

	error_free(&e);
	if (rc == 0) {
		generation_unref(g);
		responses_form_clear(&form);
	}
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	OOM_EACH(read_and_drop(), (void)0);
}
END_TEST

UNIT_MAIN("responses_kept", what_is_given, what_is_at_fault, twenty_items,
    out_of_memory_is_told)
