#include "unit/unit.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/setup/codex_binary.h"
#include "engine/setup/codex_home.h"
#include "system/fdio.h"

static char root[] = "/tmp/check_codex_binary.XXXXXX";

#if defined(__aarch64__)
#define PLATFORM "codex-linux-arm64"
#define TRIPLE "aarch64-unknown-linux-musl"
#else
#define PLATFORM "codex-linux-x64"
#define TRIPLE "x86_64-unknown-linux-musl"
#endif

/* Makes root/NAME with its directories; returns the path, static. */
static const char *
make_file(const char *name, mode_t mode)
{
	static char path[PATH_MAX];
	char dir[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	ck_assert_int_eq(dir_make(dir, 0755), 0);
	ck_assert_int_eq(file_create(path, "x", 1, mode), 0);
	return path;
}

static void
remove_root(void)
{
	char command[PATH_MAX + 16];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

#define NPM_BIN "lib/node_modules/@openai/codex/bin/codex.js"

static const struct {
	const char *native;
	const char *path_dir;
	const char *comment;
} layouts[] = {
	{ "lib/node_modules/@openai/" PLATFORM "/vendor/" TRIPLE "/bin/codex",
	    NULL, "the platform package beside it" },
	{ "lib/node_modules/@openai/codex/node_modules/@openai/" PLATFORM
	  "/vendor/" TRIPLE "/bin/codex",
	    NULL, "in its own node_modules" },
	{ "lib/node_modules/@openai/codex/node_modules/@openai/" PLATFORM
	  "/vendor/" TRIPLE "/codex/codex",
	    "lib/node_modules/@openai/codex/node_modules/@openai/" PLATFORM
	    "/vendor/" TRIPLE "/path",
	    "before 0.133, with a directory of helpers" },
	{ "lib/node_modules/@openai/codex/vendor/" TRIPLE "/bin/codex", NULL,
	    "below the package itself" },
};

START_TEST(launchers_lead_to_the_native_binary)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		char link[PATH_MAX], expected[PATH_MAX], resolved[PATH_MAX];
		struct codex_binary b;
		struct strv env;

		snprintf(root, sizeof(root), "/tmp/check_codex_binary.XXXXXX");
		ck_assert_ptr_nonnull(mkdtemp(root));
		make_file(NPM_BIN, 0755);
		snprintf(expected, sizeof(expected), "%s",
		    make_file(layouts[i].native, 0755));
		if (layouts[i].path_dir != NULL) {
			char helper[PATH_MAX];

			snprintf(helper, sizeof(helper), "%s/rg",
			    layouts[i].path_dir);
			make_file(helper, 0755);
		}
		snprintf(link, sizeof(link), "%s/codex", root);
		ck_assert_int_eq(symlink(NPM_BIN, link), 0);
		ck_assert_int_eq(codex_binary_find(link, &b), 0);
		ck_assert_ptr_nonnull(realpath(b.path, resolved));
		ck_assert_msg(strcmp(resolved, expected) == 0, "%s: %s",
		    layouts[i].comment, b.path);
		ck_assert_ptr_nonnull(b.launcher);
		ck_assert(!codex_binary_changed(&b));
		strv_init(&env);
		ck_assert_int_eq(strv_add(&env, "PATH=/bin"), 0);
		ck_assert_int_eq(codex_binary_environment(&b, &env), 0);
		ck_assert_str_eq(
		    strv_env_get(&env, "CODEX_MANAGED_BY_NPM"), "1");
		ck_assert_ptr_nonnull(
		    strv_env_get(&env, "CODEX_MANAGED_PACKAGE_ROOT"));
		ck_assert_int_eq(
		    strcmp(strv_env_get(&env, "PATH"), "/bin") != 0,
		    layouts[i].path_dir != NULL);
		strv_free(&env);
		codex_binary_free(&b);
		remove_root();
	}
}
END_TEST

