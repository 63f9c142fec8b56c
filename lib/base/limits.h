/*
 * limits.h - every bound on memory and depth that no option sets, and below
 * each part what it adds up to. Bytes, if not said otherwise.
 *
 * What follows an option is a function of its value. Not here: the length of
 * one name or message, which stands where its array does, and what a dialect or
 * Codex itself bounds. Beside these, options bound the parts: connections
 * (--max-connections), all bodies (--max-bodies-bytes), jobs
 * (--max-queue-size, and what runs at once), children (--workers,
 * --max-concurrency), and a child's own memory (--worker-max-rss-mb).
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#define LIMIT_KIB ((size_t)1024)
#define LIMIT_MIB (1024 * LIMIT_KIB)

/* ---- the start ---- */

/* The configuration file, which is read once; and its lines. */
#define LIMIT_CONFIG (256 * LIMIT_KIB)
#define LIMIT_CONFIG_LINES 4096U

/* ---- a connection ---- */

/*
 * What libmicrohttpd has for a request's head and for that of its answer. Of
 * the head it is the target with its query, each argument counted as what
 * libmicrohttpd notes of it; the rest are headers, of which each is noted, too.
 */
#define LIMIT_HEAD (32 * LIMIT_KIB)
#define LIMIT_TARGET (LIMIT_HEAD / 2)
#define LIMIT_ARGUMENT ((size_t)64)
/*
 * Of a refused body so much is read and dropped, so that a client which is
 * still sending gets to read the answer; then the connection is cut.
 */
#define LIMIT_DISCARD (64 * LIMIT_MIB)
/* A page that is none of a model's: models, metrics, what serves. */
#define LIMIT_PAGE (4 * LIMIT_MIB)
/*
 * JSON values inside each other in a body. Codex reads JSON with serde_json,
 * which stops at 128; what we send it wraps a schema in fewer than ten more.
 */
#define LIMIT_BODY_DEPTH 100U
/*
 * A value takes memory many times its bytes while the body is read. A body of
 * a megabyte may have any number; a longer one as many as that has in practice,
 * and one more for each 16 bytes beyond.
 */
#define LIMIT_FREE_BODY LIMIT_MIB
#define LIMIT_FREE_VALUES (512 * LIMIT_KIB)
#define LIMIT_BYTES_A_VALUE ((size_t)16)

static inline size_t
limit_body_values(size_t len)
{
	if (len <= LIMIT_FREE_BODY)
		return SIZE_MAX;
	return LIMIT_FREE_VALUES +
	    (len - LIMIT_FREE_BODY) / LIMIT_BYTES_A_VALUE;
}

/*
 * A connection: its body, twenty times that while it is read if it is all
 * values (one parser thread each), and the page or the job's answer below.
 */

/* ---- a job: one answer ---- */

/*
 * What clients have not taken yet. Events that wait in a job's channel:
 * LIMIT_BACKLOG of one job, and of all jobs, with what was made of them and
 * waits to be sent, LIMIT_UNREAD. When that is used up a job may still have
 * LIMIT_UNREAD_OWN waiting, so that only the slow are cut off. A stream's
 * buffer is filled with LIMIT_STREAM_SLICE of events at a time.
 */
#define LIMIT_BACKLOG (64 * LIMIT_MIB)
#define LIMIT_UNREAD (256 * LIMIT_MIB)
#define LIMIT_UNREAD_OWN LIMIT_MIB
#define LIMIT_STREAM_SLICE (LIMIT_MIB / 4)
/* One event may be all that waits, and each byte six as JSON. */
#define LIMIT_STREAM_BUFFER (6 * LIMIT_BACKLOG)
/*
 * A reply that is no stream, all choices together; an answer whose format is to
 * be checked; and what a writer keeps of an answer till its end, as JSON.
 */
#define LIMIT_REPLY (256 * LIMIT_MIB)
/* Text held back for a stop string, a piece just taken in included. */
#define LIMIT_STOP_HELD (256 * LIMIT_MIB)
/* The encrypted reasoning of one item, of which whoever wants it gets all. */
#define LIMIT_SEALED (16 * LIMIT_MIB)
/* Calls of one response. */
#define LIMIT_CALLS 256U
/* JSON values inside each other in an answer that is to be JSON. */
#define LIMIT_ANSWER_DEPTH 512U
/*
 * Steps of checking one answer against a schema, which is some 50 ms: a
 * schema or a value that is looked at is one, and so are LIMIT_STEP_BYTES of
 * text. anyOf in a schema that refers to itself takes a time that doubles with
 * each level, and a thousand alternatives look at the answer a thousand times.
 */
#define LIMIT_SCHEMA_STEPS 100000U
#define LIMIT_STEP_BYTES ((size_t)64)
/* Schemas inside each other while checking; what goes deeper passes. */
#define LIMIT_SCHEMA_DEPTH 2048U

/*
 * What of an answer waits for its client is in LIMIT_UNREAD; what is still
 * being made is in no sum, but bounded by how many run at once: --workers
 * times --turns-per-worker of app-server, --max-concurrency of exec.
 *
 * A job that runs: its message and its reasoning as they stand, LIMIT_BACKLOG
 * each, and its calls, as much again, and one LIMIT_SEALED. Whoever demands a
 * call, or wants encrypted reasoning, may have LIMIT_BACKLOG of events wait for
 * the calls. A stream: a slice or one event, as JSON;
 * of a response also LIMIT_REPLY of output, and as much again where it is kept.
 * All that wait for their clients: LIMIT_UNREAD, and LIMIT_UNREAD_OWN a job.
 */

/* ---- images ---- */

