// The stand-in for `codex app-server`: it says what the real one says, and
// does wrong what a test asks for.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { AppServer, deltas, itemTexts } from "./lib/app_server.mjs";
import { codexLauncher, fakeCodex, makeDir, removeDir } from "./lib/env.mjs";
import { stat } from "./lib/proc.mjs";
import { Sim } from "./lib/sim.mjs";
import { until, within } from "./lib/wait.mjs";

const weather = { type: "function", name: "weather", description: "Tells it.",
	inputSchema: { type: "object", properties: { city: {} } } };
const tool = 'tool=weather:{"city":"Oslo"}';
const user = (text) => ({ type: "message", role: "user",
	content: [{ type: "input_text", text }] });
const call = { type: "function_call", call_id: "c1", name: "weather",
	arguments: "{}" };
const output = { type: "function_call_output", call_id: "c1",
	output: "sunny" };

// Answers each request of the server by `result`.
function answerAll(server, result) {
	const answered = new Set();

	server.waiting.add({ reject() {}, look(m) {
		if (m.method === undefined || m.id === undefined ||
		    answered.has(m.id))
			return;
		answered.add(m.id);
		server.send({ id: m.id, result });
	} });
}

/*
 * Members and kinds of values; what is null or empty on either side says
 * nothing about the other.
 */
function sameShape(a, b, at) {
	if (a === null || b === null)
		return;
	assert.equal(typeof a, typeof b, at);
	assert.equal(Array.isArray(a), Array.isArray(b), at);
	if (typeof a !== "object")
		return;
	if (Array.isArray(a)) {
		if (a.length > 0 && b.length > 0)
			sameShape(a[0], b[0], `${at}[0]`);
		return;
	}
	assert.deepEqual(Object.keys(a).sort(), Object.keys(b).sort(), at);
	for (const key of Object.keys(a))
		sameShape(a[key], b[key], `${at}.${key}`);
}

function sameMessages(real, fake) {
	const names = (list) => list.map((m) => m.method +
	    (m.params.item ? ` ${m.params.item.type}` : ""));

	assert.deepEqual(names(fake), names(real));
	real.forEach((m, i) => sameShape(fake[i], m, m.method));
}

