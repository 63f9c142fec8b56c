// --engine auto, the default: who answers what, and how that is seen.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { calls, tool } from "./lib/calls.mjs";
import { Operator } from "./lib/daemon.mjs";
import { codexLauncher, codexOlder, makeDir, newModel, plainModel,
	removeDir } from "./lib/env.mjs";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { fakeWorld, mark, realCodex } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const real = !codexOlder("0.154.0");
const look = { tools: [tool("look")] };

// Has exec's agent say where it is.
const pwd = `SIM: tool=exec_command:${JSON.stringify(JSON.stringify(
	{ cmd: "pwd", login: false }))}`;

describe("auto", { skip: !real && "app-server needs 0.154.0" }, () => {
	const root = fs.mkdtempSync(path.join(fs.realpathSync("/var/tmp"),
	    "codex-api-proxy-auto-"));
	const world = realCodex({ before, after }, { engine: "auto",
		args: ["--model", plainModel, "--allowed-root", root,
			"--model-alias", `fast=${newModel}:low`,
			"--model-alias", "claude-*=codex-local",
			"--model-alias", "eyes=codex-agent",
			"--model-alias", `${newModel}=${plainModel}`] });
	after(() => fs.rmSync(root, { recursive: true }));

	// What answered, as header and log line have it.
	async function route(r) {
		const line = await world.proxy.latency(r.headers["x-request-id"]);

		assert.equal(r.headers["x-codex-engine"], line.engine);
		assert.equal(r.headers["x-codex-model"], line.codex_model);
		return [line.engine, line.codex_model];
	}

	it("starts no exec before it is wanted", async () => {
		const m = await world.proxy.metrics();

		assert.equal(m.engine, "auto");
		assert.equal(m.app_server_pool_started, true);
		assert.deepEqual(Object.keys(m.engines), ["app-server"]);
		assert.deepEqual(m.workers.map((w) => w.engine), ["app-server"]);
		assert.equal((await world.proxy.get("/health")).json.engine, "auto");
	});

	it("checks the first request of exec by what is known", async () => {
		const r = await world.proxy.chat("x",
		    { model: "codex-agent", reasoning_effort: "much" });

		assert.equal(r.status, 400, r.text);
		assert.equal(r.error.param, "reasoning_effort");
		assert.deepEqual(await route(r), ["exec", plainModel]);
	});

	for (const stream of [false, true]) {
		it(`gives calls of tools to the caller, stream ${stream}`,
		    async () => {
			const m = mark();
			const r = await world.proxy.chat(
			    `${m} SIM: ${calls("look", "{}")}`, { ...look, stream });

			assert.equal(r.status, 200, r.text);
			assert.match(r.text, /"finish_reason":"tool_calls"/);
			assert.match(r.text, /"name":"look"/);
			assert.deepEqual(await route(r), ["app-server", plainModel]);
			assert.equal((await world.sim.request(m)).body.model,
			    plainModel);
		});
	}

	it("streams live", async () => {
		const r = await world.proxy.chat("SIM: text=abc;split=3",
		    { stream: true });

		assert.equal(r.status, 200, r.text);
		assert.equal(joinChunks(sseEvents(r.text))[0].content, "abc");
		assert.deepEqual(await route(r), ["app-server", plainModel]);
	});

	/* fields, where the agent is */
	const rows = [
		[{ metadata: { cwd: root } }, () => root, "a directory"],
		[{ model: "codex-agent" }, () => fs.realpathSync(path.join(
			world.proxy.home, ".codex-api-proxy/workspace")),
		"codex-agent"],
		[{ model: "eyes" }, () => fs.realpathSync(path.join(
			world.proxy.home, ".codex-api-proxy/workspace")),
		"an alias of it"],
		[{ model: "codex-agent", metadata: { cwd: root } }, () => root,
			"codex-agent in a directory"],
	];
	for (const [fields, where, why] of rows) {
		it(`has the agent look at files: ${why}`, async () => {
			const r = await world.proxy.chat(pwd, fields);

			assert.equal(r.status, 200, r.text);
			assert.ok(r.json.choices[0].message.content
			    .split(/\n|\\n/).includes(where()), r.text);
			assert.deepEqual(await route(r), ["exec", plainModel]);
			assert.equal(r.json.model, fields.model ?? "codex-local");
		});
	}

	it("gives tools to app-server whatever directory is named", async () => {
		const r = await world.proxy.chat(`SIM: ${calls("look", "{}")}`,
		    { ...look, metadata: { cwd: root } });

		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.choices[0].finish_reason, "tool_calls");
		assert.deepEqual(await route(r), ["app-server", plainModel]);
	});

	it("has no tools for codex-agent", async () => {
		const r = await world.proxy.chat("x",
		    { ...look, model: "codex-agent" });

		assert.equal(r.status, 400, r.text);
		assert.equal(r.error.code, "unsupported_parameter");
		assert.match(r.error.message, /exec engine does not support tools/);
		assert.deepEqual(await route(r), ["exec", plainModel]);
	});

	/* the name, the model and the effort upstream */
	const names = [
		["codex-local", plainModel, undefined],
		["fast", newModel, "low"],
		[newModel, plainModel, undefined],
		["claude-opus-4-1", plainModel, undefined],
		[`${plainModel}:high`, plainModel, "high"],
		[`${plainModel}-low`, plainModel, "low"],
		[`openai/${plainModel}`, plainModel, undefined],
		[`openai/${plainModel}:low`, plainModel, "low"],
		["a/fast", newModel, "low"],
	];
	for (const [model, target, effort] of names) {
		for (const metadata of [undefined, { cwd: root }]) {
			it(`${model} is ${target} ${effort ?? ""}, ` +
			    `${metadata ? "exec" : "app-server"}`, async () => {
				const m = mark();
				const r = await world.proxy.chat(m, { model, metadata });

				assert.equal(r.status, 200, r.text);
				const { body } = await world.sim.request(m);

				assert.equal(body.model, target);
				if (effort)
					assert.equal(body.reasoning.effort, effort);
				assert.deepEqual(await route(r),
				    [metadata ? "exec" : "app-server", target]);
				assert.equal(r.json.model, model);
			});
		}
	}

	it("an effort that the request says goes before the name's", async () => {
		const m = mark();
		const r = await world.proxy.chat(m, { model: "fast",
			reasoning_effort: "high" });

		assert.equal(r.status, 200, r.text);
		assert.equal((await world.sim.request(m)).body.reasoning.effort,
		    "high");
	});

	it("lists each model once, with what is known of it", async () => {
		const { data } = (await world.proxy.get("/v1/models")).json;
		const ids = data.map((d) => d.id);
		const by = (id) => data.find((d) => d.id === id);

		assert.deepEqual(ids.slice(0, 5), ["codex-local", "codex-agent",
			"fast", "eyes", newModel]);
		assert.equal(new Set(ids).size, ids.length);
		assert.ok(ids.includes(plainModel));
		assert.ok(!ids.some((id) => id.includes("*")), "no patterns");
		for (const d of data) {
			assert.equal(d.owned_by, "codex");
			assert.ok(d.context_window > 0, d.id);
			assert.equal(d.max_model_len, d.context_window);
			assert.ok(d.display_name.length > 0);
			assert.ok(d.reasoning_efforts.includes("high"), d.id);
			assert.deepEqual(d.input_modalities, ["text", "image"]);
		}
		assert.equal(by("codex-local").root, plainModel);
		assert.equal(by("codex-agent").root, plainModel);
		assert.equal(by("fast").root, newModel);
		assert.equal(by(newModel).root, plainModel, "an alias comes first");
	});

	/* what is asked for, what stands behind it; null: 404 */
	const ids = [["codex-agent", plainModel], ["fast", newModel],
		["claude-x", plainModel], [`${plainModel}-high`, plainModel],
		[`openai/${plainModel}`, plainModel],
		[`openai%2F${plainModel}`, plainModel],
		["nonesuch", null], ["openai/nonesuch", null],
		["codex-local:high", null]];
	for (const [id, target] of ids) {
		it(`GET /v1/models/${id}`, async () => {
			const r = await world.proxy.get(`/v1/models/${id}`);

			assert.equal(r.status, target ? 200 : 404, r.text);
			if (target) {
				assert.equal(r.json.id, decodeURIComponent(id));
				assert.equal(r.json.root, target);
			} else {
				assert.equal(r.error.code, "model_not_found");
			}
		});
	}

	it("counts for each engine", async () => {
		const before = await world.proxy.idle();
		const total = (m, name) =>
		    m.engines["app-server"][name] + m.engines.exec[name];

		await world.proxy.chat("SIM: text=a");
		await world.proxy.chat("SIM: text=a", { model: "codex-agent" });
		await world.proxy.chat("x", { ...look, model: "codex-agent" });
		await world.proxy.chat("x", { n: 9 });
		await until(async () => (await world.proxy.idle())
		    .requests_total === before.requests_total + 4, "all counted");
		const m = await world.proxy.metrics();
		const more = (engine, name) =>
		    m.engines[engine][name] - before.engines[engine][name];

		assert.equal(more("app-server", "requests_ok"), 1);
		assert.equal(more("exec", "requests_ok"), 1);
		assert.equal(more("exec", "requests_error"), 1);
		assert.equal(more("app-server", "requests_error"), 0);
		assert.equal(m.requests_error - before.requests_error, 2);
		assert.equal(total(m, "processes_started"),
		    m.codex_processes.started);
		assert.equal(m.queue_capacity, 128);
		assert.deepEqual(m.workers.map((w) => w.engine),
		    ["app-server", "exec"]);
		const text = (await world.proxy.get("/metrics?format=prometheus"))
		    .text;

		for (const engine of ["app-server", "exec"]) {
			for (const name of ["queue_depth", "queue_capacity",
				"in_flight", "workers", "workers_busy",
				"engine_requests_ok_total",
				"engine_requests_error_total",
				"codex_processes_started_total"])
				assert.ok(text.includes(
				    `\ncodex_proxy_${name}{engine="${engine}"} `), name);
			assert.ok(text.includes(
			    `\ncodex_proxy_worker_up{engine="${engine}",worker="0"} 1`));
		}
		assert.ok(text.includes('\ncodex_proxy_info{engine="auto"} 1\n'));
	});
});

