#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "rpc/rpc_line_table.h"

static void
read_object(const json_t *json, const struct member *table, void *object);

static void
read_word(const json_t *object, const char *key, struct text *ret)
{
	const char *s;

	if (jsonx_get_string(object, key, &s) == 0)
		*ret = (struct text){ s, strlen(s) };
}

static void
read_text(const json_t *object, const char *key, struct json_string *ret)
{
	struct text text;

	if (jsonx_get_text(object, key, &text) == 0)
		*ret = (struct json_string){ text.s, text.len, false };
}

static void
read_inside(const json_t *object, const struct member *m, enum rpc_found *found)
{
	json_t *inside;

	if (json_object_get(object, m->key.s) == NULL)
		return;
	*found = RPC_VALUE;
	if (jsonx_get_object(object, m->key.s, &inside) == 0) {
		*found = RPC_OBJECT;
		read_object(inside, m->inside, found);
	}
}

static void
read_id(const json_t *object, const char *key, struct rpc_line_id *id)
{
	id->json = json_object_get(object, key);
	id->is_int = jsonx_get_int(object, key, &id->n) == 0;
}

static void
read_json(const json_t *object, const char *key, json_t **ret)
{
	json_t *value = json_object_get(object, key);

	*ret = json_is_null(value) ? NULL : value;
}

static void
read_value(const json_t *object, const struct member *m, void *field)
{
	switch (m->shape) {
	case WORD:
		read_word(object, m->key.s, field);
		break;
	case TEXT:
		read_text(object, m->key.s, field);
		break;
	case INT:
		(void)jsonx_get_int(object, m->key.s, field);
		break;
	case BOOL:
		(void)jsonx_get_bool(object, m->key.s, field);
		break;
	case OBJECT:
		read_inside(object, m, field);
		break;
	case ID:
		read_id(object, m->key.s, field);
		break;
	case JSON:
		read_json(object, m->key.s, field);
		break;
	}
}

static void
read_object(const json_t *json, const struct member *table, void *object)
{
	for (const struct member *m = table; m->key.s != NULL; m++)
		read_value(json, m, (char *)object + m->offset);
}

int
rpc_line_read_tree(const char *bytes, size_t len, struct rpc_line *ret_line)
{
	char why[JSONX_ERROR_MAX];
	json_t *root;
	int rc = jsonx_parse(bytes, len, LIMIT_LINE_DEPTH, &root, why);

	if (rc != 0)
		return rc;
	if (!json_is_object(root)) {
		json_decref(root);
		return -EINVAL;
	}
	memset(ret_line, 0, sizeof(*ret_line));
	read_object(root, rpc_line_members, ret_line);
	ret_line->root = root;
	return 0;
}
