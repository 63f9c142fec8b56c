#include "codex/exec_prompt.h"

#include <sys/random.h>

#include "base/clock.h"
#include "json/jsonw.h"
#include "conversation/format.h"

enum {
	TAG_MAX = 32,
	NUMBERED_TAGS = 4
};

struct renderer {
	struct jsonw out; /* plain text, but for the attributes */
	unsigned images; /* mentioned so far */
	char suffix[TAG_MAX]; /* of all tags: "", "-1", ... */
};

static void
put(struct renderer *r, const char *s)
{
	jsonw_puts(&r->out, s);
}

static void
put_text(struct renderer *r, struct text t)
{
	jsonw_append(&r->out, t.s, t.len);
}

static void
put_image(struct renderer *r)
{
	char mention[32];

	snprintf(mention, sizeof(mention), "[image %u]", ++r->images);
	put(r, mention);
}

/* Parts are one text each, a line apart. */
static void
put_parts(struct renderer *r, const struct item *item)
{
	for (size_t i = 0; i < item->n_parts; i++) {
		if (item->parts[i].kind == PART_IMAGE)
			put_image(r);
		else
			put_text(r, item->parts[i].text);
		put(r, "\n");
	}
}

/* `begin` is a tag up to its suffix. */
static void
put_tag(struct renderer *r, const char *begin)
{
	put(r, begin);
	put(r, r->suffix);
}

/* Quoted as JSON, so that a value cannot end its attribute. */
static void
put_attribute(struct renderer *r, const char *name, struct text value)
{
	if (value.len == 0)
		return;
	put(r, " ");
	put(r, name);
	put(r, "=");
	jsonw_text(&r->out, NULL, value.s, value.len);
}

static void
put_call(struct renderer *r, const struct item *call)
{
	put_tag(r, "<tool_call");
	put_attribute(r, "id", call->call_id);
	put_attribute(r, "namespace", call->space);
	put_attribute(r, "name", call->name);
	put(r, ">\n");
	put_text(r, call->arguments);
	put_tag(r, "\n</tool_call");
	put(r, ">\n");
}

static void
open_message(
    struct renderer *r, const char *role, struct text name, struct text call_id)
{
	put_tag(r, "<message");
	put_attribute(r, "role", text_of(role));
	put_attribute(r, "name", name);
	put_attribute(r, "tool_call_id", call_id);
	put(r, ">\n");
}

static void
close_message(struct renderer *r)
{
	put_tag(r, "</message");
	put(r, ">\n");
}

/* Whether item `at` is in the assistant's message that the one before is in. */
static bool
goes_on(const struct generation *g, size_t at)
{
	const struct item *i = &g->items[at];

	return at > 0 && at < g->n_items && i->kind == ITEM_CALL &&
	    (i[-1].kind == ITEM_CALL ||
		item_is_message(&i[-1], ROLE_ASSISTANT)) &&
	    item_is_beside(&i[-1], i);
}

/* Who says it; NULL for what a transcript has no place for. */
static const char *
speaker(const struct item *i)
{
	switch (i->kind) {
	case ITEM_MESSAGE:
		return item_role_name(i->role);
	case ITEM_CALL:
		return item_role_name(ROLE_ASSISTANT);
	case ITEM_RESULT:
		return i->call_id.len > 0 ? "tool" : "function";
	case ITEM_REASONING:
	case ITEM_OTHER:
	case ITEM_REFERENCE:
		break;
	}
	return NULL;
}

static void
put_item(struct renderer *r, const struct generation *g, size_t at)
{
	const struct item *i = &g->items[at];
	const char *role = speaker(i);
	bool call = i->kind == ITEM_CALL;

	if (role == NULL)
		return;
	if (!goes_on(g, at))
		open_message(r, role, call ? text_of("") : i->name,
		    call ? text_of("") : i->call_id);
	if (call)
		put_call(r, i);
	else
		put_parts(r, i);
	if (!goes_on(g, at + 1))
		close_message(r);
}

static bool
has_tag(struct text t, const char *tag)
{
	return t.len > 0 && memmem(t.s, t.len, tag, strlen(tag)) != NULL;
}

