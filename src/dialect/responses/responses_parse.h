/*
 * responses_parse.h - the parts of the Responses reader. Private to the files
 * that are named here; they return what reader.h says.
 */
#ifndef DIALECT_RESPONSES_RESPONSES_PARSE_H
#define DIALECT_RESPONSES_RESPONSES_PARSE_H

#include "dialect/reader.h"
#include "dialect/responses/responses_form.h"

struct responses_parse {
	struct reader *r;
	struct responses_form *form;
	/* The tools so far: their index by namespace and name. Owned. */
	json_t *names;
	unsigned left_out; /* a bit for each type; responses_choice.c */
	bool search; /* a web search is among the tools */
	/* Items come out of a record: they are not listed, and are whole. */
	bool kept;
};

/* ---- responses_read.c ---- */

/* A whole body, or what it is about. */
typedef int responses_part(struct responses_parse *p, const json_t *root);

/* Runs it with a form that is empty. */
MUST_CHECK int responses_parse_with(responses_part *parse, struct reader *r,
    const json_t *root, struct responses_form *form);

/* reader_run into a form that is made, or cleared again. */
MUST_CHECK int responses_read_with(reader_fn *parse, const char *body,
    size_t len, struct generation **ret_generation,
    struct responses_form *ret_form, struct error *ret_error);

MUST_CHECK int responses_parse_metadata(struct reader *r, const json_t *root);

/* ---- responses_parse.c ---- */

/*
 * "input[2]REST", and "input[2].LIST[1]REST"; without a place "input". All
 * return `out`.
 */
const char *responses_item_param(
    struct place at, const char *rest, char out[READER_PARAM_MAX]);
const char *responses_part_param(struct place at, const char *list,
    const char *rest, char out[READER_PARAM_MAX]);

/* ---- responses_items.c ---- */

/* instructions, previous_response_id, conversation and input */
MUST_CHECK int
responses_parse_input(struct responses_parse *p, const json_t *root);

/* An item of the input or of a record, for which there is room. */
MUST_CHECK int responses_parse_item(
    struct responses_parse *p, const json_t *object, struct place at);

/* ---- responses_content.c ---- */

/* The texts of a reasoning's summary. */
MUST_CHECK int responses_parse_summary(
    struct responses_parse *p, const json_t *list, struct item *item);

/* `key`: a string or parts. */
MUST_CHECK int responses_parse_content(struct responses_parse *p,
    const json_t *object, const char *key, struct item *item);

/* ---- responses_echo.c ---- */

/* Appends an item to the form's input; not one of a record. */
MUST_CHECK int responses_list_item(
    struct responses_parse *p, const json_t *object, const char *type);

/* ---- responses_tools.c ---- */

/* At least as many as the tools of a list will be, with their namespaces'. */
size_t responses_count_tools(const json_t *list);

/*
 * Adds the tools of an additional_tools item, which is at `at`. Of two of one
 * name the later counts, and none of a record before the request's own.
 */
MUST_CHECK int responses_parse_additional(
    struct responses_parse *p, const json_t *object, struct place at);

/* tools, tool_choice and parallel_tool_calls */
MUST_CHECK int
responses_parse_tools(struct responses_parse *p, const json_t *root);

/* ---- responses_choice.c ---- */

/* Of tools that OpenAI runs by itself: what becomes of them here. */
enum responses_hosted {
	HOSTED_NOT, /* it is none */
	HOSTED_SEARCH, /* Codex has one of its own */
	HOSTED_SPARE, /* merely offered, it may be left out */
	HOSTED_NEEDED /* the task would be another without it */
};
enum responses_hosted responses_hosted(struct text type);
/* Of an entry of a list of tools. */
enum responses_hosted responses_hosted_entry(const json_t *entry);

/* Notes that one of this type, which is hosted, is left out. */
void responses_leave_out(struct responses_parse *p, struct text type);
/* Makes form.left_out of what was noted. */
MUST_CHECK int responses_name_left_out(struct responses_parse *p);

/* tool_choice, once the tools are known */
MUST_CHECK int
responses_parse_choice(struct responses_parse *p, const json_t *root);

/* Makes form.echo of a body that has been read. */
MUST_CHECK int responses_echo(struct responses_parse *p, const json_t *root);

#endif
