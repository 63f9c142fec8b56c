/*
 * key_ring.h - the API keys that callers may present, by name.
 *
 * The ring holds --api-key (named "default") and the lines of --api-key-file,
 * which can be read again while the server runs. A caller's key is compared
 * with every one of them, so that the time taken tells nothing.
 *
 * Counters belong to a name and outlive a reload: a key that is taken out and
 * put back goes on counting.
 *
 * Lock: one mutex; nothing is called while it is held. Any thread.
 */
#ifndef SETTINGS_KEY_RING_H
#define SETTINGS_KEY_RING_H

#include <stdbool.h>

#include "base/compiler.h"
#include "settings/settings.h"
#include "base/metrics.h"
#include "system/private_file.h"

enum {
	KEY_NAME_MAX = 64,
	/* "#" and a SHA-256, or a name */
	KEY_OWNER_MAX = 65,
	KEY_RING_MAX = 256,
	KEY_RING_ERROR_MAX = PRIVATE_FILE_ERROR_MAX
};

/* What was done with the keys of one name. Lives as long as the ring. */
struct key_usage {
	char name[KEY_NAME_MAX + 1];
	struct counter requests, errors, tokens_input, tokens_output;
	struct key_usage *next; /* immutable once listed */
};

struct key_ring;

/*
 * Makes the ring from the settings. On failure -errno or -EINVAL with one
 * line in `ret_error` that names the file and line, never a key.
 */
MUST_CHECK int key_ring_new(const struct settings *s,
    struct key_ring **ret_ring, char ret_error[KEY_RING_ERROR_MAX]);
void key_ring_free(struct key_ring *k);

/* Reads the file again. On failure the keys stay as they were. */
MUST_CHECK int
key_ring_reload(struct key_ring *k, char ret_error[KEY_RING_ERROR_MAX]);

/* True when callers need a key at all. Does not change while it runs. */
bool key_ring_is_needed(const struct key_ring *k);

/*
 * The usage of the presented key, or NULL when it is none of the ring's. Then
 * `ret_owner` is whose what is kept for it is: the key's name, and of one
 * without a name a hash of it, since its line may be another's tomorrow.
 */
struct key_usage *key_ring_find(struct key_ring *k, const char *presented,
    size_t len, char ret_owner[KEY_OWNER_MAX + 1]);

/*
 * First of all usages, to be followed by `next`; NULL: none. Names only ever
 * come to the front, so the list may be walked at any time.
 */
const struct key_usage *key_ring_usages(struct key_ring *k);

#endif
