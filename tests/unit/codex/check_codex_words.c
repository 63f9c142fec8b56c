#include "unit/unit.h"

#include "codex/codex_words.h"

#define SECRET "https://user:pa(ss),word@model.example:8443/v1/responses?key=k9"

static const struct {
	const char *said, *caller, *log;
	const char *comment;
} cases[] = {
	{ "", "", "", "nothing" },
	{ "it broke", "it broke", "it broke", "no address" },
	{ "unexpected status 403 Forbidden: no, url: " SECRET
	  ", cf-ray: 8f1-FRA, request id: r1",
	    "unexpected status 403 Forbidden: no",
	    "unexpected status 403 Forbidden: no, host: model.example:8443",
	    "a refusal" },
	{ "Reconnecting... 1/5 (unexpected status 502 Bad Gateway: x, url: "
	  "http://127.0.0.1:9/v1)",
	    "Reconnecting... 1/5 (unexpected status 502 Bad Gateway: x)",
	    "Reconnecting... 1/5 (unexpected status 502 Bad Gateway: x, host: "
	    "127.0.0.1:9)",
	    "in brackets" },
	{ "error sending request for url (" SECRET "): no route",
	    "error sending request: no route",
	    "error sending request to model.example:8443: no route",
	    "on the way there" },
	{ "(error sending request for url (" SECRET "))",
	    "(error sending request)",
	    "(error sending request to model.example:8443)", "at the end" },
	{ "limit (https://chatgpt.com/explore/pro), visit "
	  "https://chatgpt.com/settings/usage to",
	    "limit (https://chatgpt.com/explore/pro), visit "
	    "https://chatgpt.com/settings/usage to",
	    "limit (https://chatgpt.com/explore/pro), visit "
	    "https://chatgpt.com/settings/usage to",
	    "advice" },
	{ "see " SECRET ".", "see https://model.example:8443/v1/responses.",
	    "see https://model.example:8443/v1/responses.", "elsewhere" },
	{ "HTTP://u:p@h", "HTTP://h", "HTTP://h", "a host alone" },
	{ "http://", "http://", "http://", "not even that" },
	{ "x, url: ", "x", "x, host: ", "no address behind it" },
	{ "a for url (", "a", "a to ", "nor there" },
};

START_TEST(addresses_are_left_out)
{
	char words[CODEX_WORDS_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		codex_words_for_caller(cases[i].said, words);
		ck_assert_msg(strcmp(words, cases[i].caller) == 0, "%s: %s",
		    cases[i].comment, words);
		codex_words_for_log(cases[i].said, words);
		ck_assert_msg(strcmp(words, cases[i].log) == 0, "%s: %s",
		    cases[i].comment, words);
	}
}
END_TEST

/* Whole characters alone. */
START_TEST(long_words_are_cut)
{
	char said[3 * CODEX_WORDS_MAX], words[CODEX_WORDS_MAX];

	said[0] = 'x';
	for (size_t i = 1; i + 3 < sizeof(said); i += 3)
		memcpy(said + i, "\u20ac", 4);
	codex_words_for_caller(said, words);
	ck_assert_uint_eq(strlen(words), 1 + (CODEX_WORDS_MAX - 2) / 3 * 3);
	ck_assert(strncmp(words, said, strlen(words)) == 0);
}
END_TEST

UNIT_MAIN("codex_words", addresses_are_left_out, long_words_are_cut)
