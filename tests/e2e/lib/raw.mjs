// A client that sends exactly the bytes it is told to.
import net from "node:net";
import tls from "node:tls";
import { within } from "./wait.mjs";

export class Raw {
	/*
	 * `port`: or the path of a Unix socket. With `secure`, what tls.connect
	 * takes, it speaks TLS; `transport` is the socket below.
	 */
	static async connect(port, host = "127.0.0.1", secure = null) {
		const raw = new Raw();

		raw.transport = net.connect(typeof port === "string"
		    ? { path: port } : { port, host });
		raw.socket = secure === null ? raw.transport
		    : tls.connect({ socket: raw.transport, ...secure });
		raw.received = Buffer.alloc(0);
		raw.closed = false;
		raw.waiting = [];
		raw.socket.on("data", (c) => {
			raw.received = Buffer.concat([raw.received, c]);
			raw.#wake();
		});
		for (const event of ["end", "close"]) {
			raw.socket.on(event, () => {
				raw.closed = true;
				raw.#wake();
			});
		}
		raw.socket.on("error", (e) => { raw.error = e; });
		await within(new Promise((resolve, reject) => {
			raw.socket.once(
			    secure === null ? "connect" : "secureConnect",
			    resolve);
			raw.socket.once("error", reject);
		}), "to connect");
		return raw;
	}

	#wake() {
		for (const resolve of this.waiting.splice(0))
			resolve();
	}

	#change() {
		return new Promise((resolve) => this.waiting.push(resolve));
	}

	write(bytes) {
		return this.socket.write(bytes);
	}

	// Writes all of it, as fast as the other side reads.
	async writeAll(bytes) {
		const piece = 256 * 1024;

		for (let at = 0; at < bytes.length && !this.closed; at += piece) {
			if (!this.write(bytes.subarray(at, at + piece)))
				await Promise.race([new Promise((resolve) =>
				    this.socket.once("drain", resolve)),
				this.#closes()]);
		}
	}

	async #closes() {
		while (!this.closed)
			await this.#change();
	}

	// Resolves once the server has closed.
	untilClosed(ms) {
		return within(this.#closes(), "the server to close", ms);
	}

	// The next response; `head`: it has no body whatever it says.
	response({ head = false, ms = 10000 } = {}) {
		return within(this.#response(head), "a response", ms);
	}

	async #response(head) {
		const top = await this.#upTo("\r\n\r\n");
		const [line, ...fields] = top.toString("latin1").trimEnd()
		    .split("\r\n");
		const headers = Object.fromEntries(fields.map((f) => {
			const colon = f.indexOf(":");

			return [f.slice(0, colon).toLowerCase(),
				f.slice(colon + 1).trim()];
		}));
		const status = Number(line.split(" ")[1]);
		const bare = head || status < 200 || status === 204;
		const body = bare ? Buffer.alloc(0) : await this.#body(headers);
		const text = body.toString("utf8");

		return { status, headers, text,
			get error() { return JSON.parse(text).error; } };
	}

	async #body(headers) {
		const chunks = [];

		if (headers["transfer-encoding"] !== "chunked")
			return this.#take(Number(headers["content-length"] ?? 0));
		for (;;) {
			const line = (await this.#upTo("\r\n")).toString("latin1");
			const size = parseInt(line, 16);

			chunks.push((await this.#take(size + 2)).subarray(0, size));
			if (size === 0)
				return Buffer.concat(chunks);
		}
	}

	async #upTo(end) {
		let at;

		while ((at = this.received.indexOf(end)) < 0)
			await this.#more();
		return this.#cut(at + end.length);
	}

	async #take(n) {
		while (this.received.length < n)
			await this.#more();
		return this.#cut(n);
	}

	async #more() {
		if (this.closed)
			throw new Error("closed after " +
			    JSON.stringify(this.received.toString("latin1")));
		await this.#change();
	}

	#cut(n) {
		const piece = this.received.subarray(0, n);

		this.received = this.received.subarray(n);
		return piece;
	}

	destroy() {
		this.socket.destroy();
	}
}

// The bytes of a request; header names as they are given.
export function rawRequest(method, target, headers = {}, body = "") {
	const all = { Host: "localhost", ...headers };

	if (body !== "" && !("Content-Length" in all) &&
	    !("Transfer-Encoding" in all))
		all["Content-Length"] = Buffer.byteLength(body);
	const lines = Object.entries(all).map(([k, v]) => `${k}: ${v}\r\n`);

	return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
