#include "unit/unit.h"

#include "codex/exec_reads.h"

static struct exec_reads reads;
static struct strv argv_out;

static void
setup(enum exec_profiles profiles)
{
	exec_reads_init(&reads);
	strv_init(&argv_out);
	reads.profiles = profiles;
	reads.package = strdup("/opt/codex");
	ck_assert_int_eq(exec_reads_hide(&reads, "/h/p/keys"), 0);
	ck_assert_int_eq(exec_reads_hide(&reads, "/h/p/codex-home"), 0);
	ck_assert_int_eq(exec_reads_hide(&reads, "/h/p/keys"), 0);
	ck_assert_int_eq(strv_add(&reads.homes, "/home/bob"), 0);
}

static void
teardown(void)
{
	exec_reads_free(&reads);
	strv_free(&argv_out);
}

static const char *
profile(int what, const char *cwd)
{
	strv_free(&argv_out);
	strv_init(&argv_out);
	ck_assert_int_eq(exec_reads_argv(&reads, what, cwd, &argv_out), 0);
	return argv_out.v[argv_out.n - 1];
}

#define DENIED "\"/h/p/keys\"=\"deny\",\"/h/p/codex-home\"=\"deny\"}}}"
#define CWD \
	"permissions={proxy={filesystem={\":minimal\"=\"read\"," \
	"\":workspace_roots\"={\".\"=\"read\"},\"/opt/codex\"=\"read\","
#define DISK "permissions={proxy={filesystem={\":root\"=\"read\","
#define BOB "\"/home/bob\"=\"deny\","

START_TEST(profile_says_what_may_be_read)
{
	/* --exec-read, the cwd, the profile */
	static const struct {
		int what;
		const char *cwd, *profile;
	} rows[] = {
		{ EXEC_READ_CWD, "/w", CWD DENIED },
		/* The home of another lies in it. */
		{ EXEC_READ_CWD, "/home", CWD BOB DENIED },
		{ EXEC_READ_CWD, "/", CWD BOB DENIED },
		/* It lies in that home. */
		{ EXEC_READ_CWD, "/home/bob/w", CWD DENIED },
		{ EXEC_READ_CWD, "/home/bobby", CWD DENIED },
		{ EXEC_READ_DISK, "/w", DISK BOB DENIED },
		{ EXEC_READ_DISK, "/home/bob", DISK DENIED },
	};

	setup(EXEC_PROFILES_DENY);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ck_assert_str_eq(
		    profile(rows[i].what, rows[i].cwd), rows[i].profile);
		ck_assert_str_eq(argv_out.v[0], "-c");
		ck_assert_str_eq(
		    argv_out.v[1], "default_permissions=\"proxy\"");
		ck_assert_str_eq(argv_out.v[2], "-c");
		ck_assert_uint_eq(argv_out.n, 4);
	}
	teardown();
}
END_TEST

/* A flag would win over a profile, so only one of them is ever there. */
START_TEST(without_profiles_the_flag_stays)
{
	static const struct {
		enum exec_profiles profiles;
		int what;
		const char *last;
	} rows[] = {
		{ EXEC_PROFILES_NONE, EXEC_READ_CWD, "read-only" },
		{ EXEC_PROFILES_NONE, EXEC_READ_DISK, "read-only" },
		{ EXEC_PROFILES_ALLOW, EXEC_READ_DISK, "read-only" },
		/* What it would not obey is not said. */
		{ EXEC_PROFILES_ALLOW, EXEC_READ_CWD,
		    "permissions={proxy={filesystem={\":minimal\"=\"read\","
		    "\":project_roots\"={\".\"=\"read\"},"
		    "\"/opt/codex\"=\"read\"}}}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(rows[i].profiles);
		ck_assert_str_eq(profile(rows[i].what, "/w"), rows[i].last);
		ck_assert_int_eq(strcmp(argv_out.v[0], "--sandbox") == 0,
		    strcmp(rows[i].last, "read-only") == 0);
		ck_assert_int_eq(exec_reads_uses_profile(&reads, rows[i].what),
		    strcmp(rows[i].last, "read-only") != 0);
		teardown();
	}
}
END_TEST

/* A path stays one TOML string, or is not said at all. */
START_TEST(paths_do_not_break_out)
{
	setup(EXEC_PROFILES_DENY);
	ck_assert_int_eq(
	    exec_reads_hide(&reads, "/a \"b\" \\c\xc3\xbc'#,}=x"), 0);
	ck_assert_ptr_nonnull(strstr(profile(EXEC_READ_CWD, "/w"),
	    ",\"/a \\\"b\\\" \\\\c\xc3\xbc'#,}=x\"=\"deny\"}}}"));
	teardown();
}
END_TEST

/* What no rule can name is not passed over in silence. */
START_TEST(what_cannot_be_named_is_exposed)
{
	static const char *const odd[] = { "/w/a\nb", "/w/a*", "/w/a?", "/w/[a",
		"/w/a]", "/w/\x7f", "/w/\xff", "/w/\x1b[0m" };

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		setup(EXEC_PROFILES_DENY);
		ck_assert_int_eq(exec_reads_hide(&reads, odd[i]), 0);
		ck_assert_ptr_null(strstr(profile(EXEC_READ_CWD, "/w"), "/w/"));
		ck_assert_str_eq(
		    exec_reads_exposed(&reads, EXEC_READ_CWD, "/w"), odd[i]);
		ck_assert_str_eq(
		    exec_reads_exposed(&reads, EXEC_READ_DISK, "/x"), odd[i]);
		ck_assert_ptr_null(
		    exec_reads_exposed(&reads, EXEC_READ_CWD, "/x"));
		ck_assert(!exec_reads_may_be_in(&reads, EXEC_READ_CWD, "/w"));
		ck_assert(exec_reads_may_be_in(&reads, EXEC_READ_CWD, "/x"));
		teardown();
	}
}
END_TEST

