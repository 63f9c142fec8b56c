// HTTP itself; what is odd byte by byte is in raw_cases.test.mjs.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { slack } from "./lib/env.mjs";
import { ask } from "./lib/http.mjs";
import { fakeWorld, Proxy } from "./lib/proxy.mjs";
import { Raw, rawRequest } from "./lib/raw.mjs";
import { timed, until } from "./lib/wait.mjs";

const chat = "/v1/chat/completions";
const json = { "Content-Type": "application/json" };
const good = JSON.stringify(ask("FAKE:text=ok"));

// One request on a connection of its own; `closed` tells how it was left.
async function once(port, bytes, options) {
	const raw = await Raw.connect(port);

	try {
		raw.write(bytes);
		return await raw.response(options);
	} finally {
		raw.destroy();
	}
}

describe("paths and methods", () => {
	const world = fakeWorld({ before, after });
	const get = "GET, HEAD, OPTIONS", post = "POST, OPTIONS";
	/* path, allowed */
	const rows = [["/health", get], ["/ready", get], ["/metrics", get],
		["/api/hello", get],
		["/v1/models", get], ["/v1/models/codex-local", get],
		[chat, post]];

	for (const [path, allow] of rows) {
		for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH",
			"DELETE", "OPTIONS", "TRACE", "BREW"]) {
			it(`${method} ${path}`, async () => {
				const body = method === "POST" ? good : "";
				const head = method === "HEAD";
				const r = await once(world.proxy.port,
				    rawRequest(method, path, body ? json : {}, body),
				    { head });

				assert.match(r.headers["x-request-id"], /^req_\w+$/);
				if (method === "OPTIONS") {
					assert.equal(r.status, 204);
					assert.equal(r.headers.allow, allow);
				} else if (allow.split(", ").includes(method)) {
					assert.equal(r.status, 200);
				} else {
					assert.equal(r.status, 405);
					assert.equal(r.headers.allow, allow);
					if (!head)
						assert.equal(r.error.code,
						    "method_not_allowed");
				}
			});
		}
	}

	const all = /served are .*\/v1\/chat\/completions/;
	const mean = (path) => new RegExp(`did you mean ${path}\\?`);
	/* path, what the 404 says */
	const nothing = [["/", all], ["/v1", all], ["/v1/", all],
		["/healthz", mean("/health")], ["/health/", mean("/health")],
		["/V1/models", mean("/v1/models")], ["//health", mean("/health")],
		["/v1/../health", all], ["/v1/models%2f", mean("/v1/models")],
		["/v1/chat/completion", mean("/v1/chat/completions")],
		["/chat/completions", mean("/v1/chat/completions")],
		["/v1/v1/models", mean("/v1/models")], ["/api/tags", all],
		["/v1/embeddings", /Codex offers no embeddings/],
		["/v1/images/generations", /offers no images/],
		["/metrics%00", mean("/metrics")],
		["/%6detrics", mean("/metrics")]];

	for (const [path, says] of nothing) {
		for (const method of ["GET", "POST"]) {
			it(`${method} ${path} is 404`, async () => {
				const r = await once(world.proxy.port, rawRequest(method,
				    path, method === "POST" ? json : {},
				    method === "POST" ? "{}" : ""));

				assert.equal(r.status, 404);
				assert.equal(r.error.type, "invalid_request_error");
				assert.match(r.error.message, says);
				assert.ok(r.error.message.includes(path));
			});
		}
	}

	for (const path of ["/v1//models", "//v1/models", "/v1/models/",
		"/v1/models//"]) {
		it(`${path} is meant as /v1/models`, async () => {
			const r = await world.proxy.get(path);

			assert.equal(r.status, 200, r.text);
			assert.equal(r.json.object, "list");
		});
	}

	it("an {id} is decoded, and only that", async () => {
		assert.equal((await world.proxy.get(
		    "/v1/models/codex%2Dlocal")).json.id, "codex-local");
		for (const bad of ["codex%2", "codex%00local", "%zz"])
			assert.equal((await world.proxy.get(
			    `/v1/models/${bad}`)).status, 404);
	});

	it("HEAD has the headers of GET and no body", async () => {
		const raw = await Raw.connect(world.proxy.port);

		raw.write(rawRequest("HEAD", "/v1/models"));
		const head = await raw.response({ head: true });

		raw.write(rawRequest("GET", "/v1/models"));
		const full = await raw.response();

		assert.equal(head.status, 200);
		assert.equal(head.headers["content-length"],
		    full.headers["content-length"]);
		raw.destroy();
	});

	it("a query changes nothing", async () => {
		assert.equal((await world.proxy.get("/health?a=b&c")).status, 200);
	});

	it("curl is content", async () => {
		const { stdout } = await promisify(execFile)("curl", ["-sS",
			"--max-time", "20", "-H", "Content-Type: application/json",
			"-d", good, world.proxy.url + chat]);

		assert.equal(JSON.parse(stdout).choices[0].message.content, "ok");
	});
});