/* As they come. */
#define LIMIT_IMAGE_BYTES (20 * LIMIT_MIB)
/*
 * 8000 x 8000, over which Codex takes seconds, and over larger ones minutes;
 * and decoded as many bytes as those are with 8 bits a channel, what is
 * compressed beside the pixels included. Codex needs up to thrice as much.
 */
#define LIMIT_IMAGE_PIXELS UINT64_C(64000000)
#define LIMIT_IMAGE_DECODED (4 * LIMIT_IMAGE_PIXELS)
/* All images that one child of app-server decodes at once, or one request's. */
#define LIMIT_CHILD_DECODING LIMIT_IMAGE_DECODED

/* ---- a child ---- */

/*
 * One line of an app-server child; one over it is passed over, and the turn
 * that it is about fails. A line may have an answer of any length, and each
 * injected message comes back on one: as JSON of another form, which takes up
 * to a quarter more when it is all parts of little text.
 */
static inline size_t
limit_child_line(int64_t max_body_bytes)
{
	size_t echoed = 2 * (size_t)max_body_bytes;

	return echoed > 64 * LIMIT_MIB ? echoed : 64 * LIMIT_MIB;
}

/* While more requests wait to be written no conversation is added ... */
#define LIMIT_CHILD_BACKLOG LIMIT_MIB
/* ... so that it is one conversation, escaped, and little else. */
static inline size_t
limit_child_requests(int64_t max_body_bytes)
{
	return 6 * (size_t)max_body_bytes + 16 * LIMIT_MIB;
}

/*
 * Text of the conversations that it keeps after their answers, and of one of
 * them; it takes as much for each, and a megabyte or two.
 */
#define LIMIT_KEPT (64 * LIMIT_MIB)
#define LIMIT_KEPT_ONE (8 * LIMIT_MIB)

/* One line of `codex exec`; one over it fails its request. */
#define LIMIT_EXEC_LINE (64 * LIMIT_MIB)
/* A body as one text, with a transcript's headings. */
static inline size_t
limit_exec_prompt(int64_t max_body_bytes)
{
	return 2 * (size_t)max_body_bytes + LIMIT_MIB;
}

/*
 * JSON values inside each other in a line of either: tool arguments and schemas
 * may come back as deep as a caller sent them.
 */
#define LIMIT_LINE_DEPTH 256U
/* Descriptors that it takes at most: pipes, a pidfd, files, its start. */
#define LIMIT_FDS_CHILD 12U
/* Besides: sockets of the commands, files that are read again, a parse. */
#define LIMIT_FDS_SPARE 16U
/* The last of its stderr that are kept. */
#define LIMIT_STDERR_TAIL (8 * LIMIT_KIB)
/* The model catalog, as Codex prints it and as it is given. */
#define LIMIT_CATALOG (16 * LIMIT_MIB)

/* ---- the journal ---- */

/* The last requests that it tells of, and of how many minutes. */
#define LIMIT_JOURNAL_ROWS 256
#define LIMIT_JOURNAL_MINUTES 60
/*
 * Who may watch it at once. Each costs a connection and, while his client does
 * not read, all rows as JSON: 1 MiB at most, if each character of their names
 * has to be escaped.
 */
#define LIMIT_JOURNAL_WATCHERS 32

/*
 * What a spare thread was started with. Longer ones are not compared, nor kept:
 * 64 KiB of tools fit.
 */
#define LIMIT_SPARE (256 * LIMIT_KIB)
/* What exec's agent may read, as an argument, which may have 128 KiB. */
#define LIMIT_EXEC_PROFILE (96 * LIMIT_KIB)
/* What Codex says besides, when it is asked about itself or its login. */
#define LIMIT_CODEX_WORDS (64 * LIMIT_KIB)
/* An attempt to start it with the configuration that it is given. */
#define LIMIT_CODEX_TRIAL LIMIT_MIB

/* ---- the store ---- */

/* All that is kept: --store-bytes. Answers that wait to be kept: */
#define LIMIT_STORE_BACKLOG (64 * LIMIT_MIB)
/* Answers that one goes on from, each from the one before. */
#define LIMIT_STORE_CHAIN ((size_t)10000)
/* Items that one request or page reads out of it. */
#define LIMIT_STORE_ITEMS ((size_t)100000)
/* What lies beside its file between two writes into that. */
#define LIMIT_STORE_JOURNAL (16 * LIMIT_MIB)

/*
 * What a request reads out of it has at most --max-body-bytes, as if the caller
 * had sent it.
 */

/* ---- files and commands ---- */

/* A file of keys, a certificate with its chain, or its key. */
#define LIMIT_SECRET_FILE LIMIT_MIB
/* The options of the last start, and what they were made of. */
#define LIMIT_STATE_FILE (4 * LIMIT_MIB)
/* What a start in the background says before it is up. */
#define LIMIT_START_WORDS (64 * LIMIT_KIB)
/* --help with all options. */
#define LIMIT_HELP LIMIT_MIB
/* Lines of the log that wait in a pipe: what Linux lets everybody have. */
#define LIMIT_LOG_PIPE LIMIT_MIB
/*
 * `ask`: a prompt, as long as --max-body-bytes is by itself; the same as JSON,
 * where each byte may take six; and a line of the answer.
 */
#define LIMIT_ASK_PROMPT (32 * LIMIT_MIB)
#define LIMIT_ASK_BODY (256 * LIMIT_MIB)
#define LIMIT_ASK_LINE (64 * LIMIT_MIB)
/* Of a running server the commands read LIMIT_PAGE at a time. */

/*
 * A child of app-server costs limit_child_line and limit_child_requests, and
 * its turns what their jobs do; one of exec LIMIT_EXEC_LINE and
 * limit_exec_prompt. With --max-body-bytes of 32 MiB: 272 MiB and 129 MiB,
 * when all of it is used.
 */

#endif