describe("auto, with both engines at work", {
	skip: !real && "app-server needs 0.154.0",
}, () => {
	const world = realCodex({ before, after }, { engine: "auto",
		args: ["--max-queue-size", "1", "--turns-per-worker", "1"] });
	const agent = { model: "codex-agent" };

	it("has a queue for each", async () => {
		const held = [];

		for (const fields of [agent, {}]) {
			const m = mark();

			held.push(world.proxy.open(`${m} SIM: hang`, fields));
			await world.sim.request(m);
		}
		const waiting = world.proxy.open("SIM: text=a", agent);

		await world.proxy.metricsUntil(
		    (m) => m.engines.exec.queue_depth === 1, "one to wait");
		const full = await world.proxy.chat("x", agent);

		assert.equal(full.status, 429, full.text);
		assert.equal(full.error.code, "queue_full");
		const other = world.proxy.open("SIM: text=a");

		await world.proxy.metricsUntil(
		    (m) => m.engines["app-server"].queue_depth === 1,
		    "the other queue to take one");
		for (const p of [...held, waiting, other])
			p.destroy();
		await world.proxy.metricsUntil((m) => m.in_flight === 0 &&
		    m.queue_depth === 0, "both to be rid of them");
	});

	it("drains both", async () => {
		const marks = [mark(), mark()];
		const answers = [agent, {}].map((fields, i) => world.proxy.chat(
		    `${marks[i]} SIM: delay=1500;text=whole`, fields));

		for (const m of marks)
			await world.sim.request(m);
		world.proxy.child.kill("SIGTERM");
		for (const r of await Promise.all(answers)) {
			assert.equal(r.status, 200, r.text);
			assert.equal(r.json.choices[0].message.content, "whole");
		}
		await world.proxy.ended();
		world.proxy = null;
	});
});

