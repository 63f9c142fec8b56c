/*
 * app_record.h - an answer as its caller will send it back: the chain
 * (chain.h) over the request and it, in each of the forms that the APIs have
 * for an answer of several items.
 *
 * Life cycle: app_record_begin, the pieces of the answer in order, _keys,
 * _free. Zeroed it records nothing. The thread that runs the turn.
 */
#ifndef ENGINE_TURN_APP_RECORD_H
#define ENGINE_TURN_APP_RECORD_H

#include "conversation/chain.h"
#include "conversation/event.h"
#include "conversation/stop_filter.h"

enum {
	/*
	 * An item a message, with its phase or without (Responses); one
	 * message of all but commentary, the calls behind it (chat); a message
	 * of all that stands together (Messages).
	 */
	APP_RECORD_KEYS = 4
};

struct app_record_unit;

struct app_record {
	struct digester *text; /* of the message that comes; NULL: nothing */
	struct digester *joined; /* all text but commentary */
	struct app_record_unit *units;
	size_t n, n_calls;
	size_t message_bytes; /* of the message that comes */
	size_t joined_bytes;
	size_t bytes; /* of all */
	bool spoiled; /* it is not what the caller has, or memory is out */
	struct stop_filter stop; /* over all text but commentary */
	struct buf passed; /* what that lets through; of no use */
};

/*
 * -ENOMEM. `key`: of the digests. `stop`: the `n_stop` stop strings, borrowed:
 * an answer that has one is cut there for its caller, who reads it elsewhere
 * and perhaps later.
 */
MUST_CHECK int app_record_begin(struct app_record *r, const struct digest *key,
    const struct text *stop, size_t n_stop);
void app_record_free(struct app_record *r);

/* An event of a message goes out; others are none of its business. */
void app_record_event(struct app_record *r, const struct event *e);

/* So does a call; `call`: as an item. */
void app_record_call(struct app_record *r, const struct item *call);

/*
 * Its chains, each going on from `all`, the request's. False when there are
 * none: it is spoiled, or nothing was recorded.
 */
bool app_record_keys(struct app_record *r, const struct digest *all,
    struct digest ret_keys[APP_RECORD_KEYS]);

#endif