static bool
item_has_tag(const struct item *i, const char *tag)
{
	for (size_t k = 0; k < i->n_parts; k++) {
		if (i->parts[k].kind != PART_IMAGE &&
		    has_tag(i->parts[k].text, tag))
			return true;
	}
	return i->kind == ITEM_CALL && has_tag(i->arguments, tag);
}

static bool
is_free(const struct generation *g, const char *suffix)
{
	static const char *const tags[] = { "<message", "</message",
		"<tool_call", "</tool_call" };

	for (size_t k = 0; k < ARRAY_SIZE(tags); k++) {
		char tag[TAG_MAX + 16];

		snprintf(tag, sizeof(tag), "%s%s", tags[k], suffix);
		for (size_t i = 0; i < g->n_items; i++) {
			if (item_has_tag(&g->items[i], tag))
				return false;
		}
	}
	return true;
}

/*
 * A text that holds a tag could pass for messages of other roles, so tags are
 * taken that none holds. Numbers first: the same history gives the same
 * bytes, which the model's cache of prefixes lives on. A text that holds all
 * of those is up to something, and gets one that it cannot know.
 */
static void
choose_tags(struct renderer *r, const struct generation *g)
{
	uint64_t number = 0;

	r->suffix[0] = '\0';
	while (number <= NUMBERED_TAGS && !is_free(g, r->suffix))
		snprintf(
		    r->suffix, sizeof(r->suffix), "-%u", (unsigned)++number);
	if (number <= NUMBERED_TAGS)
		return;
	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		number = (uint64_t)clock_now();
	snprintf(r->suffix, sizeof(r->suffix), "-%016llx",
	    (unsigned long long)number);
}

static void
put_transcript(struct renderer *r, const struct generation *g)
{
	choose_tags(r, g);
	put_tag(r, "This is a conversation so far, each message in a <message");
	put(r,
	    "> under its role. Follow the instructions of its system and "
	    "developer messages. Write the assistant's next message: its text "
	    "alone, without a role and without tags.\n\n");
	for (size_t i = 0; i < g->n_items; i++)
		put_item(r, g, i);
}

static bool
is_blank(struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.s[i] == '\0' || strchr(" \t\r\n\f\v", t.s[i]) == NULL)
			return false;
	}
	return true;
}

static bool
has_words(const struct item *item)
{
	for (size_t i = 0; i < item->n_parts; i++) {
		if (item->parts[i].kind != PART_IMAGE &&
		    !is_blank(item->parts[i].text))
			return true;
	}
	return false;
}

/*
 * A blank prompt is refused by codex exec ("No prompt provided via stdin."),
 * so a message without words goes as a transcript of one.
 */
static bool
is_lone_user_message(const struct generation *g)
{
	const struct item *first = &g->items[0];

	return g->n_items == 1 && item_is_message(first, ROLE_USER) &&
	    first->name.len == 0 && has_words(first);
}

/* Images come beside the prompt, so a lone message need not mention them. */
static void
put_lone_message(struct renderer *r, const struct item *item)
{
	const char *between = "";

	for (size_t i = 0; i < item->n_parts; i++) {
		if (item->parts[i].kind == PART_IMAGE)
			continue;
		put(r, between);
		put_text(r, item->parts[i].text);
		between = "\n";
	}
}

static void
put_format(struct renderer *r, const struct generation *g)
{
	struct buf told;

	buf_init(&told, SIZE_MAX);
	jsonw_fail(&r->out, answer_format_instruction(g, &told));
	if (told.len > 0) {
		put(r, "\n\n");
		put_text(r, (struct text){ told.data, told.len });
	}
	buf_free(&told);
}

int
prompt_render(const struct generation *g, struct buf *out)
{
	struct renderer r = { .images = 0 };

	jsonw_begin(&r.out, out);
	if (is_lone_user_message(g))
		put_lone_message(&r, &g->items[0]);
	else
		put_transcript(&r, g);
	put_format(&r, g);
	return jsonw_end(&r.out);
}

static int
item_images(
    const struct item *item, int (*fn)(void *arg, struct text url), void *arg)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < item->n_parts; i++) {
		if (item->parts[i].kind == PART_IMAGE)
			rc = fn(arg, item->parts[i].text);
	}
	return rc;
}

int
prompt_images(const struct generation *g, int (*fn)(void *arg, struct text url),
    void *arg)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->n_items; i++)
		rc = item_images(&g->items[i], fn, arg);
	return rc;
}
