/*
 * rpc_line_table.h - which members rpc_line reads, for its two readers.
 */
#ifndef RPC_RPC_LINE_TABLE_H
#define RPC_RPC_LINE_TABLE_H

#include "rpc/rpc_line.h"

enum shape {
	WORD, /* struct text: no NUL in it */
	TEXT, /* struct json_string */
	INT, /* int64_t */
	BOOL, /* bool */
	OBJECT, /* a struct that begins with enum rpc_found */
	ID, /* struct rpc_line_id */
	JSON /* json_t *: any value but null */
};

struct member {
	struct text key;
	enum shape shape;
	size_t offset; /* in the struct of its object */
	const struct member *inside; /* OBJECT: up to one without a key */
};

/* Of a whole line. */
extern const struct member rpc_line_members[];

#endif
