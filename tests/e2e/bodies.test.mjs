// What request bodies may cost: they are kept only where one is read, all of
// them together within a bound, and no longer than they are read.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { proxyBinary, sanitized } from "./lib/env.mjs";
import { cleanEnv, fakeWorld } from "./lib/proxy.mjs";
import { Raw, rawRequest } from "./lib/raw.mjs";
import { until } from "./lib/wait.mjs";

const run = promisify(execFile);
const MiB = 1048576;
const chat = "/v1/chat/completions";
const json = { "Content-Type": "application/json" };

const resident = (pid) => Number(/^VmRSS:\s+(\d+) kB/m.exec(
    fs.readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;

// A request with `sent` of the `length` bytes of its body.
async function part(world, method, path, headers, length, sent) {
	const raw = await Raw.connect(world.proxy.port);

	raw.write(rawRequest(method, path,
	    { ...headers, "Content-Length": length }));
	await raw.writeAll(Buffer.alloc(sent, 0x20));
	return raw;
}

const held = async (world) => (await world.proxy.metrics()).request_bodies;

// Once the server has nothing left to read of what was sent.
async function settled(world) {
	let last = -1;

	await until(async () => {
		const now = (await held(world)).bytes;
		const same = now === last;

		last = now;
		return same;
	}, "the bodies to have come");
}

describe("with a key that is not sent", () => {
	const world = fakeWorld({ before, after },
	    { args: ["--api-key", "secret"] });

	/* method, path, headers, status */
	const rows = [["GET", "/health", {}, 200], ["GET", "/metrics", {}, 200],
		["GET", "/v1/models", {}, 401], ["POST", chat, json, 401],
		["POST", "/nothing", json, 404], ["POST", "/health", json, 405]];
	for (const [method, path, headers, status] of rows) {
		it(`${method} ${path}: nothing of a body is kept`, async () => {
			const before = resident(world.proxy.pid);
			const raws = [];

			for (let i = 0; i < 3; i++)
				raws.push(await part(world, method, path, headers,
				    17 * MiB, 16 * MiB));
			await settled(world);
			assert.equal((await held(world)).bytes, 0);
			if (!sanitized) {
				assert.ok(resident(world.proxy.pid) - before < 12 * MiB,
				    "the memory of one of them");
			}
			for (const raw of raws) {
				await raw.writeAll(Buffer.alloc(MiB, 0x20));
				assert.equal((await raw.response({ ms: 20000 })).status,
				    status);
				raw.destroy();
			}
		});
	}
});

describe("all bodies together", () => {
	const max = 4 * MiB;
	const world = fakeWorld({ before, after }, { args: [
		"--max-body-bytes", String(2 * MiB),
		"--max-bodies-bytes", String(max)] });

	async function fill() {
		const raws = [];

		for (let i = 0; i < 2; i++)
			raws.push(await part(world, "POST", chat, json, 2 * MiB,
			    2 * MiB - 1));
		await until(async () => (await held(world)).bytes === max - 2,
		    "two to be held");
		return raws;
	}

	function assertOverloaded(r) {
		assert.equal(r.status, 503, r.text);
		assert.equal(r.error.code, "overloaded");
		assert.equal(r.headers["retry-after"], "1");
		assert.match(r.error.message, /--max-bodies-bytes/);
	}

	it("one that finds no room is 503, before it is sent", async () => {
		const raws = await fill();
		const raw = await Raw.connect(world.proxy.port);

		assert.equal((await held(world)).max_bytes, max);
		raw.write(rawRequest("POST", chat, { ...json,
			"Content-Length": 1000, Expect: "100-continue" }));
		assertOverloaded(await raw.response());
		assert.equal((await held(world)).refused, 1);
		for (const r of [raw, ...raws])
			r.destroy();
	});

	it("one of unknown length, when it is over", async () => {
		const raws = await fill();
		const raw = await Raw.connect(world.proxy.port);

		raw.write(rawRequest("POST", chat,
		    { ...json, "Transfer-Encoding": "chunked" }));
		raw.write(`3\r\n{  \r\n`);
		await raw.writeAll(Buffer.from("0\r\n\r\n"));
		assertOverloaded(await raw.response());
		raw.destroy();

		// Those that are held are not harmed.
		for (const r of raws) {
			r.write("x");
			assert.equal((await r.response()).status, 400);
			r.destroy();
		}
	});

	it("a body counts until it is read, or its sender has gone",
	    async () => {
		const raws = await fill();

		raws[0].write("x");
		assert.equal((await raws[0].response()).error.code,
		    "invalid_json");
		await until(async () => (await held(world)).bytes === 2 * MiB - 1,
		    "one to be counted no more");
		raws[1].destroy();
		await until(async () => (await held(world)).bytes === 0,
		    "the other, too");
		raws[0].destroy();
		assert.equal((await world.proxy.chat("FAKE:text=x")).status, 200);
	});
});

describe("large bodies", () => {
	const world = fakeWorld({ before, after });
	const one = '{"role":"user","content":"x"},';
	const refused = (size) => '{"model":"m","messages":[' +
	    `${one.repeat(size / one.length)}5]}`;

	it("a small one does not wait for all of them", async () => {
		const large = refused(4 * MiB);
		let left = 4;
		const all = [1, 2, 3, 4].map(() =>
		    world.proxy.post(chat, large).then((r) => {
			assert.equal(r.status, 400);
			left--;
		}));

		await until(async () => left < 4 ||
		    (await held(world)).bytes > 12 * MiB, "them to be there");
		const r = await world.proxy.post(chat, JSON.stringify({
			model: "m", messages: 5, x: "a".repeat(400000) }));

		assert.equal(r.status, 400);
		assert.ok(left >= 2, `${4 - left} of 4 were before it`);
		await Promise.all(all);
	});

	it("their memory goes back to the system", {
		skip: sanitized && "it keeps what was freed" }, async () => {
		const before = resident(world.proxy.pid);
		const text = `{"model":"m","messages":5,"x":[${
			Array(8 * MiB / 64).fill(`"${"y".repeat(61)}"`)}]}`;

		for (let i = 0; i < 2; i++) {
			await Promise.all([1, 2, 3].map(() =>
			    world.proxy.post(chat, text)));
		}
		await until(() => resident(world.proxy.pid) - before < 8 * MiB,
		    () => `${(resident(world.proxy.pid) - before) / MiB} MiB ` +
		    "to be given back");
	});
});

describe("threads", () => {
	const world = fakeWorld({ before, after },
	    { args: ["--max-concurrency", "2"] });

	it("all have names", async () => {
		// Those of libmicrohttpd from their first connection on.
		await run(proxyBinary, ["status"],
		    { env: cleanEnv(world.proxy.home) });
		const dir = `/proc/${world.proxy.pid}/task`;
		const names = fs.readdirSync(dir).map((tid) =>
		    fs.readFileSync(`${dir}/${tid}/comm`, "utf8").trim());
		const parsers = names.filter((n) => /^parser-[0-3]$/.test(n));

		assert.ok(parsers.length >= 2 && parsers.length <= 4, `${names}`);
		assert.deepEqual(names.filter((n) => !parsers.includes(n)).sort(),
		    ["codex-api-proxy".slice(0, 15), "http", "http",
			"pace", "paths-0", "paths-1", "setup", "store", "watch",
			"worker-0", "worker-1"]);
	});
});
