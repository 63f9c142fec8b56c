/*
 * options_json.h - option values as a JSON object, for a file that a later
 * run reads: {"port":"8765","allowed-root":["/a","/b"],"model":null}.
 *
 * Every value is the text that one would type, so that reading checks it just
 * as argv is checked. Secrets are in it: the file must be private.
 */
#ifndef OPTIONS_OPTIONS_JSON_H
#define OPTIONS_OPTIONS_JSON_H

#include <jansson.h>

#include "options/options.h"

/* All values. A new reference; NULL: out of memory. */
json_t *options_to_json(const struct option_table *t, const void *values);

/*
 * What was given, in the same form: the options that `saved` (NULL: none) has,
 * as they stand there, and those of `argv`, as `values` has them; null, or a
 * list of none, for one that an empty value in argv takes back. `values` were
 * read from both before, so that argv is known to make sense. A new
 * reference; NULL: out of memory.
 */
json_t *options_given(const struct option_table *t, const void *values,
    const json_t *saved, char *const *argv);

/*
 * Sets the values that `object` names: an array of strings for a list, which
 * is replaced, and a string for all else; null takes a list or a string option
 * back, as an empty value does in argv. Returns 0, -ENOMEM, or -EINVAL with
 * one line in `ret_error` (unknown name, wrong JSON type, bad value).
 */
MUST_CHECK int options_read_json(const struct option_table *t, void *values,
    const json_t *object, char ret_error[OPTIONS_ERROR_MAX]);

#endif
