/*
 * api_ask.h - a question to the store while the request that has it is parked.
 *
 * Life cycle, on the HTTP thread: api_ask_new, whose members are filled in;
 * api_ask_begin; while api_ask_look says WAITING, park; then what was found is
 * in it; api_ask_end in any case. Handlers that have one question have
 * api_ask_run do all that.
 */
#ifndef API_STORE_API_ASK_H
#define API_STORE_API_ASK_H

#include "api/aside/api_wait.h"
#include "base/arena.h"
#include "store/store.h"

/* What the handlers of the store need: the first member of the routes' arg. */
struct api_kept {
	struct store *store;
	struct watch *watch;
	struct api_parser *parser; /* of bodies */
};

struct api_ask;

/* Asks the store, on its thread. What it returns is the rc. */
typedef int api_ask_fn(struct api_ask *ask, struct store_db *db);
/* Answers the request by what was found; rc is 0. */
typedef void api_ask_reply(struct http_request *r, struct api_ask *ask);
/* Says what an rc is: sets `e`, or leaves it to what all say. */
typedef void api_ask_fault(
    struct http_request *r, const struct api_ask *ask, struct error *e);

/* Has all that it uses: it may outlive the request. */
struct api_ask {
	struct store_op op;
	struct arena arena; /* of all its texts */
	api_ask_fn *fn;
	api_ask_reply *reply; /* for api_ask_run, as `fault` */
	api_ask_fault *fault;
	/* what is asked, as far as `fn` uses it */
	struct text owner, id, item, metadata;
	struct store_page page;
	void *arg; /* of its arena */
	struct store_item *items;
	size_t n_items;
	int64_t created;
	/* what was found */
	struct store_rows rows;
	int rc;
	struct error error; /* set: what the request is told */
};

struct api_given;

/* Where a request stands with its question. Zeroed before. */
struct api_asking {
	struct api_given *given; /* its body, or NULL: api_given.h */
	struct api_ask *ask; /* NULL: none */
	struct store *store;
	struct api_wait wait;
};

enum api_ask_state {
	API_ASK_WAITING,
	API_ASK_ANSWERED, /* ask->rc says how */
	API_ASK_FAILED, /* `ret_error` is set */
	API_ASK_GONE /* nobody waits for an answer */
};

/* Of the request's owner, with room for a body's bytes. NULL: out of memory. */
struct api_ask *api_ask_new(const struct http_request *r, api_ask_fn *fn);
/* Of one that was not begun. */
void api_ask_free(struct api_ask *ask);

/* Takes it over, whatever it returns. Errors: -EINVAL with `ret_error`. */
MUST_CHECK int api_ask_begin(struct api_asking *a, struct http_request *r,
    struct api_ask *ask, struct error *ret_error);
enum api_ask_state api_ask_look(struct api_asking *a, struct error *ret_error);
/* May be repeated, also before a begin. */
void api_ask_end(struct api_asking *a);

/* ---- handlers with one question ---- */

/* What the routes' arg begins with. */
const struct api_kept *api_kept_of(const struct http_request *r);

/*
 * Takes it over, and answers the request; NULL: memory is out. r->state is
 * made, unless it is there.
 */
void api_ask_run(struct http_request *r, struct api_ask *ask);
/* The route's, for these. */
void api_ask_resume(struct http_request *r);
void api_ask_over(struct http_request *r);

/* Answers with the body, which is freed; rc not 0: memory is out. */
void api_ask_reply_with(struct http_request *r, int rc, struct buf *body);
/* With the only row. */
void api_ask_reply_row(struct http_request *r, struct api_ask *ask);
/* {"id","object":OBJECT,"deleted":true} */
void api_ask_reply_deleted(
    struct http_request *r, const struct api_ask *ask, const char *object);

#endif
