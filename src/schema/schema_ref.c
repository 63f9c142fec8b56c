#include "schema/schema_ref.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"

enum {
	NAME_MAX_LEN = 256
};

/* The NAME of #/$defs/NAME, unescaped as RFC 6901 has it. */
static bool
definition_name(const char *escaped, char *out, size_t size)
{
	size_t n = 0;

	for (; *escaped != '\0' && *escaped != '/' && n + 1 < size; escaped++) {
		out[n] = *escaped;
		if (*escaped == '~' && (escaped[1] == '0' || escaped[1] == '1'))
			out[n] = *++escaped == '0' ? '~' : '/';
		n++;
	}
	out[n] = '\0';
	return *escaped == '\0';
}

json_t *
schema_resolve(json_t *root, const json_t *reference)
{
	static const char *const lists[] = { "$defs", "definitions" };
	const char *text = json_string_value(reference);
	char name[NAME_MAX_LEN];

	if (text == NULL || text[0] != '#')
		return NULL;
	if (text[1] == '\0')
		return root;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		size_t len = strlen(lists[i]);

		if (text[1] == '/' && strncmp(text + 2, lists[i], len) == 0 &&
		    text[2 + len] == '/' &&
		    definition_name(text + 3 + len, name, sizeof(name)))
			return json_object_get(
			    json_object_get(root, lists[i]), name);
	}
	return NULL;
}