describe("request ids", () => {
	const world = fakeWorld({ before, after });
	const own = /^req_[0-9a-f]{32}$/;

	/* what the caller sends, whether it comes back */
	const rows = [["abc", true], ["A.b_c-9", true], ["x".repeat(128), true],
		["x".repeat(129), false], ["a b", false], ["a/b", false],
		["", false], ["é", false], ["a;b", false]];
	for (const [id, echoed] of rows) {
		it(`${JSON.stringify(id.slice(0, 20))} of ${id.length}`,
		    async () => {
			for (const path of ["/health", "/nonesuch"]) {
				const r = await once(world.proxy.port,
				    rawRequest("GET", path, { "x-request-id": id }));

				if (echoed)
					assert.equal(r.headers["x-request-id"], id);
				else
					assert.match(r.headers["x-request-id"], own);
			}
		});
	}

	it("are new ones each time", async () => {
		const ids = new Set();

		for (let i = 0; i < 20; i++)
			ids.add((await world.proxy.get("/health"))
			    .headers["x-request-id"]);
		assert.equal(ids.size, 20);
	});

	it("stand in the log line of their request", async () => {
		await world.proxy.chat("FAKE:text=x", {}, { "x-request-id": "mine" });
		await world.proxy.latency("mine");
	});
});

describe("framing", () => {
	const world = fakeWorld({ before, after });

	it("a body in pieces with 10 kB of headers", async () => {
		const raw = await Raw.connect(world.proxy.port);
		const fields = Array.from({ length: 100 },
		    (_, i) => `X-${i}: ${"v".repeat(90)}\r\n`);

		raw.write(`POST ${chat} HTTP/1.1\r\nHost: localhost\r\n`);
		for (const field of fields)
			raw.write(field);
		raw.write(`Content-Type: application/json\r\n` +
		    `Content-Length: ${good.length}\r\n\r\n${good}`);
		assert.equal((await raw.response()).status, 200);
		raw.destroy();
	});

	it("a chunked body", async () => {
		const half = good.length >> 1;
		const chunk = (s) => `${s.length.toString(16)}\r\n${s}\r\n`;
		const r = await once(world.proxy.port, rawRequest("POST", chat,
		    { ...json, "Transfer-Encoding": "chunked" },
		    chunk(good.slice(0, half)) + chunk(good.slice(half)) +
		    "0\r\n\r\n"));

		assert.equal(r.status, 200, r.text);
	});

	it("a body byte by byte", async () => {
		const raw = await Raw.connect(world.proxy.port);

		raw.socket.setNoDelay(true);
		for (const c of rawRequest("POST", chat, json, good)) {
			raw.write(c);
			await new Promise(setImmediate);
		}
		assert.equal((await raw.response()).status, 200);
		raw.destroy();
	});

	it("keep-alive: 20 requests on one connection", async () => {
		const raw = await Raw.connect(world.proxy.port);

		for (let i = 0; i < 20; i++) {
			raw.write(i % 2 ? rawRequest("POST", chat, json, good)
			    : rawRequest("GET", "/health"));
			assert.equal((await raw.response()).status, 200);
		}
		assert.equal(raw.closed, false);
		raw.destroy();
	});

	it("pipelining: answers in order", async () => {
		const raw = await Raw.connect(world.proxy.port);
		const body = (text) => JSON.stringify(ask(`FAKE:text=${text}`));

		raw.write([1, 2, 3].map((i) =>
		    rawRequest("POST", chat, json, body(`p${i}`)) +
		    rawRequest("GET", "/health")).join(""));
		for (const i of [1, 2, 3]) {
			const r = await raw.response();

			assert.equal(JSON.parse(r.text).choices[0].message.content,
			    `p${i}`);
			assert.match((await raw.response()).text, /"status":"ok"/);
		}
		raw.destroy();
	});

	it("errors keep the connection where nothing is amiss", async () => {
		const raw = await Raw.connect(world.proxy.port);

		for (const [bytes, status] of [
			[rawRequest("GET", "/none"), 404],
			[rawRequest("POST", chat, json, "{"), 400],
			[rawRequest("POST", chat, {}, "{}"), 415],
			[rawRequest("GET", "/health"), 200]]) {
			raw.write(bytes);
			assert.equal((await raw.response()).status, status);
		}
		raw.destroy();
	});

	it("Expect: 100-continue", async () => {
		const raw = await Raw.connect(world.proxy.port);

		raw.write(rawRequest("POST", chat, { ...json,
			Expect: "100-continue", "Content-Length": good.length }));
		assert.equal((await raw.response()).status, 100);
		raw.write(good);
		assert.equal((await raw.response()).status, 200);
		raw.destroy();
	});

	it("Expect: 100-continue for what is refused: no 100", async () => {
		const r = await once(world.proxy.port, rawRequest("POST", chat,
		    { "Content-Type": "text/plain", Expect: "100-continue",
			"Content-Length": 1000 }));

		assert.equal(r.status, 415);
	});
});

