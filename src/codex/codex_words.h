/*
 * codex_words.h - what Codex says of a failure, fit to be passed on. Pure; any
 * thread.
 *
 * It names the address of the model's server, in which a user's name, a
 * password or a token may stand: "..., url: https://u:p@host/v1?t=x, cf-ray:
 * y", "error sending request for url (https://...)". Callers of the proxy have
 * no use for it, and the log needs no more than the host.
 */
#ifndef CODEX_CODEX_WORDS_H
#define CODEX_CODEX_WORDS_H

enum {
	CODEX_WORDS_MAX = 2001 /* with the NUL; what is longer is cut */
};

/* Without the address; of others' what could be a secret is left out. */
void codex_words_for_caller(const char *message, char ret[CODEX_WORDS_MAX]);

/* The same with the host alone of the address. */
void codex_words_for_log(const char *message, char ret[CODEX_WORDS_MAX]);

#endif
