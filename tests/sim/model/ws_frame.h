/*
 * ws_frame.h - frames of the WebSocket protocol (RFC 6455), as its server
 * reads and writes them, without extensions. Pure; any thread.
 */
#ifndef SIM_WS_FRAME_H
#define SIM_WS_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum ws_opcode {
	WS_CONTINUATION = 0x0,
	WS_TEXT = 0x1,
	WS_BINARY = 0x2,
	WS_CLOSE = 0x8,
	WS_PING = 0x9,
	WS_PONG = 0xa
};

/* Status codes of a close frame. */
enum ws_status {
	WS_NORMAL = 1000,
	WS_PROTOCOL_ERROR = 1002,
	WS_UNSUPPORTED = 1003,
	WS_POLICY = 1008,
	WS_TOO_BIG = 1009,
};

enum {
	WS_HEADER_MAX = 14, /* bytes, the mask with them */
	WS_CONTROL_MAX = 125, /* payload of a control frame */
	WS_KEY_LENGTH = 24,
	WS_ACCEPT_SIZE = 29 /* with its NUL */
};

struct ws_frame {
	bool fin;
	enum ws_opcode opcode;
	const char *payload; /* unmasked, in the given bytes */
	size_t len; /* of the payload */
	size_t size; /* of the whole frame */
};

/*
 * Reads the frame at the start of a client's bytes and unmasks it there, so
 * that each frame may be read once. Returns 1 when it is whole, 0 when bytes
 * are missing. Errors: -EPROTO: no frame that a client may send; -EMSGSIZE: its
 * payload is longer than `max`.
 */
MUST_CHECK int
ws_frame_read(char *bytes, size_t len, size_t max, struct ws_frame *ret_frame);

/* Appends a server's frame, whole and not masked. Errors: those of buf. */
MUST_CHECK int ws_frame_write(
    struct buf *out, enum ws_opcode opcode, const char *payload, size_t len);

/* The same for a close frame. */
MUST_CHECK int ws_frame_close(struct buf *out, enum ws_status status);

/*
 * What Sec-WebSocket-Accept says to a Sec-WebSocket-Key. Errors: -EINVAL: that
 * is no key.
 */
MUST_CHECK int ws_accept(const char *key, char ret_accept[WS_ACCEPT_SIZE]);

#endif
