/*
 * app_images.h - images that Codex leaves out. Pure; any thread.
 *
 * In the place of an image that it cannot decode Codex tells the model a
 * sentence, and says nothing of it. But with raw events the injected items
 * come back as the model will get them, with that sentence in them; so it can
 * be told before the model has answered.
 */
#ifndef CORE_APP_IMAGES_H
#define CORE_APP_IMAGES_H

#include <stdbool.h>

#include "core/api_error.h"
#include "core/chat_request.h"

/* How many images a request has. */
size_t app_images_count(const struct chat_request *r);

/*
 * How many texts in a raw item are that sentence, among its content or its
 * output, either of which may be NULL.
 */
size_t app_images_omitted(const json_t *content, const json_t *output);

/* How many the caller himself has sent as texts: so many may come back. */
size_t app_images_sentences(const struct chat_request *r);

/* More than these have come back: sets an INVALID_IMAGE error. */
void
app_images_set_error(const struct chat_request *r, struct api_error *ret_error);

#endif
