#include "core/app_images.h"

#include <string.h>

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
	size_t message, part; /* the last image */
};

static void
look_at(const struct chat_message *m, size_t index, struct found *f)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		if (m->parts[i].kind != CHAT_PART_IMAGE) {
			f->sentences += is_sentence(m->parts[i].text);
			continue;
		}
		f->images++;
		f->message = index;
		f->part = i;
	}
}

static struct found
look(const struct chat_request *r)
{
	struct found f = { .images = 0 };

	for (size_t i = 0; i < r->n_messages; i++)
		look_at(&r->messages[i], i, &f);
	return f;
}

size_t
app_images_count(const struct chat_request *r)
{
	return look(r).images;
}

size_t
app_images_sentences(const struct chat_request *r)
{
	return look(r).sentences;
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
app_images_omitted(const json_t *content, const json_t *output)
{
	return count(content) + count(output);
}

/* Which of several it was is not told. */
void
app_images_set_error(const struct chat_request *r, struct api_error *ret_error)
{
	struct found f = look(r);
	char param[80] = "messages";

	if (f.images == 1)
		snprintf(param, sizeof(param),
		    "messages[%zu].content[%zu].image_url.url", f.message,
		    f.part);
	api_error_set_param(ret_error, API_ERROR_INVALID_IMAGE, param,
	    "%s cannot be used: Codex cannot decode it.",
	    f.images == 1 ? "The image" : "One of the images");
}
