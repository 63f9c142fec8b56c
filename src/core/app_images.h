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

/* Whether a request has images. */
bool app_images_any(const struct chat_request *r);

/* How many texts in a raw item are that sentence. */
size_t app_images_omitted(const json_t *item);

/*
 * `omitted` of them have come back: -EINVAL with an INVALID_IMAGE error when
 * these are more than the caller himself has sent as texts, else 0.
 */
int app_images_check(
    const struct chat_request *r, size_t omitted, struct api_error *ret_error);

#endif