describe("a start without a word", {
	skip: !real && "app-server needs 0.154.0",
}, () => {
	const operator = new Operator();
	const dir = makeDir("sim");
	let sim;

	before(async () => {
		sim = await Sim.start(dir);
		Object.assign(operator.env, { SIM_KEY: "k",
			CODEX_PROXY_CODEX_BIN: codexLauncher,
			CODEX_PROXY_CODEX_CONFIGS: sim.overrides().join(";;") });
	});
	after(async () => {
		await operator.end();
		await sim.stop();
		removeDir(dir);
	});

	it("serves an agent with tools, and says what answers", async () => {
		const start = await operator.start();

		assert.equal(start.stderr, "");
		const r = await operator.post({ model: "codex-local", messages: [
			{ role: "user", content: `SIM: ${calls("look", "{}")}` }],
		...look });

		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.choices[0].finish_reason, "tool_calls");
		const model = r.headers["x-codex-model"];
		const status = await operator.run(["status"]);

		assert.match(status.stdout, /^Engine: +auto$/m);
		assert.ok(status.stdout.includes(
		    `\nModel:    ${model}\n`), status.stdout);
		assert.ok(await operator.logged(`codex-local is ${model})`));
		const json = JSON.parse(
		    (await operator.run(["status", "--json"])).stdout);

		assert.equal(json.model, model);
		assert.equal(json.all_to_exec, null);
		const doctor = await operator.run(["doctor"]);

		assert.equal(doctor.code, 0, doctor.stdout);
		assert.match(doctor.stdout, /^ok +engine app-server /m);
		assert.match(doctor.stdout, /^ok +engine exec /m);
	});

	it("hears what becomes of --default-cwd", async () => {
		const cwd = path.join(dir, "project");

		fs.mkdirSync(cwd);
		const r = await operator.run(["restart", "--default-cwd", cwd]);

		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stderr, /note: with --engine auto only .*codex-agent/);
	});
});

