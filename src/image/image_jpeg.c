/*
 * JPEG: segments with markers, scans between them, from SOI to EOI.
 */
#include "image/image_format.h"

#include <stdbool.h>

enum {
	TEM = 0x01,
	SOF0 = 0xc0,
	DHT = 0xc4,
	JPG = 0xc8,
	SOF9 = 0xc9,
	DAC = 0xcc,
	SOF15 = 0xcf,
	RST0 = 0xd0,
	RST7 = 0xd7,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb
};

struct walk {
	const uint8_t *p;
	size_t len, at;
	bool frame, tables, codes, scan;
	uint64_t *decoded;
};

/* Baseline, extended and progressive with Huffman codes, 8 bits: no others. */
static const char *
frame_fault(struct walk *w, uint8_t marker, size_t len)
{
	const uint8_t *p = w->p + w->at + 2; /* behind the length */

	if (len < 8 || w->frame)
		return IMAGE_DAMAGED;
	w->frame = true;
	if (marker > SOF0 + 2 || p[0] != 8)
		return "it is a JPEG of a kind that Codex cannot read";
	if (p[5] != 1 && p[5] != 3 && p[5] != 4)
		return IMAGE_DAMAGED;
	return len != 8 + 3 * (size_t)p[5] ? IMAGE_DAMAGED
					   : image_size_fault(image_be16(p + 3),
						 image_be16(p + 1), w->decoded);
}

static bool
is_frame(uint8_t marker)
{
	return marker >= SOF0 && marker <= SOF15 && marker != DHT &&
	    marker != JPG && marker != DAC;
}

static const char *
segment_fault(struct walk *w, uint8_t marker)
{
	const char *fault = NULL;
	size_t len;

	if (w->len - w->at < 2)
		return IMAGE_CUT_OFF;
	len = image_be16(w->p + w->at);
	if (len < 2)
		return IMAGE_DAMAGED;
	if (len > w->len - w->at)
		return IMAGE_CUT_OFF;
	if (is_frame(marker))
		fault = frame_fault(w, marker, len);
	else if (marker == DQT)
		w->tables = true;
	else if (marker == DHT)
		w->codes = true;
	else if (marker == SOS)
		w->scan = true;
	if (marker == SOS && (!w->frame || !w->tables || !w->codes))
		fault = IMAGE_DAMAGED;
	w->at += len;
	return fault;
}

/* To the next marker: over what a scan holds, and over fill bytes. */
static bool
find_marker(struct walk *w, uint8_t *ret_marker)
{
	while (w->len - w->at >= 2) {
		uint8_t marker = w->p[w->at + 1];

		if (w->p[w->at] != 0xff || marker == 0xff) {
			w->at++;
			continue;
		}
		w->at += 2;
		if (marker == 0 || marker == TEM ||
		    (marker >= RST0 && marker <= RST7))
			continue;
		*ret_marker = marker;
		return true;
	}
	return false;
}

const char *
image_jpeg_fault(const uint8_t *p, size_t len, uint64_t *decoded)
{
	struct walk w = { .p = p, .len = len, .at = 2, .decoded = decoded };
	const char *fault = NULL;
	uint8_t marker;

	while (fault == NULL) {
		if (!find_marker(&w, &marker))
			return IMAGE_CUT_OFF;
		if (marker == EOI)
			return w.scan ? NULL : IMAGE_DAMAGED;
		fault = segment_fault(&w, marker);
	}
	return fault;
}
