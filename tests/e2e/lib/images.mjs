// Images: one of each format, and PNGs made to order.
import zlib from "node:zlib";
import { red } from "./items.mjs";

export const dataUrl = (bytes, type = "png") =>
	`data:image/${type};base64,${bytes.toString("base64")}`;
export const bytesOf = (url) => Buffer.from(url.split(",")[1], "base64");

// Of one pixel, as cjpeg, cwebp and the GIF89a specification have it.
export const jpeg = "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDA" +
    "AgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0" +
    "Hyc5PTgyPC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQA" +
    "AAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z";
export const webp = "data:image/webp;base64,UklGRjwAAABXRUJQVlA4IDAAAADQAQCdAS" +
    "oBAAEAAgA0JaACdLoB+AADsAD+8MQL/yC5YXXI1/8gP+QH/ID/+PIAAAA=";
export const gif = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQAB" +
    "AAACAkQBADs=";
export { red as png };

function chunk(type, data) {
	const out = Buffer.alloc(12 + data.length);

	out.writeUInt32BE(data.length, 0);
	out.write(type, 4, "latin1");
	data.copy(out, 8);
	out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)),
	    8 + data.length);
	return out;
}

// node:zlib has crc32 only since 22.2.
function crc32(bytes) {
	let crc = ~0;

	for (const byte of bytes) {
		crc ^= byte;
		for (let i = 0; i < 8; i++)
			crc = crc & 1 ? crc >>> 1 ^ 0xedb88320 : crc >>> 1;
	}
	return ~crc >>> 0;
}

// A PNG, grey of 8 bits if not said otherwise; `data` are other bytes than its
// compressed pixels, `profile` what a colour profile inflates to.
export function makePng(width, height, data,
    { depth = 8, colour = 0, profile } = {}) {
	const header = Buffer.alloc(13);

	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header[8] = depth;
	header[9] = colour;
	return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
		chunk("IHDR", header),
		...(profile ? [chunk("iCCP", Buffer.concat([
			Buffer.from("x\0\0"), zlib.deflateSync(profile)]))] : []),
		chunk("IDAT", data ??
		    zlib.deflateSync(Buffer.alloc((width + 1) * height))),
		chunk("IEND", Buffer.alloc(0))]);
}

export const pngSize = (bytes) =>
	[bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
