#include "settings/key_ring.h"

#include <errno.h>
#include <gnutls/crypto.h>

#include "base/limits.h"
#include "base/secret.h"
#include "thread/sync.h"

enum {
	SHA256_BYTES = 32
};

struct key {
	char *secret;
	char owner[KEY_OWNER_MAX + 1];
	struct key_usage *usage; /* borrowed from the ring's list */
};

/* One generation of keys. */
struct key_set {
	struct key keys[KEY_RING_MAX];
	size_t n;
};

struct key_ring {
	const struct settings *settings;
	pthread_mutex_t lock; /* all below */
	struct key_set *set;
	struct key_usage *usages;
};

static void
key_set_free(struct key_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->n; i++) {
		secret_wipe(set->keys[i].secret);
		free(set->keys[i].secret);
	}
	free(set);
}

/* The usage of a name, made if it is new; NULL: out of memory. */
static struct key_usage *
usage_of(struct key_ring *k, const char *name)
{
	struct key_usage *u;

	sync_lock(&k->lock);
	for (u = k->usages; u != NULL && strcmp(u->name, name) != 0;)
		u = u->next;
	if (u == NULL && (u = calloc(1, sizeof(*u))) != NULL) {
		snprintf(u->name, sizeof(u->name), "%s", name);
		u->next = k->usages;
		k->usages = u;
	}
	sync_unlock(&k->lock);
	return u;
}