describe("the stand-in for app-server beside the real one", () => {
	const world = {};

	before(async () => {
		world.dir = makeDir("sim");
		world.sim = await Sim.start(world.dir);
		const args = world.sim.overrides().flatMap((o) => ["-c", o]);

		for (const o of ['web_search="disabled"', "mcp_servers={}",
			"thread_unload_delay_secs=0", "features.apps=false",
			"features.plugins=false", "features.shell_tool=false"])
			args.push("-c", o);
		world.real = await AppServer.start(codexLauncher,
		    { args, env: { SIM_KEY: "x", RUST_LOG: "off" } });
		world.fake = await AppServer.start(fakeCodex);
		for (const side of [world.real, world.fake])
			answerAll(side, { success: true, contentItems: [
				{ type: "inputText", text: "sunny" }] });
	});
	after(async () => {
		assert.deepEqual(await world.fake?.end(),
		    { code: 0, signal: null });
		await world.real?.end();
		await world.sim?.stop();
		removeDir(world.dir);
	});

	// The same on both: [real, fake].
	const both = (fn) => Promise.all(
	    [fn(world.real, "SIM:"), fn(world.fake, "FAKE:")]);

	it("the handshake", async () => {
		sameShape(world.fake.info, world.real.info, "initialize");
		const [real, fake] = await both((s) =>
		    s.said("remoteControl/status/changed"));

		sameShape(fake, real, "status");
	});

	/* what the turn is, options */
	const turns = [
		[() => "hi"],
		[() => null, { inject: [user("earlier")] }],
		[(mark) => `${mark}deltas=3;commentary=hm;final`],
		[(mark) => `${mark}reasoning=let me see;text=yes`,
			{ turn: { summary: "auto" } }],
		[(mark) => `${mark}text=`],
		[(mark) => `${mark}messages=2`],
		[(mark) => mark + tool, { thread: { dynamicTools: [weather] } }],
		[(mark) => mark === "SIM:" ? "SIM:status=404,model_not_found"
		    : "FAKE:failed=modelNotFound:sim: 404"],
		[(mark) => mark === "SIM:" ? "SIM:status=401"
		    : 'FAKE:failed={"httpConnectionFailed":' +
			'{"httpStatusCode":401}}:unexpected status'],
		[(mark) => mark === "SIM:" ? "SIM:deltas=3;cut=2"
		    : "FAKE:deltas=2;failed=other:stream disconnected"],
	];
	for (const [text, options] of turns) {
		it(`turn: ${text("FAKE:")}`, async () => {
			const [real, fake] = await both((s, mark) =>
			    s.turn(text(mark), options));

			// It comes when a turn's parameters are new.
			sameMessages(real.messages.filter((m) =>
			    m.method !== "thread/settings/updated"),
			fake.messages);
			assert.deepEqual(itemTexts(fake.messages),
			    itemTexts(real.messages));
			assert.deepEqual(deltas(fake.messages).join(""),
			    deltas(real.messages).join(""));
			assert.equal(fake.turn.status, real.turn.status);
			assert.deepEqual(fake.turn.error?.codexErrorInfo,
			    real.turn.error?.codexErrorInfo);
		});
	}

	it("the raw events of a call", async () => {
		const thread = { dynamicTools: [weather],
			experimentalRawEvents: true };
		const [real, fake] = await both((s, mark) =>
		    s.turn(mark + tool, { thread }));
		const item = (turn, type) => turn.messages.find((m) =>
		    m.method === "rawResponseItem/completed" &&
		    m.params.item.type === type).params.item;

		for (const type of ["function_call", "function_call_output"]) {
			const r = item(real, type);

			delete r.internal_chat_message_metadata_passthrough;
			sameShape(item(fake, type), r, type);
		}
		const whole = [real, fake].map((turn) => turn.messages.find(
		    (m) => m.method === "rawResponse/completed"));

		sameShape(whole[1], whole[0], "rawResponse/completed");
	});

	it("an interrupt", async () => {
		const [real, fake] = await both(async (s, mark) => {
			const id = await s.thread();
			const r = await s.startTurn(id,
			    `${mark}deltas=2;hang`);

			await s.said("item/agentMessage/delta", id);
			await s.message((m) => m.params?.threadId === id &&
			    m.params.delta === " d1", "the last delta");
			sameShape(await s.ask("turn/interrupt", { threadId: id,
				turnId: r.result.turn.id }),
			{ id: 1, result: {} }, "turn/interrupt");
			await s.said("turn/completed", id);
			return s.of(id);
		});

		sameMessages(real, fake);
		assert.equal(fake.at(-1).params.turn.status, "interrupted");
	});

	/* answers to: method, params (a function of a thread's id) */
	const nobody = "0199aaaa-0000-7000-8000-000000000000";
	const requests = [
		["thread/start", () => ({ ephemeral: true })],
		["turn/start", (threadId) => ({ threadId, input: [
			{ type: "text", text: "hi", text_elements: [] }] })],
		["turn/start", (threadId) => ({ threadId, input: [{ type: "text",
			text: "x".repeat(1048577), text_elements: [] }] })],
		["turn/start", () => ({ threadId: nobody, input: [] })],
		["turn/start", () => ({ input: [] })],
		["turn/interrupt", (threadId) => ({ threadId, turnId: nobody })],
		["thread/inject_items",
			(threadId) => ({ threadId, items: [user("x")] })],
		["thread/archive", (threadId) => ({ threadId })],
		["thread/unsubscribe", (threadId) => ({ threadId })],
		["thread/unsubscribe", () => ({ threadId: nobody })],
		["thread/loaded/list", () => ({})],
		["thread/loaded/list", () => ({ limit: 1 })],
		["account/read", () => ({})],
		["model/list", () => ({})],
		["foo/bar", () => ({})],
		["initialize", () => ({ clientInfo: { name: "e2e", title: null,
			version: "0" }, capabilities: null })],
	];
	for (const [method, params] of requests) {
		const title = JSON.stringify(params("ID")).slice(0, 80);

		it(`the answer to ${method} ${title}`, async () => {
			const [real, fake] = await both(async (s) =>
			    s.ask(method, params(await s.thread())));

			sameShape(fake, real, method);
			assert.equal(fake.error?.code, real.error?.code);
			assert.deepEqual(fake.error?.data, real.error?.data);
			assert.equal(fake.error?.message.slice(0, 16),
			    real.error?.message.slice(0, 16));
			assert.equal(fake.result?.status, real.result?.status);
		});
	}
});

