/*
 * api.h - the HTTP APIs that the benches ask: where they are, a request to
 * them, and what tells content and end in their streams.
 */
#ifndef BENCH_API_H
#define BENCH_API_H

#include <stdbool.h>

enum {
	API_BODY_MAX = 512
};

enum api_id {
	API_CHAT, /* what the others are compared with */
	API_RESPONSES, /* nothing is kept */
	API_STORED, /* Responses that are kept */
	API_MESSAGES,
	API_COUNT
};

struct api {
	const char *name;
	const char *path;
	const char *head, *tail; /* of a request, around its prompt */
	/* Once in each event with content, in nothing else, in one line. */
	const char *delta;
	/* In a line behind the last such event if the answer is whole. */
	const char *end;
};

extern const struct api apis[API_COUNT];

/* A request, in JSON, with a prompt that needs no escapes. */
void api_body(char body[API_BODY_MAX], const struct api *api,
    const char *prompt, bool stream);

#endif
