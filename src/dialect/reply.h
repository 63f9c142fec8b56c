/*
 * reply.h - what is the same in the replies of all dialects: the stop strings,
 * the format that the answer has to keep to, the sum of the tokens, which
 * choices have ended, and the first failure. What is left of the events goes
 * to the dialect's writer: as they come where the caller streams, else they
 * are held back until all choices have ended. Pure.
 *
 * Life cycle: reply_new; reply_event for each event of each choice, in the
 * order in which they come; when reply_done, reply_end; reply_free.
 * Threads: one at a time.
 */
#ifndef DIALECT_REPLY_H
#define DIALECT_REPLY_H

#include "dialect/dialect.h"

struct reply;

/*
 * A reference to the request is taken; the form is borrowed until reply_free.
 * NULL: out of memory.
 */
struct reply *
reply_new(const struct dialect *dialect, struct generation *request,
    const struct form *form, const struct identity *identity);
void reply_free(struct reply *r);

/*
 * Takes over one event of choice `choice`. In a stream, appends what there is
 * to say of it to `out`; otherwise leaves `out` alone. A FAILED event appends
 * nothing: see reply_failure. Events after a choice's end are ignored, but for
 * its tokens.
 * Errors are those of buf; `out` is then as it was, and the reply may only be
 * freed.
 */
MUST_CHECK int
reply_event(struct reply *r, unsigned choice, struct event *e, struct buf *out);

/* All choices have finished, or one has failed. */
bool reply_done(const struct reply *r);

/* The first failure, or NULL. Borrowed. */
const struct error *reply_failure(const struct reply *r);

/* A stop string has cut this choice, so its job need not go on. */
bool reply_stopped(const struct reply *r, unsigned choice);

/*
 * Sum over the choices so far. Of one that was cut off, by a stop string, a
 * limit or reply_cut, before Codex told its tokens: an estimate.
 */
struct usage reply_usage(const struct reply *r);

/* The model was answering this choice when its job was given up. */
void reply_cut(struct reply *r, unsigned choice);

/* True once there was text or a call to hand on. */
bool reply_has_content(const struct reply *r);

/* Stream: appends the keep-alive while a choice still runs. */
MUST_CHECK int reply_ping(struct reply *r, struct buf *out);

/*
 * Appends the last words of a stream, be they a failure; or the whole body. Not
 * to be called after a failure of what is no stream.
 */
MUST_CHECK int reply_end(struct reply *r, struct buf *out);

/*
 * After reply_end without a failure: what is to be kept of the answer, good
 * until reply_free. False: nothing, or memory is out.
 */
bool reply_record(struct reply *r, struct record *ret_record);

#endif