describe("bodies", () => {
	const world = fakeWorld({ before, after });
	const limit = 33554432;
	const of = (fill) => JSON.stringify(ask(`FAKE:text=big\n${fill}`));
	const bodyOf = (size) =>
		Buffer.from(of("x".repeat(size - of("").length)));

	it("33 MiB are 413 by Content-Length", async () => {
		const raw = await Raw.connect(world.proxy.port);

		raw.write(rawRequest("POST", chat,
		    { ...json, "Content-Length": 33 * 1048576 }));
		await raw.writeAll(Buffer.alloc(33 * 1048576, 0x20));
		const r = await raw.response({ ms: 20000 });

		assert.equal(r.status, 413);
		assert.equal(r.error.code, "body_too_large");
		assert.match(r.error.message, /max-body-bytes/);
		raw.destroy();
	});

	it("100 GB are 413 at once, and the end", async () => {
		const raw = await Raw.connect(world.proxy.port);

		raw.write(rawRequest("POST", chat,
		    { ...json, "Content-Length": 1e11 }));
		assert.equal((await raw.response()).status, 413);
		await raw.untilClosed();
		raw.destroy();
	});

	it("33 MiB are 413 when chunked", async () => {
		const raw = await Raw.connect(world.proxy.port);
		const megabyte = Buffer.alloc(1048576, 0x20);

		raw.write(rawRequest("POST", chat,
		    { ...json, "Transfer-Encoding": "chunked" }));
		for (let i = 0; i < 33; i++) {
			raw.write("100000\r\n");
			await raw.writeAll(megabyte);
			raw.write("\r\n");
		}
		raw.write("0\r\n\r\n");
		const r = await raw.response({ ms: 20000 });

		assert.equal(r.status, 413);
		assert.equal(r.error.code, "body_too_large");
		raw.destroy();
	});

	it("/health answers while 30 MB are parsed and stream", async () => {
		const big = bodyOf(30 * 1000 * 1000);
		const raw = await Raw.connect(world.proxy.port);
		let slowest = 0, done = false;

		raw.write(rawRequest("POST", chat,
		    { ...json, "Content-Length": big.length }));
		const watching = (async () => {
			while (!done) {
				const { ms, value } = await timed(() =>
				    world.proxy.get("/health"));

				assert.equal(value.status, 200);
				slowest = Math.max(slowest, ms);
			}
		})();

		await raw.writeAll(big);
		const r = await raw.response({ ms: 30000 * slack });

		done = true;
		await watching;
		assert.equal(r.status, 200, r.text.slice(0, 500));
		assert.ok(slowest < 1000 * slack, `${slowest} ms`);
		raw.destroy();
	});

	// Below and above what is parsed on the connection's own thread.
	for (const size of [1000, 262143, 262144, 262145, 300000, 2000000]) {
		it(`a good one of ${size} bytes`, async () => {
			const body = bodyOf(size);

			assert.equal(body.length, size);
			const r = await world.proxy.post(chat, body);

			assert.equal(r.status, 200, r.text);
		});
		it(`a broken one of ${size} bytes says where`, async () => {
			const body = bodyOf(size);

			body[size - 1] = 0x5d; // "]" for "}"
			const r = await world.proxy.post(chat, body);

			assert.equal(r.status, 400);
			assert.equal(r.error.code, "invalid_json");
			assert.match(r.error.message, /\d/);
		});
	}

	/* body, what the message must say */
	const broken = [
		["", /JSON/], ["   ", /JSON/], ["{", /JSON.*\d/],
		['{"model": tru}', /JSON.*\d/],
		['{"model":"x",}', /JSON.*\d/], ['{"a":1}x', /JSON.*\d/],
		['{"a":"\u0001"}', /JSON.*\d/], ['{"a":"\\x"}', /JSON.*\d/],
		["'x'", /JSON.*\d/],
		[Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
			/UTF-8.*\d/],
		[Buffer.concat([Buffer.from('{"model":"codex-local","messages":' +
		    '[{"role":"user","content":"'), Buffer.from([0xc0, 0xaf]),
		Buffer.from('"}]}')]), /UTF-8.*\d/],
		["[".repeat(2000) + "]".repeat(2000), /deep|nest|level/],
		['{"a":'.repeat(2000) + "1" + "}".repeat(2000),
			/deep|nest|level/],
		["[".repeat(200000), /deep|nest|level/],
	];
	for (const [body, says] of broken) {
		it(`${JSON.stringify(body.toString("latin1").slice(0, 30))} of ` +
		    `${body.length} bytes is 400`, async () => {
			const r = await world.proxy.post(chat, body);

			assert.equal(r.status, 400, r.text);
			assert.equal(r.error.code, "invalid_json");
			assert.equal(r.error.param, null);
			assert.match(r.error.message, says);
		});
	}

	for (const body of ["[]", "null", "5", '"x"', "true"]) {
		it(`${body} is no object`, async () => {
			const r = await world.proxy.post(chat, body);

			assert.equal(r.status, 400);
			assert.equal(r.error.code, "invalid_type");
		});
	}

	it("the limit itself is kept", async () => {
		assert.ok(limit === 32 * 1048576);
		const r = await world.proxy.post(chat,
		    Buffer.concat([Buffer.alloc(limit - good.length, 0x20),
			Buffer.from(good)]));

		assert.equal(r.status, 200, r.text.slice(0, 300));
	});
});

