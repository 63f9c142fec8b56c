// A client of the stand-in's WebSocket, which may also break its rules.
import assert from "node:assert/strict";
import { Raw } from "./raw.mjs";
import { until } from "./wait.mjs";

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8,
	ping: 9, pong: 10 };
const key = "dGhlIHNhbXBsZSBub25jZQ==", mask = Buffer.from([1, 2, 3, 250]);

function lengthBytes(n, form) {
	const bytes = Buffer.alloc(8);

	bytes.writeBigUInt64BE(BigInt(n));
	if (form === 126)
		return bytes.subarray(6);
	return form === 127 ? bytes : bytes.subarray(8);
}

/*
 * A client's frame. options: opcode, fin, reserved (bits), masked, length (what
 * it claims), form (126 or 127: a longer form of the length than it needs).
 */
export function frame(payload, { opcode = opcodes.text, fin = true,
	reserved = 0, masked = true, length, form } = {}) {
	const bytes = Buffer.from(payload), n = length ?? bytes.length;
	const short = form ?? (n < 126 ? n : n < 65536 ? 126 : 127);
	const head = Buffer.from([(fin ? 128 : 0) | reserved | opcode,
		(masked ? 128 : 0) | short]);

	return Buffer.concat([head, lengthBytes(n, short),
		...masked ? [mask, bytes.map((b, i) => b ^ mask[i % 4])]
		    : [bytes]]);
}

// The first frame of a server's bytes, {opcode, payload, size}, or null.
function parse(bytes) {
	if (bytes.length < 2)
		return null;
	const short = bytes[1];
	const start = short < 126 ? 2 : short === 126 ? 4 : 10;

	if (bytes.length < start)
		return null;
	const n = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2)
	    : Number(bytes.readBigUInt64BE(2));

	assert.equal(bytes[0] & 0x70, 0, "no extension is agreed on");
	assert.equal(bytes[0] & 0x80, 0x80, "its frames are whole");
	assert.ok(short < 128, "a server does not mask");
	if (bytes.length < start + n)
		return null;
	return { opcode: bytes[0] & 15, size: start + n,
		payload: bytes.subarray(start, start + n) };
}

export class WebSocketClient {
	static async connect(port, { path = "/v1/responses", headers = {} } = {}) {
		const client = new WebSocketClient();
		const fields = { Host: "sim", Connection: "keep-alive, Upgrade",
			Upgrade: "websocket", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": key, ...headers };

		client.raw = await Raw.connect(port);
		client.raw.write(`GET ${path} HTTP/1.1\r\n` +
		    Object.entries(fields).filter(([, v]) => v !== null)
		    .map(([n, v]) => `${n}: ${v}\r\n`).join("") + "\r\n");
		client.answer = await client.raw.response();
		return client;
	}

	write(bytes) {
		this.raw.write(bytes);
	}

	send(message) {
		this.write(frame(JSON.stringify(message)));
	}

	ask(text, members = {}) {
		this.send({ type: "response.create", model: "m", input: [
			{ type: "message", role: "user",
				content: [{ type: "input_text", text }] }],
		...members });
	}

	// The next frame, or null when the connection ends before.
	async frame() {
		let found;

		await until(() => {
			found = parse(this.raw.received);
			return found !== null || this.raw.closed;
		}, "a frame");
		if (found !== null)
			this.raw.received = this.raw.received
			    .subarray(found.size);
		return found;
	}

	async event() {
		const next = await this.frame();

		assert.equal(next?.opcode, opcodes.text);
		return JSON.parse(next.payload.toString());
	}

	// The events of an answer, up to the one that ends it.
	async events() {
		const list = [];

		do
			list.push(await this.event());
		while (!/^(response\.(completed|failed|incomplete)|error)$/
		    .test(list.at(-1).type));
		return list;
	}

	// The status with which the server says goodbye; null: without a word.
	async goodbye() {
		const last = await this.frame();

		if (last === null)
			return null;
		assert.equal(last.opcode, opcodes.close);
		return last.payload.readUInt16BE(0);
	}

	close() {
		this.raw.socket.destroy();
	}
}