describe("turns of the stand-in", () => {
	let server;

	before(async () => {
		server = await AppServer.start(fakeCodex);
	});
	after(async () => {
		assert.deepEqual(await server.end(), { code: 0, signal: null });
	});

	const last = (turn) => itemTexts(turn.messages).at(-1);

	/* directives, the text of the last item */
	const fine = [
		["text=a word", "a word"],
		["deltas=4", "d0 d1 d2 d3"],
		["deltas=2;delta_bytes=5", "d0xxx d1xx"],
		["echo;gap=1", "FAKE:echo;gap=1"],
		["echo_all", '["FAKE:echo_all"]'],
		["big=5000", "x".repeat(5000)],
		["delay=5;text=later", "later"],
		["will_retry", "pong"],
		["compaction", "pong"],
		["no_completed", "another text"],
		["unknown_notification;stray_answer;foreign", "pong"],
	];
	for (const [directives, text] of fine) {
		it(directives, async () => {
			const turn = await server.turn(`FAKE:${directives}`);

			assert.equal(turn.turn.status, "completed");
			assert.equal(last(turn), text);
		});
	}

	it("32 turns at once, deltas of all in between", async () => {
		const turns = await Promise.all(Array.from({ length: 32 },
		    () => server.turn("FAKE:deltas=20;gap=2")));
		const first = server.messages.findIndex((m) => m.method ===
		    "turn/completed" && m.params.threadId === turns[0].threadId);
		const begun = new Set(server.messages.slice(0, first)
		    .filter((m) => m.method === "item/agentMessage/delta")
		    .map((m) => m.params.threadId));

		for (const turn of turns) {
			assert.equal(last(turn), deltas(turn.messages).join(""));
			assert.equal(deltas(turn.messages).length, 20);
		}
		assert.ok(turns.filter((t) => begun.has(t.threadId)).length > 1);
	});

	it("numbers of usage, summed up over a thread", async () => {
		const turn = await server.turn("FAKE:usage=100,90,8,4");

		await server.startTurn(turn.threadId, "hi");
		const used = await server.message((m) =>
		    m.method === "thread/tokenUsage/updated" &&
		    m.params.threadId === turn.threadId &&
		    m.params.tokenUsage.total.inputTokens > 100, "usage");

		assert.deepEqual(used.params.tokenUsage.total, {
			totalTokens: 126, inputTokens: 111,
			cachedInputTokens: 93, cacheWriteInputTokens: 0,
			outputTokens: 15, reasoningOutputTokens: 6 });
		assert.equal(used.params.tokenUsage.last.inputTokens, 11);
	});

	it("directives and all texts of injected items", async () => {
		const turn = await server.turn(null, { inject:
		    [user("one"), user("two FAKE:echo_all")] });

		assert.equal(last(turn), '["one","two FAKE:echo_all"]');
		assert.ok(!turn.messages.some((m) =>
		    m.params.item?.type === "userMessage"));
	});

	it("an item whose text was void", async () => {
		const { messages } = await server.turn("FAKE:will_retry;text=new");
		const error = messages.find((m) => m.method === "error");
		const started = messages.filter((m) => m.method ===
		    "item/started" && m.params.item.type === "agentMessage");

		assert.equal(error.params.willRetry, true);
		assert.equal(started.length, 2);
		assert.deepEqual(deltas(messages), ["half ", "new"]);
		assert.deepEqual(itemTexts(messages), ["new"]);
	});

	it("a tool's call without an answer, interrupted", async () => {
		const id = await server.thread({ experimentalRawEvents: true });
		const r = await server.startTurn(id, `FAKE:${tool};${tool}`);

		await server.said("rawResponse/completed", id);
		const calls = server.of(id).filter(
		    (m) => m.method === "item/tool/call");

		assert.equal(calls.length, 2);
		assert.deepEqual(calls[0].params.arguments, { city: "Oslo" });
		await server.call("turn/interrupt",
		    { threadId: id, turnId: r.result.turn.id });
		const end = await server.said("turn/completed", id);

		assert.equal(end.params.turn.status, "interrupted");
		// An answer that comes too late changes nothing.
		server.send({ id: calls[0].id, result: {} });
		await server.turn("hi");
	});

	it("no second call once the history ends in an output", async () => {
		const turn = await server.turn(null, { inject:
		    [user(`FAKE:${tool}`), call, output] });

		assert.equal(last(turn), "tool said: sunny");
	});

	for (const [directive, method] of [["unknown_request", "foo/bar"],
		["approval", "item/commandExecution/requestApproval"]]) {
		it(`${directive} waits for an answer`, async () => {
			const id = await server.thread();

			await server.startTurn(id, `FAKE:${directive}`);
			const asked = await server.said(method, id);

			assert.equal(itemTexts(server.of(id)).length, 0);
			server.send({ id: asked.id, error:
			    { code: -32601, message: "no" } });
			await server.said("turn/completed", id);
			assert.equal(itemTexts(server.of(id))[0], "pong");
		});
	}

	for (const directive of ["park", "hang"]) {
		it(`${directive} until it is interrupted`, async () => {
			const id = await server.thread();
			const r = await server.startTurn(id, `FAKE:${directive}`);

			await server.said("turn/started", id);
			await server.turn("another");
			assert.equal(server.of(id).at(-1).method,
			    directive === "park" ? "turn/started"
				: "item/completed");
			await server.call("turn/interrupt", { threadId: id,
				turnId: r.result.turn.id });
			const end = await server.said("turn/completed", id);

			assert.equal(end.params.turn.status, "interrupted");
		});
	}

	it("ignore_interrupt", async () => {
		const id = await server.thread();
		const r = await server.startTurn(id,
		    "FAKE:deltas=100000;gap=1;ignore_interrupt");

		await server.said("item/agentMessage/delta", id);
		await server.call("turn/interrupt",
		    { threadId: id, turnId: r.result.turn.id });
		const before = server.of(id).length;

		await server.turn("FAKE:deltas=3;gap=5");
		assert.equal(server.of(id).length, before);
	});

	it("early_complete, late_deltas and duplicate_complete", async () => {
		const id = await server.thread();
		const answer = await server.startTurn(id,
		    "FAKE:early_complete;late_deltas;duplicate_complete");
		const said = server.of(id).map((m) => m.method);
		const end = said.indexOf("turn/completed");

		assert.ok(answer.result);
		assert.deepEqual(said.slice(end), ["turn/completed",
			...Array(3).fill("item/agentMessage/delta"),
			"turn/completed"]);
	});

	it("overloaded, so many times", async () => {
		const id = await server.thread();
		const codes = [];

		for (let i = 0; i < 3; i++) {
			const r = await server.startTurn(id, "FAKE:overloaded=2");

			codes.push(r.error?.code);
		}
		assert.deepEqual(codes, [-32001, -32001, undefined]);
		await server.said("turn/completed", id);
	});

	it("error_only: no willRetry, and silence until an interrupt",
	    async () => {
		const threadId = await server.thread();
		const { result } = await server.startTurn(threadId,
		    "FAKE:text=half;failed=other:broken;error_only");
		const { params } = await server.said("error", threadId);

		assert.equal(params.error.message, "broken");
		assert.ok(!("willRetry" in params));
		await server.turn("another");
		assert.equal(server.of(threadId).at(-1).method, "error");
		await server.call("turn/interrupt",
		    { threadId, turnId: result.turn.id });
		await server.said("turn/completed", threadId);
	});

	it("input_too_large", async () => {
		const { error } = await server.startTurn(await server.thread(),
		    "FAKE:input_too_large");

		assert.equal(error.code, -32602);
		assert.equal(error.data.input_error_code, "input_too_large");
	});

	it("lines of 20 MB", async () => {
		const turn = await server.turn(
		    "FAKE:long_line=20000000;big=20000000");

		assert.equal(last(turn).length, 20000000);
		assert.ok(server.messages.some((m) =>
		    m.params?.x?.length === 20000000));
		server.messages = [];
	});

	it("an unsubscribed thread says no more", async () => {
		const id = await server.thread();

		await server.startTurn(id, "FAKE:deltas=100000;gap=1");
		await server.said("item/agentMessage/delta", id);
		await server.call("thread/unsubscribe", { threadId: id });
		const before = server.of(id).length;

		await server.turn("FAKE:deltas=3;gap=5");
		assert.equal(server.of(id).length, before);
	});
});

