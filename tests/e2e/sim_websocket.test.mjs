// The stand-in for the model over its WebSocket: the same answers as over HTTP,
// the memory of a connection, and the rules of the protocol.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { makeDir, removeDir } from "./lib/env.mjs";
import { request } from "./lib/http.mjs";
import { mark } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";
import { frame, opcodes, WebSocketClient } from "./lib/websocket.mjs";

const world = {};
const clients = [];

before(async () => {
	world.dir = makeDir("sim");
	world.sim = await Sim.start(world.dir);
});
after(async () => {
	clients.forEach((c) => c.close());
	await world.sim?.stop();
	removeDir(world.dir);
});

async function connect(options) {
	const client = await WebSocketClient.connect(world.sim.port, options);

	clients.push(client);
	return client;
}

const user = (text) => ({ type: "message", role: "user",
	content: [{ type: "input_text", text }] });
const output = (call_id, text) => ({ type: "function_call_output", call_id,
	output: text });

// The events of a stream whose events have names.
const eventsOf = (sse) => sse.split("\n").filter((l) => l.startsWith("data: "))
    .map((l) => JSON.parse(l.slice(6)));

// Without what differs from one request to the next.
const alike = (events) => JSON.parse(JSON.stringify(events)
    .replace(/"(resp|msg|rs|fc|call)_\d+/g, '"$1')
    .replace(/"created_at":\d+/g, '"created_at":0'));

describe("the handshake", () => {
	it("is answered as RFC 6455 has it", async () => {
		const { answer } = await connect();

		assert.equal(answer.status, 101);
		assert.equal(answer.headers["sec-websocket-accept"],
		    "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
		assert.equal(answer.headers["sec-websocket-extensions"], undefined);
	});

	for (const [what, options] of [
		["another path", { path: "/v1/other" }],
		["another version", { headers: { "Sec-WebSocket-Version": "8" } }],
		["no key", { headers: { "Sec-WebSocket-Key": null } }],
		["a short key", { headers: { "Sec-WebSocket-Key": "abc" } }],
		["no upgrade", { headers: { Upgrade: null } }],
	]) {
		it(`with ${what} is none`, async () =>
			assert.equal((await connect(options)).answer.status, 404));
	}
});

describe("an answer", () => {
	for (const script of ["", "utf8", "big=70000", "messages=2;split=1",
		'reasoning=hm;sealed=AAA;commentary=look;text="a;\\u0001\\n";final',
		'tool=look:{"a":1.0};tool=s/feel:"{";call_id=',
		'text=x;tool=a:{};half;incomplete=max_output_tokens',
		"failed=server_error:no;text=half", "usage=1,2,3,4;deltas=300"]) {
		it(`of "${script}" has the events that HTTP has`, async () => {
			const m = mark(), text = `${m} SIM: ${script}`;
			const client = await connect();
			const { text: sse } = await request(
			    `http://127.0.0.1:${world.sim.port}/v1/responses`,
			    { method: "POST", body: JSON.stringify(
				{ model: "m", input: [user(text)] }) });

			client.ask(text);
			const events = await client.events();

			assert.ok(events.length > 1);
			assert.deepEqual(alike(events), alike(eventsOf(sse)));
			const [http, ws] = world.sim.requestsWith(m);

			assert.deepEqual([http.transport, ws.transport],
			    ["http", "websocket"]);
			assert.deepEqual(ws.body, http.body);
		});
	}

	it("may be an error, with the status and the wait that HTTP has",
	    async () => {
		const client = await connect();

		client.ask(`${mark()} SIM: status=429,rate_limit_exceeded,7`);
		const { sequence_number, ...event } = await client.event();

		assert.equal(sequence_number, 0);
		assert.deepEqual(event, { type: "error", status: 429,
			headers: { "retry-after": "7" }, error: {
				message: "sim: 429", type: "rate_limit_error",
				param: null, code: "rate_limit_exceeded" } });
		client.ask("SIM: text=next");
		assert.equal((await client.events()).at(-1).type,
		    "response.completed");
	});

	it("may be no answer until the client goes", async () => {
		for (const script of ["hang", "hang_headers", "delay=100000",
			"text=a b;split=1;gap=100000"]) {
			const client = await connect();
			const m = mark();

			client.ask(`${m} SIM: ${script}`);
			const { n } = await world.sim.request(m);

			client.close();
			assert.equal((await world.sim.closed(n)).completed, false);
		}
		assert.equal((await world.sim.stats()).open, 0);
	});
});

it("counts what comes, and each change of the cache key", async () => {
	const before = await world.sim.stats();
	const client = await connect();
	const m = mark();
	const body = JSON.stringify({ model: "m", prompt_cache_key: m,
		input: [user(`${m} a`)] });
	const post = () => request(
	    `http://127.0.0.1:${world.sim.port}/v1/responses`,
	    { method: "POST", body });

	await post();
	await post();
	client.ask(`${m} b`, { prompt_cache_key: "warm", generate: false });
	await client.events();
	client.ask(`${m} c`, { prompt_cache_key: `${m} c` });
	await client.events();
	const now = await world.sim.stats();
	const sent = world.sim.requestsWith(m).map((r) => r.bytes);

	assert.equal(sent.length, 3);
	assert.equal(sent[0], body.length);
	assert.ok(now.bytes - before.bytes > sent[0] + sent[1] + sent[2]);
	assert.equal(now.cache_keys - before.cache_keys, 2);
});

describe("a connection remembers its last response", () => {
	const at = (client) => world.sim.requests().filter(
	    (r) => r.wire?.connection === client.number);

	async function remembering() {
		const client = await connect();

		client.number = (await world.sim.stats()).connections;
		return client;
	}

	// {type, ...}: a message's text, a call's name, an output.
	const seen = ({ body }) => body.input.map((i) => i.name ?? i.output ??
	    i.content.map((p) => p.text).join());

	it("and gives the model all items where only the new ones came",
	    async () => {
		const client = await remembering();
		const script = 'SIM: tool=look:{"a":1};then;outputs';

		client.ask(script, { generate: false, tools: [1] });
		const warm = (await client.events()).at(-1);

		assert.equal(warm.type, "response.completed");
		assert.deepEqual(warm.response.output, []);
		client.send({ type: "response.create", input: [],
			previous_response_id: warm.response.id });
		const first = (await client.events()).at(-1);

		client.send({ type: "response.create", input: [output("c", "seen")],
			previous_response_id: first.response.id });
		const second = await client.events();

		assert.equal(second.find((e) => e.delta).delta, "seen");
		client.send({ type: "response.create", input: [user("and now?")],
			previous_response_id: second.at(-1).response.id });
		assert.equal((await client.events()).at(-1).type,
		    "response.completed");
		const requests = at(client);

		assert.deepEqual(requests.map(seen), [[script],
			[script, "look", "seen"],
			[script, "look", "seen", "seen", "and now?"]]);
		assert.deepEqual(requests.map((r) => r.wire.items), [0, 1, 1]);
		assert.ok(requests.every((r) => r.bytes < 200));
	});

	it("and not another one, nor one that it was told to forget",
	    async () => {
		const client = await remembering();

		client.ask("SIM: text=a;forget");
		const { response } = (await client.events()).at(-1);

		for (const previous of ["resp_0", response.id]) {
			client.ask("b", { previous_response_id: previous });
			const { status, error } = await client.event();

			assert.equal(status, 400);
			assert.equal(error.code, "previous_response_not_found");
			assert.equal(error.param, "previous_response_id");
		}
		client.ask("c");
		assert.equal((await client.events()).length > 1, true);
		assert.deepEqual(at(client).map(seen), [["SIM: text=a;forget"],
			["c"]]);
	});
});

describe("the connection ends", () => {
	it("in mid-answer, with a word or without one", async () => {
		for (const [script, status] of [["cut=2", null],
			["cut=2;goodbye=1011", 1011]]) {
			const client = await connect();
			const m = mark();

			client.ask(`${m} SIM: text=abcdef;split=1;${script}`);
			for (const delta of ["a", "b"]) {
				let event;

				do
					event = await client.event();
				while (!event.delta);
				assert.equal(event.delta, delta);
			}
			assert.equal(await client.goodbye(), status);
			const { n } = await world.sim.request(m);
			const end = await world.sim.closed(n);

			assert.deepEqual([end.cut, end.completed], [true, true]);
		}
	});

	it("while nothing is asked for", async () => {
		const client = await connect();

		client.ask("SIM: text=a;close=50");
		assert.equal((await client.events()).at(-1).type,
		    "response.completed");
		assert.equal(await client.goodbye(), 1000);
		// It waits for the client to say it, too.
		client.write(frame("", { opcode: opcodes.close }));
		await client.raw.untilClosed();
	});

	it("when the client says goodbye", async () => {
		const client = await connect();

		client.write(frame("\x03\xe8", { opcode: opcodes.close }));
		assert.equal(await client.goodbye(), 1000);
		await client.raw.untilClosed();
	});

	const { text, binary, continuation, ping } = opcodes;
	/* what, frames, status */
	for (const [what, frames, status] of [
		["not masked", [["a", { masked: false }]], 1002],
		["of an extension", [["a", { reserved: 64 }]], 1002],
		["of no kind", [["a", { opcode: 3 }]], 1002],
		["binary", [["a", { opcode: binary }]], 1003],
		["a ping in pieces", [["a", { opcode: ping, fin: false }]], 1002],
		["a long ping", [["a".repeat(126), { opcode: ping }]], 1002],
		["a length in too long a form", [["a", { form: 126 }]], 1002],
		["the same with 8 bytes", [["a", { form: 127 }]], 1002],
		["over 256 MiB", [["", { length: (256 << 20) + 1 }]], 1009],
		["a negative length", [["", { length: 2 ** 63 }]], 1009],
		["the end of nothing", [["a", { opcode: continuation }]], 1002],
		["a second start", [["a", { fin: false }], ["b", { opcode: text }]],
			1002],
	]) {
		it(`when a frame is ${what}`, async () => {
			const client = await connect();

			client.write(Buffer.concat(
			    frames.map(([bytes, o]) => frame(bytes, o))));
			assert.equal(await client.goodbye(), status);
			await client.raw.untilClosed();
		});
	}
});

describe("frames", () => {
	const bytes = Buffer.from(JSON.stringify({ type: "response.create",
		input: [user(`SIM: text=${"é".repeat(40000)}`)] }));
	const rest = { opcode: opcodes.continuation };

	it("may be pieces of a message, with pings between them", async () => {
		const client = await connect();

		client.write(frame(bytes.subarray(0, 1), { fin: false }));
		client.write(frame("one", { opcode: opcodes.ping }));
		client.write(frame("", { ...rest, fin: false }));
		client.write(frame(bytes.subarray(1, 70000),
		    { ...rest, fin: false }));
		client.write(frame("", { opcode: opcodes.pong }));
		client.write(frame(bytes.subarray(70000), rest));
		const pong = await client.frame();

		assert.equal(pong.opcode, opcodes.pong);
		assert.equal(pong.payload.toString(), "one");
		const events = await client.events();

		assert.equal(events.filter((e) => e.delta)
		    .map((e) => e.delta).join(""), "é".repeat(40000));
	});

	it("may come in any pieces", async () => {
		const client = await connect();
		const all = Buffer.concat([frame("x", { opcode: opcodes.ping }),
			frame(JSON.stringify({ type: "response.create",
				input: [user("a")] }))]);

		client.raw.socket.setNoDelay(true);
		for (const byte of all) {
			await new Promise((resolve) => client.raw.socket.write(
			    Buffer.from([byte]), resolve));
		}
		assert.equal((await client.frame()).opcode, opcodes.pong);
		assert.equal((await client.events()).at(-1).type,
		    "response.completed");
	});

	it("that ask are answered in order, and pings meanwhile", async () => {
		const client = await connect();

		client.ask("SIM: text=a b;split=1;gap=200");
		client.ask("SIM: text=c");
		client.write(frame("now", { opcode: opcodes.ping }));
		const kinds = [];

		for (let done = 0; done < 2;) {
			const next = await client.frame();

			if (next.opcode === opcodes.pong) {
				kinds.push("pong");
				continue;
			}
			const event = JSON.parse(next.payload.toString());

			if (event.delta)
				kinds.push(event.delta);
			if (event.type === "response.completed")
				done++;
		}
		assert.deepEqual(kinds.filter((k) => k !== "pong"),
		    ["a", " ", "b", "c"]);
		assert.ok(kinds.indexOf("pong") < kinds.indexOf("b"), `${kinds}`);
	});

	it("that are no requests are errors", async () => {
		const client = await connect();

		for (const words of ["", "{", "[]", '{"type":"other"}',
			Buffer.from([0xff])]) {
			client.write(frame(words));
			const { type, status } = await client.event();

			assert.deepEqual([type, status], ["error", 400]);
		}
	});
});