START_TEST(names_are_looked_up_in_path)
{
	struct codex_binary b;
	char path[PATH_MAX];

	ck_assert_ptr_nonnull(mkdtemp(root));
	make_file("a/codex", 0644);
	make_file("b/codex", 0755);
	snprintf(path, sizeof(path), "%s/none:%s/a:%s/b", root, root, root);
	setenv("PATH", path, 1);
	ck_assert_int_eq(codex_binary_find("codex", &b), 0);
	ck_assert_ptr_nonnull(strstr(b.path, "/b/codex"));
	ck_assert_ptr_null(b.launcher);
	codex_binary_free(&b);
	ck_assert_int_eq(codex_binary_find("nonesuch", &b), -ENOENT);
	snprintf(path, sizeof(path), "%s/a", root);
	setenv("PATH", path, 1);
	ck_assert_int_eq(codex_binary_find("codex", &b), -EACCES);
	snprintf(path, sizeof(path), "%s/a", root);
	ck_assert_int_eq(codex_binary_find(path, &b), -EACCES);
	setenv("PATH", "/bin:/usr/bin", 1);
	remove_root();
}
END_TEST

START_TEST(an_upgrade_is_noticed)
{
	struct codex_binary b;
	const char *path;

	ck_assert_ptr_nonnull(mkdtemp(root));
	path = make_file("codex", 0755);
	ck_assert_int_eq(codex_binary_find(path, &b), 0);
	ck_assert(!codex_binary_changed(&b));
	ck_assert_int_eq(file_write_atomic(b.path, "newer", 5, 0755), 0);
	ck_assert(codex_binary_changed(&b));
	ck_assert_int_eq(unlink(b.path), 0);
	ck_assert(codex_binary_changed(&b));
	codex_binary_free(&b);
	remove_root();
}
END_TEST

START_TEST(home_holds_a_link_and_no_more)
{
	char home[512], users[512], link[PATH_MAX], to[PATH_MAX];
	struct stat st;
	ssize_t n;

	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(home, sizeof(home), "%s/deep/er/home", root);
	snprintf(users, sizeof(users), "%s/user", root);
	snprintf(link, sizeof(link), "%s/auth.json", home);
	make_file("user/auth.json", 0600);
	for (int again = 0; again < 2; again++) {
		ck_assert_int_eq(codex_home_prepare(home, users), 0);
		ck_assert_int_eq(stat(home, &st), 0);
		ck_assert_uint_eq(st.st_mode & 0777, 0700);
		n = readlink(link, to, sizeof(to) - 1);
		ck_assert_int_gt(n, 0);
		to[n] = '\0';
		ck_assert_ptr_nonnull(strstr(to, "/user/auth.json"));
	}
	/* another CODEX_HOME of the user's: the link follows */
	snprintf(users, sizeof(users), "%s/other", root);
	ck_assert_int_eq(codex_home_prepare(home, users), 0);
	n = readlink(link, to, sizeof(to) - 1);
	to[n] = '\0';
	ck_assert_ptr_nonnull(strstr(to, "/other/auth.json"));
	ck_assert(!codex_home_has_login(home));
	remove_root();
}
END_TEST

START_TEST(abandoned_request_directories_go)
{
	char home[512], dead[PATH_MAX], *alive;

	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(home, sizeof(home), "%s/home", root);
	ck_assert_int_eq(codex_home_prepare(home, root), 0);
	ck_assert_int_eq(codex_home_request_dir(home, &alive), 0);
	/* no process has this id: it is above the kernel's limit */
	make_file("home/request-2000000000-abcdef/image-1.png", 0600);
	make_file("home/request-x/file", 0600);
	snprintf(dead, sizeof(dead), "%s/request-2000000000-abcdef", home);
	ck_assert_int_eq(codex_home_prepare(home, root), 0);
	ck_assert_int_eq(access(alive, F_OK), 0);
	ck_assert_int_ne(access(dead, F_OK), 0);
	snprintf(dead, sizeof(dead), "%s/request-x", home);
	ck_assert_int_eq(access(dead, F_OK), 0);
	free(alive);
	remove_root();
}
END_TEST