// Where app-server cannot be used, exec does all: the reason is told.
const without = [
	["a Codex older than 0.154.0", { FAKE_CODEX_VERSION: "0.153.4" },
		/codex-cli 0\.153\.4 is too old.*0\.154\.0/, () => ({})],
	["a login in a keyring", {}, /The login is in a keyring/, (dir) => {
		fs.mkdirSync(path.join(dir, "own"));
		return { CODEX_HOME: path.join(dir, "own"),
			CODEX_PROXY_CODEX_CONFIGS: "" };
	}],
];
for (const [what, env, words, more] of without) {
	describe(`auto, on ${what}`, () => {
		const operator = new Operator();
		const dir = makeDir("without");

		before(() => Object.assign(operator.env, env, more(dir)));
		after(async () => {
			await operator.end();
			removeDir(dir);
		});

		it("start says that exec has all", async () => {
			const r = await operator.start();

			assert.match(r.stderr, /all requests go to codex exec/);
			assert.match(r.stderr, words);
			assert.equal((await operator.get("/ready")).status, 200);
		});

		it("so do log, status and doctor", async () => {
			assert.ok(await operator.logged("all requests go to codex exec"));
			const status = (await operator.run(["status"])).stdout;

			assert.match(status, /all requests go to exec/);
			assert.match(status, words);
			const doctor = (await operator.run(["doctor"])).stdout;

			assert.match(doctor, /^ok +engine app-server .*go to exec/m);
			assert.doesNotMatch(doctor, /^FAULT +(engine|login)/m);
		});

		it("restart is content with that", async () => {
			const r = await operator.run(["restart"]);

			assert.equal(r.code, 0, r.stderr);
			assert.match(r.stderr, /all requests go to codex exec/);
			operator.url = operator.state().urls[0];
		});

		it("exec answers, but takes no tools", async () => {
			const ok = await operator.chat("FAKE:text=x");

			assert.equal(ok.status, 200, ok.text);
			assert.equal(ok.headers["x-codex-engine"], "exec");
			const m = (await operator.get("/metrics")).json;

			assert.deepEqual(Object.keys(m.engines),
			    ["app-server", "exec"]);
			assert.equal(m.engines["app-server"].processes_started, 0);
			const r = await operator.post({ model: "codex-local",
				messages: [{ role: "user", content: "x" }], ...look });

			assert.equal(r.status, 400, r.text);
			assert.match(r.error.message, /app-server engine/);
		});
	});
}

for (const engine of ["exec", "app-server"]) {
	describe(`codex-agent with --engine ${engine}`, () => {
		const world = fakeWorld({ before, after }, { engine });

		it("is not there, and it is said why", async () => {
			const asked = [await world.proxy.chat("x",
			    { model: "codex-agent" }),
			await world.proxy.get("/v1/models/codex-agent")];

			for (const r of asked) {
				assert.equal(r.status, 404, r.text);
				assert.equal(r.error.code, "model_not_found");
				assert.match(r.error.message, new RegExp(
				    `--engine auto.*--engine ${engine}`));
			}
			const ids = (await world.proxy.get("/v1/models")).json.data
			    .map((d) => d.id);

			assert.ok(!ids.includes("codex-agent"));
		});
	});
}
