#include "ws_frame.h"

#include <endian.h>
#include <errno.h>
#include <gnutls/crypto.h>

enum {
	FIN = 0x80,
	RESERVED = 0x70,
	OPCODE = 0x0f,
	MASKED = 0x80,
	LENGTH = 0x7f,
	LENGTH_16 = 126,
	LENGTH_64 = 127,
	MASK_SIZE = 4
};

static bool
is_control(enum ws_opcode opcode)
{
	return opcode >= WS_CLOSE;
}

static bool
is_known(enum ws_opcode opcode)
{
	return opcode <= WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG);
}

/* How many bytes behind the first two tell the length. */
static size_t
length_size(unsigned short_length)
{
	if (short_length == LENGTH_64)
		return 8;
	return short_length == LENGTH_16 ? 2 : 0;
}

/* The length that stands at `p`, in the shortest form that holds it. */
static int
read_length(const char *p, unsigned short_length, uint64_t *ret_length)
{
	uint16_t u16;
	uint64_t u64;

	*ret_length = short_length;
	if (short_length == LENGTH_16) {
		memcpy(&u16, p, sizeof(u16));
		*ret_length = be16toh(u16);
		return *ret_length >= LENGTH_16 ? 0 : -EPROTO;
	}
	if (short_length == LENGTH_64) {
		memcpy(&u64, p, sizeof(u64));
		*ret_length = be64toh(u64);
		return *ret_length > UINT16_MAX ? 0 : -EPROTO;
	}
	return 0;
}

/* Whether a client may send such a frame, by its first two bytes. */
static int
check_start(unsigned first, unsigned second)
{
	enum ws_opcode opcode = first & OPCODE;

	if ((first & RESERVED) != 0 || (second & MASKED) == 0 ||
	    !is_known(opcode))
		return -EPROTO;
	if (is_control(opcode) &&
	    ((first & FIN) == 0 || (second & LENGTH) > WS_CONTROL_MAX))
		return -EPROTO;
	return 0;
}

static void
unmask(char *payload, size_t len, const char mask[MASK_SIZE])
{
	for (size_t i = 0; i < len; i++)
		payload[i] = (char)(payload[i] ^ mask[i % MASK_SIZE]);
}

int
ws_frame_read(char *bytes, size_t len, size_t max, struct ws_frame *ret_frame)
{
	unsigned first, second;
	uint64_t payload_len;
	size_t header;
	int r;

	if (len < 2)
		return 0;
	first = (unsigned char)bytes[0];
	second = (unsigned char)bytes[1];
	r = check_start(first, second);
	if (r < 0)
		return r;
	header = 2 + length_size(second & LENGTH) + MASK_SIZE;
	if (len < header)
		return 0;
	r = read_length(bytes + 2, second & LENGTH, &payload_len);
	if (r < 0)
		return r;
	if (payload_len > max)
		return -EMSGSIZE;
	if (len - header < payload_len)
		return 0;
	*ret_frame = (struct ws_frame){ .fin = (first & FIN) != 0,
		.opcode = first & OPCODE,
		.payload = bytes + header,
		.len = (size_t)payload_len,
		.size = header + (size_t)payload_len };
	unmask(bytes + header, ret_frame->len, bytes + header - MASK_SIZE);
	return 1;
}

int
ws_frame_write(
    struct buf *out, enum ws_opcode opcode, const char *payload, size_t len)
{
	unsigned char header[WS_HEADER_MAX] = { FIN | opcode };
	uint16_t u16 = htobe16((uint16_t)len);
	uint64_t u64 = htobe64((uint64_t)len);
	size_t start = out->len, size = 2;
	int r;

	if (len < LENGTH_16) {
		header[1] = (unsigned char)len;
	} else if (len <= UINT16_MAX) {
		header[1] = LENGTH_16;
		memcpy(header + size, &u16, sizeof(u16));
		size += sizeof(u16);
	} else {
		header[1] = LENGTH_64;
		memcpy(header + size, &u64, sizeof(u64));
		size += sizeof(u64);
	}
	r = buf_append(out, header, size);
	if (r == 0)
		r = buf_append(out, payload, len);
	if (r < 0)
		buf_truncate(out, start);
	return r;
}

int
ws_frame_close(struct buf *out, enum ws_status status)
{
	uint16_t code = htobe16((uint16_t)status);
	char payload[sizeof(code)];

	memcpy(payload, &code, sizeof(code));
	return ws_frame_write(out, WS_CLOSE, payload, sizeof(payload));
}

int
ws_accept(const char *key, char ret_accept[WS_ACCEPT_SIZE])
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char text[WS_KEY_LENGTH + sizeof(guid)];
	unsigned char sum[20];
	gnutls_datum_t data = { sum, sizeof(sum) }, base64;

	if (strlen(key) != WS_KEY_LENGTH)
		return -EINVAL;
	snprintf(text, sizeof(text), "%s%s", key, guid);
	if (gnutls_hash_fast(GNUTLS_DIG_SHA1, text, strlen(text), sum) < 0 ||
	    gnutls_base64_encode2(&data, &base64) < 0)
		return -EINVAL;
	snprintf(ret_accept, WS_ACCEPT_SIZE, "%.*s", (int)base64.size,
	    (const char *)base64.data);
	gnutls_free(base64.data);
	return 0;
}