static const char *const strange[] = { "AGENTS.md", "skills/one/SKILL.md",
	"rules/default.rules" };

static bool
is_in(const char *home, const char *name)
{
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	return access(path, F_OK) == 0;
}

static void
furnish(const char *home)
{
	char name[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(strange); i++) {
		snprintf(name, sizeof(name), "%s/%s", home, strange[i]);
		make_file(name, 0600);
	}
	snprintf(name, sizeof(name), "%s/%s/config.toml", root, home);
	ck_assert_int_eq(file_write_atomic(name, "x", 1, 0600), 0);
}

static off_t
size_of_config(const char *home)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/config.toml", home);
	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_size;
}

/* Only of a home of our own making anything is taken away. */
START_TEST(only_our_home_is_cleared)
{
	static const struct {
		const char *home; /* below the root */
		bool made; /* by us, or found empty */
		bool users; /* it is the user's own */
		bool cleared;
	} homes[] = {
		{ "made", true, false, true },
		{ "strangers", false, false, false },
		{ ".codex-api-proxy/home", false, false, true },
		{ ".codex-api-proxy/users", false, true, false },
	};
	char home[512], users[512], name[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(homes); i++) {
		snprintf(root, sizeof(root), "/tmp/check_codex_binary.XXXXXX");
		ck_assert_ptr_nonnull(mkdtemp(root));
		snprintf(home, sizeof(home), "%s/%s", root, homes[i].home);
		snprintf(users, sizeof(users), "%s/user", root);
		if (homes[i].made)
			ck_assert_int_eq(codex_home_prepare(home, users), 0);
		furnish(homes[i].home);
		ck_assert_int_eq(chmod(home, 0700), 0);
		ck_assert_int_eq(
		    codex_home_prepare(home, homes[i].users ? home : users), 0);
		for (size_t k = 0; k < ARRAY_SIZE(strange); k++) {
			snprintf(name, sizeof(name), "%s", strange[k]);
			ck_assert_msg(is_in(home, name) != homes[i].cleared,
			    "%s %s", homes[i].home, name);
		}
		ck_assert_msg((size_of_config(home) == 0) == homes[i].cleared,
		    "%s", homes[i].home);
		remove_root();
	}
}
END_TEST

/* One that is there is not locked up, nor used when others come in. */
START_TEST(modes_of_others_homes_stay)
{
	char home[512], users[512];
	struct stat st;

	snprintf(root, sizeof(root), "/tmp/check_codex_binary.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(users, sizeof(users), "%s/user", root);
	snprintf(home, sizeof(home), "%s/strangers", root);
	make_file("strangers/file", 0600);
	ck_assert_int_eq(chmod(home, 0755), 0);
	ck_assert_int_eq(codex_home_prepare(home, users), -EPERM);
	ck_assert_int_eq(stat(home, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0755);
	ck_assert_int_eq(chmod(home, 0700), 0);
	ck_assert_int_eq(codex_home_prepare(home, users), 0);
	/* Ours may have been opened by accident. */
	snprintf(home, sizeof(home), "%s/made", root);
	ck_assert_int_eq(codex_home_prepare(home, users), 0);
	ck_assert_int_eq(chmod(home, 0755), 0);
	ck_assert_int_eq(codex_home_prepare(home, users), 0);
	ck_assert_int_eq(stat(home, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	remove_root();
}
END_TEST

UNIT_MAIN("codex_binary", launchers_lead_to_the_native_binary,
    names_are_looked_up_in_path, an_upgrade_is_noticed,
    home_holds_a_link_and_no_more, abandoned_request_directories_go,
    only_our_home_is_cleared, modes_of_others_homes_stay)
