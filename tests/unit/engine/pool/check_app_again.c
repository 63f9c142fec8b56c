/*
 * Encrypted reasoning that the model's server refuses is asked for no answer
 * with, and the job has another turn without it; but one.
 */
#include "unit/unit.h"

#include "unit/app_job.h"
#include "unit/app_rig.h"
#include "unit/app_script.h"

#define T(s) \
	{ \
		s, sizeof(s) - 1 \
	}

/*
 * A Codex whose threads are t1, t2, ... As long as `refuse` is more than their
 * number, or the conversation has what is sealed, the turn fails.
 */
#define CODEX(refuse, words) \
	SERVE "n=0; of() { printf '%s' \"$1\" | sed " \
	      "\"s/\\\"t\\\"/\\\"t$n\\\"/; " \
	      "s/\\\"u\\\"/\\\"u$n\\\"/\"; }\n" \
	      "while ask; do case $line in\n" \
	      "*thread/start*) n=$((n+1)); ok " \
	      "\"{\\\"thread\\\":{\\\"id\\\":\\\"t$n\\\"}}\";;\n" \
	      "*inject_items*) sealed=; case $line in *SEALED*) sealed=yes;; " \
	      "esac; ok '{}';;\n" \
	      "*turn/start*) ok \"{\\\"turn\\\":{\\\"id\\\":\\\"u$n\\\"}}\"\n" \
	      "  if [ -n \"$sealed\" ] || [ $n -le " refuse " ]; then\n" \
	      "    say \"$(of '" FAULT(words, \
		  "\"other\"") "')\"\n" \
			       "  else\n" \
			       "    say \"$(of '" COMPLETED("a", "null", \
				   "pong") "')\"\n" \
					   "    say \"$(of '" DONE "')\"\n" \
					   "  fi;;\n" \
					   "*turn/interrupt*) ok '{}'; say " \
					   "\"$(of '" INTERRUPTED "')\";;\n" \
					   "*) ok '{}';;\n" \
					   "esac; done\n"

#define VERIFIED "The encrypted content gAAA could not be verified."
#define UNREADABLE \
	"{\\\"error\\\":{\\\"message\\\":\\\"" VERIFIED "\\\",\\\"type\\\":" \
	"\\\"invalid_request_error\\\",\\\"code\\\":" \
	"\\\"invalid_encrypted_content\\\"}}"

static struct part said = { .text = T("hi") };
static struct item items[] = {
	{ .role = ROLE_USER, .parts = &said, .n_parts = 1 },
	{ .kind = ITEM_REASONING, .sealed = T("SEALED") },
	{ .role = ROLE_USER, .parts = &said, .n_parts = 1 },
};

static struct job *
begin_sealed(size_t n)
{
	struct job *j = app_job("");

	j->request->items = items;
	j->request->n_items = n;
	app_session_begin(session, job_ref(j));
	return j;
}

static const struct {
	const char *script;
	size_t n_items;
	const char *content;
	enum error_kind error;
	const char *words;
	uint64_t turns;
	const char *comment;
} cases[] = {
	{ CODEX("0", UNREADABLE), ARRAY_SIZE(items), "pong", ERROR_NONE, "", 2,
	    "once more" },
	{ CODEX("2", UNREADABLE), ARRAY_SIZE(items), "", ERROR_BAD_REQUEST,
	    "could not be verified", 2, "and no more" },
	{ CODEX("1", UNREADABLE), 1, "", ERROR_BAD_REQUEST,
	    "could not be verified", 1, "where there was none to leave out" },
	{ CODEX("0", "sim: busy"), ARRAY_SIZE(items), "", ERROR_UPSTREAM,
	    "busy", 1, "nor for another reason" },
	{ CODEX("0", "stream disconnected before completion: " VERIFIED),
	    ARRAY_SIZE(items), "pong", ERROR_NONE, "", 2,
	    "told when the answer had begun to come" },
};

START_TEST(a_job_without_its_reasoning)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct job *j;

		begin(cases[i].script);
		run_until(is_ready);
		j = begin_sealed(cases[i].n_items);
		run_until(has_ended);
		ck_assert_ptr_eq(ended, j);
		ck_assert_uint_eq(session->n_jobs, 0);
		ck_assert_msg(session->begun == cases[i].turns, "%s: %llu",
		    cases[i].comment, (unsigned long long)session->begun);
		expect_seen(
		    j, cases[i].content, cases[i].error, cases[i].words);
		run_until(is_empty);
		ck_assert_msg(
		    !session->broken, "%s: %s", cases[i].comment, session->why);
		end();
	}
}
END_TEST

/* Something is out: it stays the answer's. */
START_TEST(not_behind_what_was_said)
{
	struct job *j;

	begin(SERVE TURN "say '" COMPLETED("a", COMMENTARY,
	    "half") "'; say '" FAULT(UNREADABLE, "\"other\"") "'\n" REST);
	run_until(is_ready);
	j = begin_sealed(ARRAY_SIZE(items));
	run_until(has_ended);
	ck_assert_uint_eq(session->begun, 1);
	expect_seen(j, "", ERROR_BAD_REQUEST, "could not be verified");
	end();
}
END_TEST

UNIT_MAIN("app_again", a_job_without_its_reasoning, not_behind_what_was_said)
