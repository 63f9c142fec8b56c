#include "rpc/rpc_images.h"

#include "json/jsonx.h"

/* How each of Codex's sentences begins; what follows is the reason. */
#define OMITTED "image content omitted because "

static bool
is_sentence(struct text t)
{
	size_t n = sizeof(OMITTED) - 1;

	return t.len >= n && memcmp(t.s, OMITTED, n) == 0;
}

struct found {
	size_t images, sentences;
	struct place place; /* of the last image */
};

static void
look_at(const struct item *i, struct found *f)
{
	for (size_t k = 0; k < i->n_parts; k++) {
		if (i->parts[k].kind != PART_IMAGE) {
			f->sentences += is_sentence(i->parts[k].text);
			continue;
		}
		f->images++;
		f->place = i->parts[k].place;
	}
}

static struct found
look(const struct generation *g)
{
	struct found f = { .images = 0 };

	for (size_t i = 0; i < g->n_items; i++)
		look_at(&g->items[i], &f);
	return f;
}

size_t
rpc_images_count(const struct generation *g)
{
	return look(g).images;
}

size_t
rpc_images_sentences(const struct generation *g)
{
	return look(g).sentences;
}

/* In a list of parts, or in the one text that an item has instead. */
static size_t
count(const json_t *parts)
{
	struct text text;
	json_t *part;
	size_t i, n = 0;

	if (json_is_string(parts))
		return is_sentence((struct text){
		    json_string_value(parts), json_string_length(parts) });
	json_array_foreach(parts, i, part) {
		if (jsonx_get_text(part, "text", &text) == 0)
			n += is_sentence(text);
	}
	return n;
}

size_t
rpc_images_omitted(const json_t *content, const json_t *output)
{
	return count(content) + count(output);
}

/* Which of several it was is not told. */
void
rpc_images_set_error(const struct generation *g, struct error *ret_error)
{
	struct found f = look(g);

	error_set_at(ret_error, ERROR_INVALID_IMAGE, FIELD_IMAGE,
	    f.images == 1 ? f.place : PLACE_NONE,
	    "%s cannot be used: Codex cannot decode it.",
	    f.images == 1 ? "The image" : "One of the images");
}
