/*
 * app_line_table.h - which members app_line reads, for its two readers.
 */
#ifndef CORE_APP_LINE_TABLE_H
#define CORE_APP_LINE_TABLE_H

#include "core/app_line.h"

enum shape {
	WORD, /* struct text: no NUL in it */
	TEXT, /* struct json_string */
	INT, /* int64_t */
	BOOL, /* bool */
	OBJECT, /* a struct that begins with enum app_found */
	ID, /* struct app_line_id */
	JSON /* json_t *: any value but null */
};

struct member {
	struct text key;
	enum shape shape;
	size_t offset; /* in the struct of its object */
	const struct member *inside; /* OBJECT: up to one without a key */
};

/* Of a whole line. */
extern const struct member app_line_members[];

#endif
