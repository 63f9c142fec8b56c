#include "engine/turn/app_match.h"

#include <errno.h>
#include <stdlib.h>

#include "conversation/chain.h"
#include "rpc/rpc_requests.h"
#include "rpc/rpc_tools.h"

/* ---- may it be kept at all? ---- */

static size_t
text_bytes(const struct item *i)
{
	/* One of three that are one. */
	size_t n = i->kind == ITEM_RESULT ? 0 : i->arguments.len;

	for (size_t p = 0; p < i->n_parts; p++)
		n += i->parts[p].text.len;
	return n;
}

/* False when they are too much, or one lacks the id by which it is known. */
static bool
are_fit(const struct generation *g, size_t *ret_bytes)
{
	size_t bytes = 0;

	for (size_t i = 0; i < g->n_items; i++) {
		const struct item *item = &g->items[i];

		if ((item->kind == ITEM_CALL || item->kind == ITEM_RESULT) &&
		    item->call_id.len == 0)
			return false;
		bytes += text_bytes(item);
		if (bytes > LIMIT_KEPT_ONE)
			return false;
	}
	*ret_bytes = bytes;
	return true;
}

/* Nothing is told to the model but what the caller says. */
static bool
is_plain(const struct settings *s, const struct generation *g)
{
	return g->forced == NULL && g->choice != CHOICE_REQUIRED &&
	    g->choice != CHOICE_NAMED && !g->calls_unnamed &&
	    (g->format == FORMAT_TEXT || g->format == FORMAT_SCHEMA) &&
	    !g->search && !(g->search_offered && s->web_search);
}

static bool
is_kept(const struct settings *s, const struct job *j, size_t *ret_bytes)
{
	return s->kept_threads > 0 && s->ephemeral &&
	    generation_is_alone(j->request) && is_plain(s, j->request) &&
	    are_fit(j->request, ret_bytes);
}

/* ---- what is new ---- */

static bool
is_text(const struct item *i)
{
	for (size_t p = 0; p < i->n_parts; p++) {
		if (i->parts[p].kind == PART_IMAGE)
			return false;
	}
	return true;
}

/* Of several texts Codex leaves out empty ones, in one way of telling it. */
static bool
is_plain_result(const struct item *i)
{
	if (!is_text(i))
		return false;
	for (size_t p = 0; i->n_parts > 1 && p < i->n_parts; p++) {
		if (i->parts[p].text.len == 0 && !item_is_empty(i))
			return false;
	}
	return true;
}

/* Where the assistant's last run begins, that ends at `end`. */
static size_t
run_before(const struct generation *g, size_t end)
{
	while (end > 0 && g->items[end - 1].kind != ITEM_RESULT &&
	    (g->items[end - 1].kind != ITEM_MESSAGE ||
		g->items[end - 1].role == ROLE_ASSISTANT))
		end--;
	return end;
}

/*
 * First the results of all calls of the last answer, in the order of these, and
 * then any messages; without calls at least one.
 */
static bool
fits(const struct generation *g, size_t from, size_t *ret_results)
{
	size_t at = from;

	for (size_t i = run_before(g, from); i < from; i++) {
		if (g->items[i].kind != ITEM_CALL)
			continue;
		if (at == g->n_items || g->items[at].kind != ITEM_RESULT ||
		    !text_equal(g->items[at].call_id, g->items[i].call_id) ||
		    !is_plain_result(&g->items[at]))
			return false;
		at++;
	}
	*ret_results = at - from;
	for (; at < g->n_items; at++) {
		if (g->items[at].kind != ITEM_MESSAGE ||
		    !is_text(&g->items[at]))
			return false;
	}
	return from > 0 && from < g->n_items;
}

/* ---- digests ---- */

static void
add_word(struct digester *d, const char *word)
{
	digester_number(d, word != NULL);
	digester_text(d, text_of(word != NULL ? word : ""));
}

/*
 * What a thread is made of, in its own words, and whose it is. The descriptions
 * of namespaces are told in another way where they are long.
 */
static int
digest_base(struct digester *d, const struct settings *s, const struct job *j,
    struct digest *ret)
{
	struct rpc_thread spec = { .cwd = j->cwd,
		.model = j->model,
		.ephemeral = s->ephemeral,
		.web_search = s->web_search,
		.instructions = RPC_INSTRUCTIONS_CODEX,
		.request = j->request };
	struct buf words;
	int rc;

	buf_init(&words, SIZE_MAX);
	rc = rpc_thread_params(&spec, &words);
	if (rc == 0)
		rc = buf_putc(&words, '\n');
	if (rc == 0)
		rc = rpc_tools_long_spaces(j->request, &words);
	if (rc == 0) {
		add_word(d, j->owner);
		digester_text(d, j->request->conversation);
		digester_text(d, (struct text){ words.data, words.len });
		digester_end(d, ret);
	}
	buf_free(&words);
	return rc;
}

static int
digest_wishes(struct digester *d, const struct job *j, struct digest *ret)
{
	const struct generation *g = j->request;
	char *schema = NULL;

	if (g->format == FORMAT_SCHEMA) {
		schema = json_dumps(g->schema, JSON_COMPACT | JSON_ENCODE_ANY);
		if (schema == NULL)
			return -ENOMEM;
	}
	add_word(d, j->effort);
	add_word(d, g->tier);
	add_word(d, schema);
	digester_number(d, g->summary);
	digester_end(d, ret);
	free(schema);
	return 0;
}

static int
digest_job(struct digester *d, const struct settings *s, struct job *j)
{
	const struct generation *g = j->request;
	struct job_kept *k = &j->kept;
	int rc = digest_base(d, s, j, &k->known);

	if (rc == 0)
		rc = digest_wishes(d, j, &k->wishes);
	if (rc == 0)
		rc = chain_items(d, g, 0, k->from, &k->known);
	k->all = k->known;
	if (rc == 0)
		rc = chain_items(d, g, k->from, g->n_items, &k->all);
	return rc;
}

int
app_match_job(const struct settings *s, const struct digest *key, struct job *j)
{
	struct job_kept *k = &j->kept;
	struct digester *d;
	int rc;

	*k = (struct job_kept){ .key = NULL };
	if (!is_kept(s, j, &k->bytes))
		return 0;
	d = digester_new(key);
	if (d == NULL)
		return -ENOMEM;
	k->from = chain_news(j->request);
	k->fits = fits(j->request, k->from, &k->results);
	k->effort = j->effort != NULL || s->fast;
	rc = digest_job(d, s, j);
	digester_free(d);
	if (rc == 0)
		k->key = key;
	return rc;
}