describe("keys, hosts and origins", () => {
	const world = fakeWorld({ before, after }, {
		env: { CODEX_PROXY_API_KEY: "the-key" },
		args: ["--allowed-origin", "https://good.example",
			"--allowed-host", "proxy.example"] });
	const port = () => world.proxy.port;

	/* headers, good */
	const keys = [[{}, false], [{ Authorization: "Bearer the-key" }, true],
		[{ Authorization: "bearer the-key" }, true],
		[{ "x-api-key": "the-key" }, true],
		[{ Authorization: "Bearer the-ke" }, false],
		[{ Authorization: "Bearer the-keyy" }, false],
		[{ Authorization: "Bearer " }, false],
		[{ Authorization: "Basic the-key" }, false],
		[{ "x-api-key": "" }, false], [{ "x-api-key": "THE-KEY" }, false]];
	for (const [headers, fine] of keys) {
		it(`key ${JSON.stringify(headers)}`, async () => {
			for (const bytes of [rawRequest("GET", "/v1/models", headers),
				rawRequest("POST", chat, { ...json, ...headers }, good)]) {
				const r = await once(port(), bytes);

				assert.equal(r.status, fine ? 200 : 401, r.text);
				if (fine)
					continue;
				assert.equal(r.error.code, "invalid_api_key");
				assert.equal(r.error.type, "authentication_error");
				assert.match(r.headers["www-authenticate"], /^Bearer/);
			}
		});
	}

	it("no key is needed for health, readiness and metrics", async () => {
		for (const page of ["/health", "/ready", "/metrics"])
			assert.equal((await world.proxy.get(page)).status, 200);
	});

	it("unknown paths below /v1/ are not told without a key", async () => {
		assert.equal((await world.proxy.get("/v1/nonesuch")).status, 401);
	});

	it("a Host that is refused is named, and what would allow it",
	    async () => {
		const r = await once(port(),
		    rawRequest("GET", "/health", { Host: "evil.example:1" }));

		assert.equal(r.status, 403);
		assert.equal(r.error.code, "host_not_allowed");
		assert.match(r.error.message,
		    /"evil\.example:1".*--allowed-host/);
	});

	/* Origin, good */
	const origins = [["https://good.example", true], ["null", false],
		["https://evil.example", false], ["http://good.example", false],
		["https://good.example.evil", false],
		["http://localhost:3000", false], ["https://localhost", false]];
	for (const [origin, fine] of origins) {
		it(`Origin ${origin}`, async () => {
			const auth = { "x-api-key": "the-key", Origin: origin };
			const r = await once(port(),
			    rawRequest("POST", chat, { ...json, ...auth }, good));

			assert.equal(r.status, fine ? 200 : 403, r.text);
			assert.equal(r.headers["access-control-allow-origin"],
			    fine ? origin : undefined);
			if (!fine)
				assert.equal(r.error.code, "origin_not_allowed");
		});
	}

	for (const [origin, fine] of origins) {
		it(`preflight from ${origin}`, async () => {
			const r = await once(port(), rawRequest("OPTIONS", chat, {
				Origin: origin,
				"Access-Control-Request-Method": "POST",
				"Access-Control-Request-Headers":
				    "authorization, content-type, x-stainless-os" }));

			assert.equal(r.status, 204);
			assert.equal(r.headers["access-control-allow-origin"],
			    fine ? origin : undefined);
			if (!fine) {
				assert.equal(r.headers["access-control-allow-methods"],
				    undefined);
				return;
			}
			assert.match(r.headers["access-control-allow-methods"],
			    /POST/);
			assert.match(r.headers["access-control-allow-headers"],
			    /x-stainless-os/);
		});
	}

	it("a refusal can be read by an allowed page", async () => {
		const r = await once(port(), rawRequest("POST", chat,
		    { ...json, Origin: "https://good.example" }, good));

		assert.equal(r.status, 401);
		assert.equal(r.headers["access-control-allow-origin"],
		    "https://good.example");
	});
});

