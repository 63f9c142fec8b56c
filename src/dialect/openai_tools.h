/*
 * openai_tools.h - the tools of a request, in the form that OpenAI's APIs give
 * them. They read into r->generation or `tool` and return what reader.h says.
 * Any thread.
 *
 * In chat completions a tool's own members are in one of its kind,
 * {"type":"function","function":{"name":...}}, in the Responses API beside the
 * type. Clients mix the two, so both are read everywhere.
 *
 * Source: OpenAI API reference, "Create chat completion" and "Create a model
 * response".
 */
#ifndef DIALECT_OPENAI_TOOLS_H
#define DIALECT_OPENAI_TOOLS_H

#include "dialect/reader.h"

/*
 * Where in an entry of tools or of tool_choice its name stands: in the member
 * `function` or `custom` (*ret_where ".function"), or beside `type` ("").
 * NULL when there is none of them.
 */
const json_t *openai_named(const json_t *entry, const char **ret_where);

/* A function or a freeform tool, which is at `where`: "tools[3]". */
MUST_CHECK int openai_tool(struct reader *r, const json_t *object,
    const char *where, struct tool *tool);

/* The members of a function, which are at `where`: "functions[3]". */
MUST_CHECK int openai_function(struct reader *r, const json_t *object,
    const char *where, struct tool *tool);

/* parallel_tool_calls */
MUST_CHECK int openai_parallel(struct reader *r, const json_t *root);

#endif