/* No name has the first character. */
static int
hash_owner(const char *secret, char out[KEY_OWNER_MAX + 1])
{
	unsigned char digest[SHA256_BYTES];

	if (gnutls_hash_fast(
		GNUTLS_DIG_SHA256, secret, strlen(secret), digest) != 0)
		return -ENOMEM;
	out[0] = '#';
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(out + 1 + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

/* `named` by whoever wrote it. */
static int
add_key(struct key_ring *k, struct key_set *set, const char *name, bool named,
    const char *secret)
{
	struct key *key = &set->keys[set->n];

	if (set->n == KEY_RING_MAX)
		return -E2BIG;
	snprintf(key->owner, sizeof(key->owner), "%s", name);
	if (!named && hash_owner(secret, key->owner) != 0)
		return -ENOMEM;
	key->usage = usage_of(k, name);
	key->secret = strdup(secret);
	if (key->usage == NULL || key->secret == NULL) {
		free(key->secret);
		return -ENOMEM;
	}
	set->n++;
	return 0;
}

/* ---- the file ---- */

static char *
trim(char *s)
{
	size_t len;

	s += strspn(s, " \t\r");
	len = strlen(s);
	while (len > 0 && strchr(" \t\r", s[len - 1]) != NULL)
		s[--len] = '\0';
	return s;
}

/* Length of the name that ends at the colon, blanks aside; 0: no name. */
static size_t
name_length(const char *s, const char *colon)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._-";
	size_t len = strspn(s, allowed);

	return len <= KEY_NAME_MAX && s + len + strspn(s + len, " \t") == colon
	    ? len
	    : 0;
}

/* "name:key", or "key" alone, which is named after its line. */
static int
add_line(struct key_ring *k, struct key_set *set, char *line, unsigned number,
    char *ret_error)
{
	char name[KEY_NAME_MAX + 1];
	char *colon, *secret;
	size_t len;
	int rc;

	secret = trim(line);
	if (*secret == '\0' || *secret == '#')
		return 0;
	snprintf(name, sizeof(name), "line-%u", number);
	colon = strchr(secret, ':');
	len = colon != NULL ? name_length(secret, colon) : 0;
	if (len > 0) {
		snprintf(name, sizeof(name), "%.*s", (int)len, secret);
		secret = trim(colon + 1);
	}
	rc = *secret == '\0' ? -EINVAL : add_key(k, set, name, len > 0, secret);
	if (rc != 0)
		snprintf(ret_error, KEY_RING_ERROR_MAX,
		    "--api-key-file: line %u: %s", number,
		    rc == -E2BIG        ? "there are more than 256 keys"
			: rc == -EINVAL ? "write 'name:key' or 'key'"
					: strerror(-rc));
	return rc;
}

static int
add_lines(struct key_ring *k, struct key_set *set, char *text, char *ret_error)
{
	unsigned number = 1;
	char *line, *rest = text;
	int rc = 0;

	while (rc == 0 && (line = strsep(&rest, "\n")) != NULL)
		rc = add_line(k, set, line, number++, ret_error);
	return rc;
}

static int
read_file(struct key_ring *k, struct key_set *set, char *ret_error)
{
	struct buf text;
	int rc;

	buf_init(&text, LIMIT_SECRET_FILE);
	rc = private_file_read("api-key-file", k->settings->api_key_file,
	    LIMIT_SECRET_FILE, &text, ret_error);
	if (rc == 0)
		rc = add_lines(k, set, text.data, ret_error);
	private_file_wipe(&text);
	return rc;
}

/* ---- the ring ---- */

static int
make_set(struct key_ring *k, struct key_set **ret_set, char *ret_error)
{
	const struct settings *s = k->settings;
	struct key_set *set = calloc(1, sizeof(*set));
	int rc = set == NULL ? -ENOMEM : 0;

	if (rc == 0 && s->api_key != NULL)
		rc = add_key(k, set, "default", true, s->api_key);
	if (rc == -ENOMEM)
		snprintf(ret_error, KEY_RING_ERROR_MAX, "out of memory");
	if (rc == 0 && s->api_key_file != NULL)
		rc = read_file(k, set, ret_error);
	if (rc == 0 && s->api_key_file != NULL && set->n == 0) {
		snprintf(ret_error, KEY_RING_ERROR_MAX,
		    "--api-key-file: %s holds no key", s->api_key_file);
		rc = -EINVAL;
	}
	if (rc != 0) {
		key_set_free(set);
		return rc;
	}
	*ret_set = set;
	return 0;
}

int
key_ring_new(const struct settings *s, struct key_ring **ret_ring,
    char ret_error[KEY_RING_ERROR_MAX])
{
	struct key_ring *k = calloc(1, sizeof(*k));
	int rc;

	if (k == NULL) {
		snprintf(ret_error, KEY_RING_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	k->settings = s;
	sync_mutex_init(&k->lock);
	rc = make_set(k, &k->set, ret_error);
	if (rc != 0) {
		key_ring_free(k);
		return rc;
	}
	*ret_ring = k;
	return 0;
}

void
key_ring_free(struct key_ring *k)
{
	struct key_usage *next;

	if (k == NULL)
		return;
	key_set_free(k->set);
	for (struct key_usage *u = k->usages; u != NULL; u = next) {
		next = u->next;
		free(u);
	}
	sync_mutex_destroy(&k->lock);
	free(k);
}

int
key_ring_reload(struct key_ring *k, char ret_error[KEY_RING_ERROR_MAX])
{
	struct key_set *fresh, *old;
	int rc = make_set(k, &fresh, ret_error);

	if (rc != 0)
		return rc;
	sync_lock(&k->lock);
	old = k->set;
	k->set = fresh;
	sync_unlock(&k->lock);
	key_set_free(old);
	return 0;
}

bool
key_ring_is_needed(const struct key_ring *k)
{
	return k->settings->api_key != NULL ||
	    k->settings->api_key_file != NULL;
}

struct key_usage *
key_ring_find(struct key_ring *k, const char *presented, size_t len,
    char ret_owner[KEY_OWNER_MAX + 1])
{
	struct key_usage *found = NULL;

	sync_lock(&k->lock);
	for (size_t i = 0; i < k->set->n; i++) {
		if (!secret_equal(k->set->keys[i].secret, presented, len))
			continue;
		found = k->set->keys[i].usage;
		memcpy(ret_owner, k->set->keys[i].owner, KEY_OWNER_MAX + 1);
	}
	sync_unlock(&k->lock);
	return found;
}

const struct key_usage *
key_ring_usages(struct key_ring *k)
{
	const struct key_usage *first;

	sync_lock(&k->lock);
	first = k->usages;
	sync_unlock(&k->lock);
	return first;
}
