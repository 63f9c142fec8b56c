/*
 * rpc_images.h - images that Codex leaves out. Pure; any thread.
 *
 * In the place of an image that it cannot decode Codex tells the model a
 * sentence, and says nothing of it. But with raw events the injected items
 * come back as the model will get them, with that sentence in them; so it can
 * be told before the model has answered.
 */
#ifndef RPC_RPC_IMAGES_H
#define RPC_RPC_IMAGES_H

#include <stdbool.h>

#include "conversation/error.h"
#include "conversation/generation.h"

/* How many images a request has. */
size_t rpc_images_count(const struct generation *g);

/*
 * How many texts in a raw item are that sentence, among its content or its
 * output, either of which may be NULL.
 */
size_t rpc_images_omitted(const json_t *content, const json_t *output);

/* How many the caller himself has sent as texts: so many may come back. */
size_t rpc_images_sentences(const struct generation *g);

/* More than these have come back: sets an INVALID_IMAGE error, at the place
 * of the image when it is the only one. */
void rpc_images_set_error(const struct generation *g, struct error *ret_error);

#endif