describe("connections", () => {
	it("a client that says nothing is cut by the idle timeout",
	    async () => {
		const proxy = await Proxy.start(
		    { args: ["--idle-timeout-seconds", "1"] });
		const starts = ["", "GET /hea", rawRequest("POST", chat,
		    { ...json, "Content-Length": 100 }, "{")];

		for (const raw of await Promise.all(starts.map(async (bytes) => {
			const r = await Raw.connect(proxy.port);

			if (bytes !== "")
				r.write(bytes);
			return r;
		}))) {
			await raw.untilClosed(6000 * slack);
			raw.destroy();
		}
		await proxy.stop();
	});

	it("a request that waits for Codex is not idle", async () => {
		const proxy = await Proxy.start(
		    { args: ["--idle-timeout-seconds", "1"] });
		const r = await proxy.chat("FAKE:slow=2600;text=slow");

		assert.equal(r.status, 200, r.text);
		const s = await proxy.chat("FAKE:slow=2600;text=slow",
		    { stream: true });

		assert.match(s.text, /\[DONE\]/);
		await proxy.stop();
	});

	it("past --max-connections new ones wait, those held are not harmed",
	    async () => {
		const proxy = await Proxy.start({ args: ["--max-connections", "4",
			"--max-concurrency", "4"] });
		const body = JSON.stringify(ask("FAKE:slow=2500;text=held"));
		const held = await Promise.all([1, 2, 3, 4].map(async () => {
			const raw = await Raw.connect(proxy.port);

			raw.write(rawRequest("POST", chat, json, body));
			return raw;
		}));
		await until(() => proxy.calls().length === 4, "all to run");
		const waiting = await Promise.all([1, 2, 3].map(async () => {
			const raw = await Raw.connect(proxy.port);

			raw.write(rawRequest("GET", "/health"));
			return raw;
		}));

		for (const raw of held) {
			const r = await raw.response();

			assert.equal(r.status, 200);
			assert.match(r.text, /"held"/);
		}
		held.forEach((raw) => raw.destroy());
		for (const raw of waiting) {
			assert.equal((await raw.response()).status, 200);
			raw.destroy();
		}
		await proxy.stop();
	});

	it("200 at once", async () => {
		const proxy = await Proxy.start();
		const raws = await Promise.all([...Array(200)].map(() =>
		    Raw.connect(proxy.port)));

		raws.forEach((raw) => raw.write(rawRequest("GET", "/health")));
		for (const raw of raws) {
			assert.equal((await raw.response()).status, 200);
			raw.destroy();
		}
		await proxy.stop();
	});
});
