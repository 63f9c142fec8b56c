#include "unit/unit.h"

#include <errno.h>
#include <sys/stat.h>

#include "settings/key_ring.h"
#include "system/fdio.h"
#include "unit/scratch.h"

static struct settings settings;
static char path[2 * PATH_MAX];

static void
write_keys(const char *text, mode_t mode)
{
	ck_assert_int_eq(file_write_atomic(path, text, strlen(text), mode), 0);
}

static void
load(const char *api_key, bool with_file)
{
	memset(&settings, 0, sizeof(settings));
	snprintf(path, sizeof(path), "%s", scratch_path("keys"));
	settings.api_key = api_key != NULL ? strdup(api_key) : NULL;
	settings.api_key_file = with_file ? path : NULL;
}

static char whose[KEY_OWNER_MAX + 1];

static const char *
owner(struct key_ring *k, const char *key)
{
	struct key_usage *u = key_ring_find(k, key, strlen(key), whose);

	return u != NULL ? u->name : NULL;
}

/* Whose what is kept for the key is. */
static const char *
keeper(struct key_ring *k, const char *key)
{
	return owner(k, key) != NULL ? whose : NULL;
}

START_TEST(keys_have_names)
{
	char error[KEY_RING_ERROR_MAX];
	struct key_ring *k;

	scratch_make();
	load("k0", true);
	write_keys("# two\n\n alice : k1 \r\nk2\nbob:a:b\n:odd\n", 0600);
	ck_assert_int_eq(key_ring_new(&settings, &k, error), 0);
	ck_assert(key_ring_is_needed(k));
	ck_assert_str_eq(owner(k, "k0"), "default");
	ck_assert_str_eq(owner(k, "k1"), "alice");
	ck_assert_str_eq(owner(k, "k2"), "line-4");
	ck_assert_str_eq(owner(k, "a:b"), "bob");
	ck_assert_str_eq(owner(k, ":odd"), "line-6");
	ck_assert_ptr_null(owner(k, ""));
	ck_assert_ptr_null(owner(k, "k"));
	ck_assert_ptr_null(owner(k, "k11"));
	ck_assert_ptr_null(owner(k, "alice"));
	key_ring_free(k);
	scratch_remove();
}
END_TEST

START_TEST(what_is_kept_is_a_names_or_a_keys)
{
	static const char hash[] =
	    "#015f7e6bc5aeaf483724089e9252cc13b50951a6b69412522765cff4d780306e";
	char error[KEY_RING_ERROR_MAX], first[KEY_OWNER_MAX + 1];
	struct key_ring *k;

	scratch_make();
	load("k0", true);
	write_keys("k2\nalice:k1\nk3\n", 0600);
	ck_assert_int_eq(key_ring_new(&settings, &k, error), 0);
	ck_assert_str_eq(keeper(k, "k0"), "default");
	ck_assert_str_eq(keeper(k, "k1"), "alice");
	ck_assert_str_eq(keeper(k, "k2"), hash);
	snprintf(first, sizeof(first), "%s", whose);
	ck_assert_str_ne(keeper(k, "k3"), first);
	/* Lines change places, and alice has another key. */
	write_keys("# first\nk3\nk2\nalice:k9\n", 0600);
	ck_assert_int_eq(key_ring_reload(k, error), 0);
	ck_assert_str_eq(keeper(k, "k2"), first);
	ck_assert_str_eq(keeper(k, "k9"), "alice");
	key_ring_free(k);
	scratch_remove();
}
END_TEST

START_TEST(without_keys_none_is_needed)
{
	char error[KEY_RING_ERROR_MAX];
	struct key_ring *k;

	scratch_make();
	load(NULL, false);
	ck_assert_int_eq(key_ring_new(&settings, &k, error), 0);
	ck_assert(!key_ring_is_needed(k));
	ck_assert_ptr_null(key_ring_usages(k));
	key_ring_free(k);
	scratch_remove();
}
END_TEST

static const struct {
	const char *text;
	mode_t mode;
	const char *words;
	const char *comment;
} bad[] = {
	{ "a:b\n", 0640, "chmod 600", "readable by the group" },
	{ "a:b\n", 0604, "chmod 600", "readable by others" },
	{ "ok:k\nname:\n", 0600, "line 2", "a name without a key" },
	{ "# nothing\n", 0600, "no key", "no key at all" },
	{ "", 0600, "no key", "empty" },
};

START_TEST(bad_files_are_told_without_their_keys)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char error[KEY_RING_ERROR_MAX] = "";
		struct key_ring *k;

		scratch_make();
		load(NULL, true);
		write_keys(bad[i].text, bad[i].mode);
		ck_assert_msg(key_ring_new(&settings, &k, error) != 0, "%s",
		    bad[i].comment);
		ck_assert_msg(strstr(error, bad[i].words) != NULL, "%s: %s",
		    bad[i].comment, error);
	}
	load(NULL, true);
	snprintf(path, sizeof(path), "%s", scratch_path("missing"));
	{
		char error[KEY_RING_ERROR_MAX];
		struct key_ring *k;

		ck_assert_int_eq(key_ring_new(&settings, &k, error), -ENOENT);
		ck_assert_ptr_nonnull(strstr(error, "missing"));
	}
	scratch_remove();
}
END_TEST

START_TEST(a_reload_swaps_keys_and_keeps_counts)
{
	char error[KEY_RING_ERROR_MAX];
	struct key_usage *alice;
	struct key_ring *k;

	scratch_make();
	load(NULL, true);
	write_keys("alice:old\n", 0600);
	ck_assert_int_eq(key_ring_new(&settings, &k, error), 0);
	alice = key_ring_find(k, "old", 3, whose);
	counter_add(&alice->requests, 3);
	write_keys("bob:x\nalice:new\n", 0600);
	ck_assert_int_eq(key_ring_reload(k, error), 0);
	ck_assert_ptr_null(owner(k, "old"));
	ck_assert_ptr_eq(key_ring_find(k, "new", 3, whose), alice);
	ck_assert_uint_eq(counter_get(&alice->requests), 3);
	write_keys("alice:\n", 0600);
	ck_assert_int_ne(key_ring_reload(k, error), 0);
	ck_assert_str_eq(owner(k, "x"), "bob");
	key_ring_free(k);
	scratch_remove();
}
END_TEST

START_TEST(there_is_a_limit)
{
	char error[KEY_RING_ERROR_MAX];
	struct key_ring *k;
	struct buf text;

	scratch_make();
	load(NULL, true);
	buf_init(&text, 1 << 20);
	for (int i = 0; i <= KEY_RING_MAX; i++)
		ck_assert_int_eq(buf_printf(&text, "key-%d\n", i), 0);
	write_keys(text.data, 0600);
	ck_assert_int_eq(key_ring_new(&settings, &k, error), -E2BIG);
	ck_assert_ptr_nonnull(strstr(error, "256"));
	buf_free(&text);
	scratch_remove();
}
END_TEST

UNIT_MAIN("key_ring", keys_have_names, what_is_kept_is_a_names_or_a_keys,
    without_keys_none_is_needed, bad_files_are_told_without_their_keys,
    a_reload_swaps_keys_and_keeps_counts, there_is_a_limit)
