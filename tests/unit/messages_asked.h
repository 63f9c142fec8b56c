/*
 * messages_asked.h - Messages requests for the tests, written with ' for ", and
 * what they ask for in a line.
 */
#ifndef TESTS_UNIT_MESSAGES_ASKED_H
#define TESTS_UNIT_MESSAGES_ASKED_H

#include "dialect/messages/messages_read.h"
#include "unit/request.h"

/* A whole body around these members. */
static inline char *
asked_body(const char *members)
{
	struct buf b;
	char *json;

	buf_init(&b, 1 << 20);
	ck_assert_int_eq(
	    buf_printf(&b, "{'model':'m','max_tokens':9,%s}", members), 0);
	json = unit_json(b.data);
	buf_free(&b);
	return json;
}

static inline int
asked_read(const char *members, struct generation **ret,
    struct messages_form *form, struct error *e)
{
	char *body = asked_body(members);
	int rc = messages_read(body, strlen(body), false, ret, form, e);

	free(body);
	return rc;
}

static inline struct generation *
asked_must_read(const char *members, struct messages_form *form)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;

	ck_assert_msg(asked_read(members, &g, form, &e) == 0, "%s: %s", members,
	    error_message(&e));
	return g;
}

/* "a|b|<image>" */
static inline void
asked_put_parts(const struct item *i, struct buf *out)
{
	for (size_t k = 0; k < i->n_parts; k++) {
		const struct part *p = &i->parts[k];

		ck_assert_int_eq(
		    buf_printf(out, "%s%s", k > 0 ? "|" : "",
			p->kind == PART_IMAGE ? "<image>" : p->text.s),
		    0);
	}
}

/*
 * One after the other, each with a ";": "user:a|b", "call ID NAME ARGUMENTS",
 * "result ID:a|b", "failed ID:a|b", "thought SEALED:words".
 */
static inline void
asked_put_items(const struct generation *g, struct buf *out)
{
	for (size_t k = 0; k < g->n_items; k++) {
		const struct item *i = &g->items[k];
		int rc = -1;

		if (i->kind == ITEM_MESSAGE)
			rc = buf_printf(out, "%s:", item_role_name(i->role));
		if (i->kind == ITEM_CALL)
			rc = buf_printf(out, "call %s %s %s", i->call_id.s,
			    i->name.s, i->arguments.s);
		if (i->kind == ITEM_RESULT)
			rc = buf_printf(out,
			    "%s %s:", i->failed ? "failed" : "result",
			    i->call_id.s);
		if (i->kind == ITEM_REASONING)
			rc = buf_printf(out, "thought %s:", i->sealed.s);
		ck_assert_int_eq(rc, 0);
		asked_put_parts(i, out);
		ck_assert_int_eq(buf_puts(out, ";"), 0);
	}
}

#endif
