// The official client's helpers that take zod's schemas, and its retries.
// What needs no other package is in openai_client.test.mjs.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { zodFunction, zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";
import { until } from "../lib/wait.mjs";

const answer = z.object({ steps: z.array(z.string()),
	kind: z.enum(["one", "two"]), note: z.string().nullable() });
const good = { steps: ["a", "b"], kind: "two", note: null };
const said = `text=${JSON.stringify(JSON.stringify(good))}`;

const completions = (world, options) => new OpenAI({ apiKey: "any",
	baseURL: `${world.proxy.url}/v1`, maxRetries: 0, ...options })
    .chat.completions;

const ask = (content, fields) => ({ model: "codex-local",
	messages: [{ role: "user", content }], ...fields });

describe(client("openai", "with zod"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	const format = () => zodResponseFormat(answer, "answer");

	it("parse", async () => {
		const m = mark();
		const c = await completions(world).parse(ask(`${m} SIM: ${said}`,
		    { response_format: format() }));

		assert.deepEqual(c.choices[0].message.parsed, good);
		assert.deepEqual((await world.sim.request(m)).body.text.format
		    .schema.properties.kind.enum, ["one", "two"]);
	});

	it("stream helper: what is parsed grows with the text", async () => {
		const stream = completions(world).stream(ask(
		    `SIM: ${said};split=4`, { response_format: format() }));
		let snapshots = 0;

		stream.on("content.delta", () => snapshots++);
		const c = await stream.finalChatCompletion();

		assert.deepEqual(c.choices[0].message.parsed, good);
		assert.ok(snapshots > 3, `${snapshots}`);
	});

	for (const stream of [false, true]) {
		it(`runTools with a checked function, stream ${stream}`, async () => {
			const got = [];
			const runner = completions(world).runTools({ stream,
				...ask('SIM: tool=add:{"a":2,"b":3};then;' +
				    'tool=add:{"a":5,"b":6};then;outputs'),
				tools: [zodFunction({ name: "add",
					parameters: z.object(
					    { a: z.number(), b: z.number() }),
					function: (args) => {
						got.push(args);
						return `${args.a + args.b}`;
					} })] });

			assert.equal(await runner.finalContent(), "5; 11");
			assert.deepEqual(got, [{ a: 2, b: 3 }, { a: 5, b: 6 }]);
			assert.equal((await runner.totalUsage()).total_tokens,
			    stream ? 0 : 3 * 18);
		});
	}

	it("abort while an answer that does not stream is waited for",
	    async () => {
		const m = mark();
		const controller = new AbortController();
		const ended = assert.rejects(completions(world).create(
		    ask(`${m} SIM: hang`), { signal: controller.signal }),
		OpenAI.APIUserAbortError);
		const { n } = await world.sim.request(m);

		controller.abort();
		await ended;
		assert.equal((await world.sim.closed(n)).completed, false);
	});

	it("breaking off the iteration of a stream hangs up", async () => {
		const m = mark();
		const stream = await completions(world).create(ask(
		    `${m} SIM: text=one two;split=4;hang`, { stream: true }));

		for await (const chunk of stream) {
			if (chunk.choices[0].delta.content)
				break;
		}
		const { n } = await world.sim.request(m);

		assert.equal((await world.sim.closed(n)).completed, false);
	});
});

describe(client("openai", "a full queue"), () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", "gpt-5.5", "--turns-per-worker", "1",
			"--max-queue-size", "1"] });
	const refused = (status) => async () => ((await world.proxy.metrics())
	    .errors_by_status[status] ?? 0) > 0;

	it("429 with Retry-After: it comes again, and is answered", async () => {
		const m = mark();
		const running = world.proxy.open(`${m} SIM: hang`);

		await world.sim.request(m);
		const waiting = world.proxy.open("SIM: text=second");

		await world.proxy.metricsUntil((x) => x.queue_depth === 1,
		    "one to wait");
		const start = performance.now();
		const third = completions(world, { maxRetries: 20 })
		    .create(ask("SIM: text=third"));

		third.catch(() => {});
		await until(refused(429), "the third to be refused");
		running.destroy();
		assert.equal((await third).choices[0].message.content, "third");
		assert.ok(performance.now() - start >= 1000,
		    "no sooner than Retry-After says");
		assert.equal((await waiting.answer).status, 200);
	});

	it("without retries it is a RateLimitError", async () => {
		const m = mark();
		const running = world.proxy.open(`${m} SIM: hang`);

		await world.sim.request(m);
		const waiting = world.proxy.open("SIM: text=second");

		await world.proxy.metricsUntil((x) => x.queue_depth === 1,
		    "one to wait");
		await assert.rejects(completions(world).create(ask("SIM: text=x")),
		    (e) => e instanceof OpenAI.RateLimitError &&
			e.code === "queue_full" &&
			e.headers.get("retry-after") === "1");
		running.destroy();
		assert.equal((await waiting.answer).status, 200);
	});
});

describe(client("openai", "a queue that takes too long"), () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", "gpt-5.5", "--turns-per-worker", "1",
			"--queue-timeout-seconds", "0.3"] });

	it("503 with Retry-After: it comes again, and is answered", async () => {
		const m = mark();
		const running = world.proxy.open(`${m} SIM: hang`);

		await world.sim.request(m);
		const second = completions(world, { maxRetries: 20 })
		    .create(ask("SIM: text=second"));

		second.catch(() => {});
		await world.proxy.metricsUntil((x) => x.errors_by_status[503] > 0,
		    "the second to be refused");
		running.destroy();
		assert.equal((await second).choices[0].message.content, "second");
	});
});
