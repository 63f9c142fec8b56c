/*
 * reader.h - what the readers of all dialects share: from the bytes of a body
 * to the generation that it asks for. Typed members, refusals that name the
 * field, copies of what is kept.
 *
 * A dialect's reader hands reader_run a function that reads the parsed body.
 * The tree is freed before reader_run returns, so that function copies what
 * it keeps (reader_keep and its kin); what it does not look at costs nothing
 * afterwards.
 *
 * Functions return 0, -EINVAL with the error set, or -ENOMEM. Absent and null
 * members are the same. Any thread.
 */
#ifndef DIALECT_READER_H
#define DIALECT_READER_H

#include "conversation/error.h"
#include "conversation/generation.h"
#include "json/jsonx.h"

enum {
	/* Most bytes of a field's name, with the NUL. */
	READER_PARAM_MAX = 128
};

struct reader {
	struct generation *generation;
	struct error *error;
};

/* Reads `root`, an object, into r->generation and what `form` points at. */
typedef int reader_fn(struct reader *r, const json_t *root, void *form);

/*
 * Reads `len` bytes of body. On success *ret_generation is one reference. On
 * failure -EINVAL with `ret_error` set (INVALID_JSON, INVALID_TYPE for what is
 * no object, INVALID_VALUE for too many values, or what `read` has set), or
 * -ENOMEM with INTERNAL. Takes time in proportion to the body.
 */
MUST_CHECK int reader_run(const char *body, size_t len, reader_fn *read,
    void *form, struct generation **ret_generation, struct error *ret_error);

/* Most bytes that a generation's arena may need for so many of a body. */
size_t reader_arena_max(size_t len);

/* ---- refusals; each returns -EINVAL ---- */

/* "'PARAM' must be WANTED, not FOUND." */
int reader_wrong_type(struct reader *r, const char *param, const char *wanted,
    const json_t *found);
/* "'PARAM' is missing." */
int reader_missing(struct reader *r, const char *param);
/* "'PARAM' must be ALLOWED." */
int reader_invalid(struct reader *r, const char *param, const char *allowed);
/* "'PARAM' is not supported: WHY." */
int reader_unsupported(struct reader *r, const char *param, const char *why);

/* ---- members of an object; *ret is left alone where there is none ---- */

/* Borrowed from the tree; `required`: else it is refused as missing. */
MUST_CHECK int reader_text(struct reader *r, const json_t *object,
    const char *key, const char *param, bool required, struct text *ret);
/* The same, as a word: without NUL, so that it may be used as a C string. */
MUST_CHECK int reader_word(struct reader *r, const json_t *object,
    const char *key, const char *param, bool required, struct text *ret);
MUST_CHECK int reader_flag(struct reader *r, const json_t *object,
    const char *key, const char *param, bool *ret);
MUST_CHECK int reader_int(struct reader *r, const json_t *object,
    const char *key, const char *param, int64_t *ret);
/* Borrowed; NULL when there is none. */
MUST_CHECK int reader_object(struct reader *r, const json_t *object,
    const char *key, const char *param, json_t **ret);
MUST_CHECK int reader_array(struct reader *r, const json_t *object,
    const char *key, const char *param, json_t **ret);

/* ---- what is kept, in the generation's arena ---- */

MUST_CHECK int
reader_keep(struct reader *r, struct text from, struct text *ret_copy);
/* For words: those have no NUL. */
MUST_CHECK int
reader_keep_word(struct reader *r, struct text from, const char **ret_copy);
/* As compact JSON. */
MUST_CHECK int
reader_keep_json(struct reader *r, const json_t *from, struct text *ret_copy);
/* reader_text, and a copy of it. */
MUST_CHECK int reader_keep_text(struct reader *r, const json_t *object,
    const char *key, const char *param, bool required, struct text *ret_copy);
/* Room for `n` things, zeroed; NULL: out of memory. */
MUST_CHECK void *reader_room(struct reader *r, size_t n, size_t size);

/* ---- what all dialects have ---- */

/* Name of 1 to 64 of [A-Za-z0-9_-]. */
MUST_CHECK int
reader_check_name(struct reader *r, struct text name, const char *param);
/* The same, of up to `max`. */
MUST_CHECK int reader_check_long_name(
    struct reader *r, struct text name, size_t max, const char *param);
/*
 * Keeps an image that Codex can decode, as a data: URL without white space;
 * refuses any other.
 */
MUST_CHECK int reader_keep_image(struct reader *r, struct text url,
    const char *param, struct text *ret_copy);
/*
 * Makes it the format of the answer. What strict mode does not take is refused
 * when the caller asks for it (`strict`), and else told to the model in words.
 */
MUST_CHECK int reader_set_schema(
    struct reader *r, json_t *schema, const char *param, bool strict);
/*
 * Keeps the schema of a function's parameters, as compact JSON; refuses one of
 * a shape that Codex does not read (schema_shape.h).
 */
MUST_CHECK int reader_keep_parameters(
    struct reader *r, json_t *schema, const char *param, struct text *ret_copy);
/* Adds a stop string; an empty one stops nothing. */
MUST_CHECK int
reader_add_stop(struct reader *r, const json_t *string, const char *param);

#endif