describe("a stand-in that misbehaves as a process", () => {
	let server;

	// One that is told so by FAKE_CODEX_MODE.
	const create = (mode, options = {}) => {
		server = new AppServer(fakeCodex, { ...options,
			env: { FAKE_CODEX_MODE: mode, ...options.env } });
		return server;
	};
	const end = () => server.end();
	const exited = () => within(server.child.exited, "its end", 60000);

	/* prompt, how the process ends, what it has said by then */
	const deaths = [
		["crash=11", { code: null, signal: "SIGSEGV" }, 0],
		["deltas=9;crash=6;crash_after=3",
			{ code: null, signal: "SIGABRT" }, 3],
		["deltas=9;crash_after=0", { code: null, signal: "SIGSEGV" }, 0],
		["exit=7", { code: 7, signal: null }, 0],
		["deltas=9;exit=7;crash_after=9", { code: 7, signal: null }, 9],
	];
	for (const [directives, how, said] of deaths) {
		it(directives, async () => {
			await create("", { bad() {} }).initialize();
			await assert.rejects(server.turn(`FAKE:${directives}`));
			assert.deepEqual(await exited(), how);
			assert.equal(deltas(server.messages).length, said);
			assert.ok(server.messages.some(
			    (m) => m.method === "turn/started"));
		});
	}

	it("crash_once", async () => {
		const dir = makeDir("fake");
		const env = { FAKE_CODEX_DIR: dir };

		await create("", { env, bad() {} }).initialize();
		await assert.rejects(server.turn("FAKE:crash_once=9"));
		assert.equal((await exited()).signal, "SIGKILL");
		await create("", { env }).initialize();
		assert.equal((await server.turn("FAKE:crash_once=9"))
		    .turn.status, "completed");
		await end();
		removeDir(dir);
	});

	it("exit_at_start and exit_at_start_once", async () => {
		const dir = makeDir("fake");
		const env = { FAKE_CODEX_DIR: dir };

		for (const name of ["exit_at_start", "exit_at_start_once"]) {
			create(`${name}=3:no such home`, { env });
			assert.deepEqual(await exited(),
			    { code: 3, signal: null });
			assert.match(server.child.stderr, /no such home/);
		}
		await create("exit_at_start_once=3:", { env }).initialize();
		await end();
		removeDir(dir);
	});

	it("a handshake that comes late, fails, or does not come", async () => {
		create("slow_handshake=50");
		const began = performance.now();

		await server.initialize();
		assert.ok(performance.now() - began >= 49);
		await end();
		create("handshake_error=not today");
		await assert.rejects(server.initialize(), /not today/);
		await end();
		create("no_handshake");
		server.initialize().catch(() => {});
		assert.deepEqual(await end(), { code: 0, signal: null });
		assert.deepEqual(server.messages, []);
	});

	/* modes that change nothing for a client that can take them */
	for (const mode of ["trickle", "pieces=7", "stderr=1000000"]) {
		it(mode, async () => {
			await create(mode).initialize();
			const turn = await server.turn("FAKE:text=aé€😀");

			assert.deepEqual(itemTexts(turn.messages), ["aé€😀"]);
			await end();
		});
	}

	it("garbage", async () => {
		const bad = [];

		await create("", { bad: (line) => bad.push(line) }).initialize();
		const turn = await server.turn("FAKE:garbage");

		assert.equal(turn.turn.status, "completed");
		assert.ok(bad.includes("this is not JSON"));
		await end();
	});

	it("close_stdout: it lives, and ends with stdin", async () => {
		create("close_stdout");
		const closed = new Promise((resolve) =>
		    server.child.process.stdout.on("end", resolve));

		await server.initialize();
		await within(closed, "stdout to be closed", 60000);
		assert.equal(server.child.ended, false);
		assert.deepEqual(await end(), { code: 0, signal: null });
	});

	for (const mode of ["stop_reading", "mute"]) {
		it(`${mode}: no answer, and its end with stdin`, async () => {
			await create(mode).initialize();
			await server.said("remoteControl/status/changed");
			server.ask("thread/start").catch(() => {});
			assert.deepEqual(await end(), { code: 0, signal: null });
			assert.ok(!server.messages.some((m) => m.id === 2));
		});
	}

	/* kind, whether its turns go on */
	for (const [kind, goesOn] of [["stop_reading", true], ["mute", true],
		["close_stdout", false]]) {
		it(`child_once=${kind}`, async () => {
			const env = { FAKE_CODEX_DIR: makeDir("fake") };
			const text = `FAKE:child_once=${kind};text=said`;

			await create("", { env }).initialize();
			const threadId = await server.thread();
			const closed = new Promise((resolve) =>
			    server.child.process.stdout.on("end", resolve));

			server.startTurn(threadId, text).catch(() => {});
			await server.said("turn/started", threadId);
			if (goesOn)
				await server.said("turn/completed", threadId);
			else
				await within(closed, "stdout to be closed");
			const said = server.messages.length;

			server.ask("thread/loaded/list").catch(() => {});
			assert.deepEqual(await end(), { code: 0, signal: null });
			assert.equal(server.messages.length, said);

			await create("", { env }).initialize();
			assert.equal(itemTexts((await server.turn(text))
			    .messages)[0], "said", "the second time");
			await end();
			removeDir(env.FAKE_CODEX_DIR);
		});
	}

	it("stop_reading ends with its parent's pipes", async () => {
		await create("stop_reading").initialize();
		for (let i = 0; i < 100; i++)
			server.child.process.stdin.write("x".repeat(65536));
		server.child.process.stdin.destroy();
		assert.deepEqual(await exited(), { code: 0, signal: null });
	});

	it("exit_between", async () => {
		await create("exit_between").initialize();
		const threadId = await server.thread();
		const { result } = await server.startTurn(threadId, "FAKE:park");

		// One that runs keeps it, whatever else ends.
		await server.turn("hi");
		await server.turn("hi");
		await server.call("turn/interrupt",
		    { threadId, turnId: result.turn.id });
		assert.deepEqual(await exited(), { code: 0, signal: null });
		await server.said("turn/completed", threadId);
	});

	it("rss, at the second turn", async () => {
		const size = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(
		    `/proc/${server.child.pid}/status`, "latin1"))[1]) / 1024;

		await create("rss=200,2").initialize();
		await server.turn("hi");
		assert.ok(size() < 150, `${size()} MB`);
		await server.turn("hi");
		assert.ok(size() > 200, `${size()} MB`);
		await end();
	});

	it("rate_limits and not_logged_in", async () => {
		const limits = { primary: { usedPercent: 42 } };

		await create(`not_logged_in;rate_limits=${
			JSON.stringify(limits)}`).initialize();
		await server.turn("hi");
		const told = await server.said("account/rateLimits/updated");

		assert.deepEqual(told.params.rateLimits, limits);
		assert.deepEqual(await server.call("account/read"), {
			account: null, userId: null, requiresOpenaiAuth: true,
			workspaceRouting: null });
		await end();
	});

	it("no_unsubscribe_answer", async () => {
		await create("no_unsubscribe_answer").initialize();
		const threadId = await server.thread();

		server.ask("thread/unsubscribe", { threadId }).catch(() => {});
		const { error } = await server.startTurn(threadId, "hi");

		assert.match(error.message, /thread not found/);
		assert.ok(!server.messages.some((m) => m.id === 3));
		await end();
	});

	it("notifications that the client does not want", async () => {
		create("");
		await server.initialize({ optOutNotificationMethods:
		    ["thread/started", "item/agentMessage/delta"] });
		await server.turn("hi");
		const said = new Set(server.messages.map((m) => m.method));

		assert.ok(said.has("item/started"));
		assert.ok(!said.has("thread/started"));
		assert.ok(!said.has("item/agentMessage/delta"));
		await end();
	});

	it("what comes before the handshake is refused", async () => {
		create("");
		const { error } = await server.ask("thread/start");

		assert.deepEqual(error,
		    { code: -32600, message: "Not initialized" });
		await end();
	});

	it("a directive that does not exist", async () => {
		create("nonesuch");
		assert.equal((await exited()).code, 70);
		await create("").initialize();
		await assert.rejects(server.turn("FAKE:slow_handshake=1"));
		assert.equal((await exited()).code, 70);
	});

	it("SIGTERM ends it", async () => {
		await create("").initialize();
		server.child.kill("SIGTERM");
		assert.deepEqual(await exited(), { code: 0, signal: null });
	});

	it("ignore_term", async () => {
		await create("ignore_term").initialize();
		server.child.kill("SIGTERM");
		assert.equal((await server.turn("hi")).turn.status, "completed");
		await end();
	});

	it("it sleeps while nothing happens", async () => {
		await create("").initialize();
		const threadId = await server.thread();

		await server.startTurn(threadId, "FAKE:park");
		await server.said("turn/started", threadId);
		await until(() => stat(server.child.pid).state === "S",
		    "it to sleep", 60000);
		const { ticks } = stat(server.child.pid);

		await server.turn("FAKE:delay=300");
		assert.ok(stat(server.child.pid).ticks - ticks < 15);
		await end();
	});

	it("its log of what it was asked", async () => {
		const dir = makeDir("fake");
		const lines = (name) => fs.readFileSync(path.join(dir, name),
		    "utf8").trim().split("\n").map((l) => JSON.parse(l));

		await create("", { env: { FAKE_CODEX_DIR: dir,
			FAKE_CODEX_LOG_RPC: "1" } }).initialize();
		await server.turn("hi");
		await end();
		assert.deepEqual(lines("calls.log").map((c) => c.argv.at(-1)),
		    ["app-server"]);
		assert.deepEqual(lines("rpc.log").map((m) => m.method),
		    ["initialize", "initialized", "thread/start",
			"turn/start"]);
		const asked = lines("rpc.log").at(-1);

		assert.equal(asked.pid, server.child.pid);
		assert.equal(asked.params.input[0].text, "hi");
		assert.equal(asked.id, 3);
		removeDir(dir);
	});
});
