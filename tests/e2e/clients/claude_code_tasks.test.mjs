// Claude Code: what a day with it is made of, besides reading and writing.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Agent, saidByTools } from "../lib/agent.mjs";
import { claude } from "../lib/claude.mjs";
import { client } from "../lib/client.mjs";
import { received } from "../lib/items.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";
import { until, within } from "../lib/wait.mjs";

describe(client("@anthropic-ai/claude-code", "tasks"), () => {
	const world = realCodex({ before, after }, { engine: "auto",
		args: ["--model", "gpt-6.1-sol"] });
	let agent;

	before(() => {
		agent = new Agent();
	});
	after(() => agent?.end());

	const words = (prompt, options) =>
		claude(agent, world.proxy.url, prompt, options);
	const run = (prompt, options) => agent.run(...words(prompt, options));

	it("ten calls, one after the other", async () => {
		const m = mark();
		const files = [...Array(9).keys()].map((i) => agent.file(`${i}.txt`));
		const last = agent.file("last.txt");

		files.forEach((file, i) => fs.writeFileSync(file, `${m} no. ${i}\n`));
		const calls = [
			...files.map((file_path) => ["Read", { file_path }]),
			["Write", { file_path: last, content: "the tenth" }]];
		const ran = await run(`${m}\nSIM: ${calls.map(([name, args]) =>
			`tool=${name}:${JSON.stringify(args)}`).join(";then;")
		};then;outputs\n`);
		const said = saidByTools(world.sim, m, "Write");

		// A request a step, no more, each with all that came before.
		assert.deepEqual(said.map((list) => list.length),
		    [...Array(11).keys()], ran.stdout + ran.stderr);
		said.at(-1).slice(0, 9).forEach((item, i) =>
			assert.ok(JSON.stringify(item).includes(`${m} no. ${i}`)));
		assert.equal(fs.readFileSync(last, "utf8").trimEnd(), "the tenth");
		assert.ok(ran.stdout.includes(`${m} no. 8`), ran.stdout);
		assert.equal(world.sim.requestsWith(m).length, 11);

		// Each went on in the turn that waited for it.
		const { hits, misses } =
			(await world.proxy.metrics()).kept_threads;

		assert.deepEqual(hits, { idle: 0, waiting: 10 });
		assert.equal(misses.new, 1);
	});

	it("a conversation that is resumed", async () => {
		const m = mark(), n = mark();

		await run(`${m}\nSIM: text=the first answer\n`);
		const ran = await run(`${n}\nSIM: text=the second answer\n`,
		    { args: ["-c"] });
		const asked = world.sim.requestsWith(n);

		assert.equal(ran.stdout.trim(), "the second answer", ran.stderr);
		assert.equal(asked.length, 1);
		assert.equal(world.sim.requestsWith(m).length, 2);

		// Both prompts, and the answer between them.
		const texts = received(asked[0].body).items
		    .filter((i) => i.type === "message" && i.role !== "developer")
		    .flatMap((i) => i.content.map((p) => `${i.role}: ${p.text}`));
		const order = [m, "assistant: the first answer", n].map(
		    (what) => texts.findIndex((t) => t.includes(what)));

		assert.ok(order[0] >= 0, texts.join("\n"));
		assert.deepEqual(order, order.toSorted((a, b) => a - b));
	});

	it("a subagent", async () => {
		const m = mark(), n = mark();
		const file = agent.file("sub.txt");

		fs.writeFileSync(file, `${n} in the file\n`);
		const read = JSON.stringify({ file_path: file });
		const task = { description: "look", subagent_type: "general-purpose",
			run_in_background: false,
			prompt: `do\nSIM: tool=Read:${read};then;outputs` };
		const ran = await run(`${m}\nSIM: tool=Agent:${
			JSON.stringify(JSON.stringify(task))};then;outputs\n`);

		assert.ok(ran.stdout.includes(`${n} in the file`), ran.stdout);
		// Its own two requests do not show what the task is part of.
		const asked = world.sim.requestsWith(path.basename(file));
		const own = asked.filter((r) => !JSON.stringify(r.body).includes(m));

		assert.deepEqual([asked.length, own.length], [4, 2]);
	});

	it("an interruption in mid-answer ends the spending", async () => {
		const m = mark();
		const begun = () => world.proxy
		    .events("chat_completion_first_sse").length;
		const before = begun();
		const child = agent.start(...words(
		    `${m}\nSIM: text=half an answer;hang\n`));
		const asked = await world.sim.request(m);

		await until(() => begun() > before, "the answer to begin");
		child.kill("SIGINT");
		assert.equal((await world.sim.closed(asked.n, 10000)).completed,
		    false);
		await within(child.exited, "it to end");
		const metrics = await world.proxy.idle();

		assert.deepEqual(metrics.errors_by_status, { 499: 1 });
		assert.equal(world.sim.requestsWith(m).length, 1);
	});
});

describe(client("@anthropic-ai/claude-code", "what an error costs"), () => {
	const world = realCodex({ before, after }, { engine: "auto",
		args: ["--model", "gpt-6.1-sol"] });
	let agent;

	before(() => {
		agent = new Agent();
	});
	after(() => agent?.end());

	// Each request is made of all that it has; those of a 400 leave out more
	// and more betas.
	/* script, status, requests, what it says */
	const rows = [
		["status=401", 403, 1, /codex login/],
		["status=403", 403, 1, /403/],
		["status=429,usage_limit_reached,60", 429, 1, /usage limit/],
		["status=400,context_length_exceeded", 400, 1, /Prompt is too long/],
		["status=400", 400, 6, /400/],
		["failed=cyber_policy:not that", 400, 6, /not that/],
		["status=404,model_not_found", 404, 2, /selected model/],
	];
	for (const [script, status, requests, says] of rows) {
		it(`${script}: ${requests}`, async () => {
			const m = mark();
			const count = (r) => r.errors_by_status[status] ?? 0;
			const old = await world.proxy.metrics();
			const ran = await agent.run(...claude(agent, world.proxy.url,
			    `${m}\nSIM: ${script}\n`));
			const now = await world.proxy.idle();

			assert.match(ran.stdout, says);
			assert.equal(world.sim.requestsWith(m).length, requests);
			assert.equal(count(now) - count(old), requests);
			assert.equal(now.requests_total - old.requests_total, requests);
		});
	}
});

describe(client("@anthropic-ai/claude-code", "what is refused"), () => {
	const world = realCodex({ before, after }, { engine: "auto",
		args: ["--model", "gpt-6.1-sol", "--api-key", "right",
			"--max-body-bytes", "20000"] });
	let agent;

	before(() => {
		agent = new Agent();
	});
	after(() => agent?.end());

	/* key, status, what it says */
	for (const [key, status, says] of [["wrong", 403, /403.*key/s],
		["right", 413, /large|long/i]]) {
		it(`${key} key, ${status}: asked once, and nothing upstream`,
		    async () => {
			const old = await world.proxy.metrics();
			const ran = await agent.run(...claude(agent, world.proxy.url,
			    "SIM: text=x\n", { env: { ANTHROPIC_AUTH_TOKEN: key } }));
			const now = await world.proxy.idle();

			assert.match(ran.stdout, says);
			assert.equal(now.errors_by_status[status], 1);
			assert.equal(now.requests_total - old.requests_total, 1);
			assert.equal(world.sim.requests().length, 0);
		});
	}
});
