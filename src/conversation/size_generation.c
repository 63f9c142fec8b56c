#include "conversation/size_generation.h"

#include "conversation/size.h"

/*
 * What stands around the texts of a request. Messages and tools as OpenAI's
 * cookbook counts them for GPT-4o ("How to count tokens with tiktoken"); its
 * form of a tool's parameters takes three fifths of the tokens of their JSON.
 */
enum {
	AROUND_ANSWER = 3,
	AROUND_MESSAGE = 4, /* its role is one */
	AROUND_NAME = 1,
	AROUND_CALL = 6,
	AROUND_RESULT = 4,
	AROUND_REASONING = 4,
	AROUND_TOOLS = 12,
	AROUND_TOOL = 8,
	/*
	 * An image is cut into tiles when it has been made so small that it has
	 * four or so.
	 */
	IMAGE = 85,
	IMAGE_TILE = 170,
	IMAGE_TILE_BYTES = 512 * 512 * 4,
	IMAGE_TILES_MAX = 4,
	/* Of encrypted reasoning, as Codex estimates it. */
	SEALED_AROUND = 650,
	BYTES_A_TOKEN = 4
};

static uint64_t
size_of(struct text t)
{
	return size_of_text(t.s, t.len);
}

/* The size of its JSON, compact, where marks join: '","' is one token. */
static uint64_t
size_of_json(json_t *j)
{
	const char *key;
	json_t *value;
	uint64_t n = 1;
	size_t i;

	if (json_is_string(j))
		return n +
		    size_of_text(json_string_value(j), json_string_length(j));
	json_object_foreach(j, key, value)
		n += size_of_text(key, strlen(key)) + 1 + size_of_json(value);
	json_array_foreach(j, i, value)
		n += size_of_json(value);
	return n;
}

static uint64_t
size_of_sealed(size_t len)
{
	uint64_t bytes = (uint64_t)len / 4 * 3;

	return bytes > SEALED_AROUND ? (bytes - SEALED_AROUND) / BYTES_A_TOKEN
				     : 0;
}

static uint64_t
size_of_parts(const struct item *item, uint64_t *images)
{
	uint64_t n = 0;

	for (size_t i = 0; i < item->n_parts; i++) {
		if (item->parts[i].kind == PART_IMAGE)
			++*images;
		else
			n += size_of(item->parts[i].text);
	}
	return n;
}

static uint64_t
size_around_item(const struct item *i)
{
	switch (i->kind) {
	case ITEM_MESSAGE:
		return AROUND_MESSAGE +
		    (i->name.len > 0 ? AROUND_NAME + size_of(i->name) : 0);
	case ITEM_CALL:
		return AROUND_CALL + size_of(i->space) + size_of(i->name) +
		    size_of(i->arguments);
	case ITEM_RESULT:
		return AROUND_RESULT;
	case ITEM_REASONING:
		return AROUND_REASONING + size_of_sealed(i->sealed.len);
	case ITEM_OTHER:
		return size_of(i->verbatim);
	case ITEM_REFERENCE:
		break;
	}
	return 0;
}

/* Their sizes are known together only. */
static uint64_t
size_of_images(uint64_t n, uint64_t decoded)
{
	uint64_t tiles = decoded / IMAGE_TILE_BYTES + n;

	if (tiles > n * IMAGE_TILES_MAX)
		tiles = n * IMAGE_TILES_MAX;
	return n * IMAGE + tiles * IMAGE_TILE;
}

static uint64_t
size_of_tools(const struct generation *g)
{
	uint64_t n = 0;

	for (size_t i = 0; i < g->n_tools; i++) {
		const struct tool *t = &g->tools[i];

		if (!generation_offers(g, t))
			continue;
		n += AROUND_TOOL + size_of(t->name) + size_of(t->description) +
		    size_of(t->parameters) * 3 / 5 + size_of(t->grammar);
	}
	return n > 0 ? n + AROUND_TOOLS : 0;
}

static uint64_t
bytes_of_item(const struct item *item)
{
	uint64_t n = item->name.len + item->arguments.len;

	for (size_t i = 0; i < item->n_parts; i++)
		n += item->parts[i].kind == PART_IMAGE
		    ? (IMAGE + IMAGE_TILE) * BYTES_A_TOKEN
		    : item->parts[i].text.len;
	return n;
}

static uint64_t
bytes_of_tool(const struct tool *t)
{
	return t->name.len + t->description.len + t->parameters.len +
	    t->grammar.len;
}

uint64_t
size_of_generation_soon(const struct generation *g)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < g->n_items; i++)
		bytes += bytes_of_item(&g->items[i]);
	for (size_t i = 0; i < g->n_tools; i++)
		bytes += bytes_of_tool(&g->tools[i]);
	return bytes <= SIZE_SOON_MAX ? size_of_generation(g)
				      : bytes / BYTES_A_TOKEN;
}

uint64_t
size_of_generation(const struct generation *g)
{
	uint64_t n = AROUND_ANSWER, images = 0;

	for (size_t i = 0; i < g->n_items; i++)
		n += size_around_item(&g->items[i]) +
		    size_of_parts(&g->items[i], &images);
	n += size_of_images(images, g->decoded) + size_of_tools(g);
	if (g->format == FORMAT_SCHEMA || g->format == FORMAT_TOLD)
		n += size_of_json(g->schema);
	return n;
}