START_TEST(directories_that_no_agent_may_work_in)
{
	/* the Codex, the cwd, under --exec-read cwd, why */
	static const struct {
		enum exec_profiles profiles;
		const char *cwd;
		bool may;
		const char *comment;
	} rows[] = {
		{ EXEC_PROFILES_DENY, "/w", true, "a place of its own" },
		{ EXEC_PROFILES_DENY, "/h", true, "what is hidden is denied" },
		{ EXEC_PROFILES_DENY, "/h/p/codex-home/x", false, "hidden" },
		{ EXEC_PROFILES_DENY, "/h/p/codex-home", false, "hidden" },
		{ EXEC_PROFILES_DENY, "/h/p/codex-homes", true, "another" },
		{ EXEC_PROFILES_ALLOW, "/h", false, "keys are below it" },
		{ EXEC_PROFILES_ALLOW, "/", false, "keys are below it" },
		{ EXEC_PROFILES_ALLOW, "/home", false, "a home is below it" },
		{ EXEC_PROFILES_ALLOW, "/home/bob/x", true, "as asked for" },
		{ EXEC_PROFILES_ALLOW, "/w", true, "a place of its own" },
		{ EXEC_PROFILES_NONE, "/h", true, "it makes no difference" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(rows[i].profiles);
		ck_assert_msg(exec_reads_may_be_in(&reads, EXEC_READ_CWD,
				  rows[i].cwd) == rows[i].may,
		    "%s: %s", rows[i].cwd, rows[i].comment);
		teardown();
	}
}
END_TEST

/* A minimal system holds /etc, where keys may be. */
START_TEST(what_is_exposed_is_told)
{
	setup(EXEC_PROFILES_ALLOW);
	ck_assert_ptr_null(exec_reads_exposed(&reads, EXEC_READ_CWD, "/w"));
	ck_assert_str_eq(
	    exec_reads_exposed(&reads, EXEC_READ_CWD, "/h"), "/h/p/keys");
	ck_assert_str_eq(
	    exec_reads_exposed(&reads, EXEC_READ_CWD, "/home"), "/home/bob");
	ck_assert_int_eq(exec_reads_hide(&reads, "/etc/x/keys"), 0);
	ck_assert_str_eq(
	    exec_reads_exposed(&reads, EXEC_READ_CWD, "/w"), "/etc/x/keys");
	reads.profiles = EXEC_PROFILES_DENY;
	ck_assert_ptr_null(exec_reads_exposed(&reads, EXEC_READ_CWD, "/h"));
	ck_assert_ptr_null(exec_reads_exposed(&reads, EXEC_READ_DISK, "/"));
	reads.profiles = EXEC_PROFILES_NONE;
	ck_assert_str_eq(
	    exec_reads_exposed(&reads, EXEC_READ_CWD, "/w"), "/h/p/keys");
	teardown();
}
END_TEST

/* A rule below one that denies all could not be put in place. */
START_TEST(no_rule_below_a_rule)
{
	setup(EXEC_PROFILES_DENY);
	ck_assert_int_eq(
	    exec_reads_hide(&reads, "/h/p/codex-home/auth.json"), 0);
	ck_assert_int_eq(exec_reads_hide(&reads, "/home/bob/keys"), 0);
	ck_assert_ptr_null(strstr(profile(EXEC_READ_CWD, "/w"), "auth.json"));
	ck_assert_ptr_nonnull(
	    strstr(profile(EXEC_READ_CWD, "/w"), "/home/bob/keys"));
	ck_assert_ptr_null(
	    strstr(profile(EXEC_READ_DISK, "/w"), "/home/bob/keys"));
	teardown();
}
END_TEST

UNIT_MAIN("exec_reads", profile_says_what_may_be_read,
    without_profiles_the_flag_stays, paths_do_not_break_out,
    what_cannot_be_named_is_exposed, directories_that_no_agent_may_work_in,
    what_is_exposed_is_told, no_rule_below_a_rule)
