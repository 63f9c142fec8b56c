// Two proxies behind the real HAProxy, with the configuration in contrib/.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { slack } from "./lib/env.mjs";
import { ask, joinChunks, Pending, request, sseEvents } from "./lib/http.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { adapt, contrib, spawnTool } from "./lib/tools.mjs";
import { until, within } from "./lib/wait.mjs";

const clients = 8;
const requestsEach = 25;
const patience = 120000 * slack;

describe("two proxies behind HAProxy", () => {
	let one, two, balancer, url;

	beforeEach(async () => {
		const args = ["--max-concurrency", "4", "--max-queue-size", "60",
			"--sse-ping-seconds", "0.1"];

		one = await Proxy.start({ args });
		two = await Proxy.start({ args });
		await startBalancer();
	});
	afterEach(async () => {
		balancer?.kill("SIGKILL");
		for (const proxy of [one, two]) {
			if (proxy && !proxy.child.ended)
				await proxy.stop();
		}
	});

	// On a socket of ours, so that the port is free for certain.
	async function startBalancer() {
		const config = path.join(one.dir, "haproxy.cfg");
		const server = net.createServer();

		fs.writeFileSync(config, adapt(contrib("haproxy/haproxy.cfg"), [
			["bind 127.0.0.1:8780", "bind fd@3"],
			["127.0.0.1:8765", `127.0.0.1:${one.port}`],
			["127.0.0.1:8766", `127.0.0.1:${two.port}`],
		]));
		await new Promise((resolve) =>
		    server.listen(0, "127.0.0.1", resolve));
		url = `http://127.0.0.1:${server.address().port}`;
		balancer = spawnTool("haproxy", ["-db", "-f", config],
		    { stdio: ["ignore", "pipe", "pipe", server._handle.fd] });
		server.close();
		await until(async () => {
			assert.ok(!balancer.ended, balancer.stderr);
			return (await get("/ready")).status === 200;
		}, "HAProxy to answer", 20000 * slack);
	}

	const get = (target) => request(url + target);

	const open = (content, fields, headers = {}) =>
		new Pending(`${url}/v1/chat/completions`, {
			method: "POST",
			headers: { "Content-Type": "application/json", ...headers },
			body: JSON.stringify(ask(content, fields)),
		});

	/*
	 * One request of the conversation `of`: "whole", or "broken" when its answer had begun and then
	 * visibly was not brought to its end. Anything else is a failure.
	 */
	async function oneRequest(name, stream, of) {
		const pending = open(`FAKE:slow=200;text=${name}`, { stream },
		    { session_id: of });
		let begun = false;

		pending.headers.then((r) => {
			begun = r.statusCode === 200;
		}, () => {});
		const r = await within(pending.answer, name, patience)
		    .catch((e) => e);

		if (!(r instanceof Error)) {
			assert.equal(r.status, 200, `${name}: ${r.text}`);
			if (!stream) {
				assert.equal(r.json.choices[0].message.content, name);
				return "whole";
			}
			if (r.text.endsWith("data: [DONE]\n\n")) {
				assert.equal(joinChunks(sseEvents(r.text))[0].content,
				    name);
				return "whole";
			}
		}
		assert.ok(stream && begun, `${name} is lost: ${r.message ?? r.text}`);
		assert.ok(!pending.text.includes("[DONE]"), name);
		return "broken";
	}

	// All clients at once; `strike` happens after a third of the requests.
	async function load(strike) {
		const results = { whole: 0, broken: 0 };
		const all = clients * requestsEach;
		let struck;

		const client = async (c) => {
			for (let i = 0; i < requestsEach; i++) {
				const result = await oneRequest(`answer-${c}-${i}`,
				    (c + i) % 2 === 0, `conversation-${c}`);

				results[result]++;
				if (results.whole + results.broken > all / 3)
					struck ??= strike();
			}
		};

		await Promise.all(Array.from({ length: clients }, (_, c) =>
		    client(c)));
		await struck;
		assert.equal(results.whole + results.broken, all);
		return results;
	}

	const busy = (proxy) => until(async () =>
	    (await proxy.metrics()).in_flight >= 2, "it to be busy", patience);

	it("kill -9 of one: only streams that had begun break", async () => {
		const results = await load(async () => {
			await busy(two);
			two.child.kill("SIGKILL");
			await within(two.child.exited, "its end");
		});
		const started = one.calls().length + two.calls().length;

		// At most what was there at the kill: one request a client.
		assert.ok(results.broken <= clients, JSON.stringify(results));
		// What was not answered was run again on the other.
		assert.ok(started >= results.whole, `${started}`);
		assert.ok(two.calls().length > 0);
	});

	it("SIGTERM of one: nothing is lost", async () => {
		const results = await load(async () => {
			await busy(two);
			two.child.kill("SIGTERM");
			assert.deepEqual(await within(two.child.exited, "its end",
			    patience), { code: 0, signal: null });
		});

		assert.deepEqual(results,
		    { whole: clients * requestsEach, broken: 0 });
		assert.ok(two.calls().length > 0);
	});

	it("a request whose server dies before the answer is run again",
	    async () => {
		const pending = open("FAKE:slow=1500;text=x", {});
		const [victim, other] = await until(() => {
			if (one.calls().length > 0)
				return [one, two];
			return two.calls().length > 0 ? [two, one] : null;
		}, "it to run", patience);

		victim.child.kill("SIGKILL");
		const r = await within(pending.answer, "the answer", patience);

		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.choices[0].message.content, "x");
		assert.equal(victim.calls().length, 1);
		assert.equal(other.calls().length, 1);
	});

	const names = ["x-claude-code-session-id", "session-id", "session_id",
		"x-session-affinity"];
	const whole = async (headers) => {
		const r = await within(open("FAKE:text=x", {}, headers).answer,
		    "an answer", patience);

		assert.equal(r.status, 200, r.text);
	};
	const counts = () => [one, two].map((p) => p.calls().length);

	for (const name of names) {
		it(`${name}: a conversation stays, others go elsewhere`,
		    async () => {
			// Each while the others run: leastconn spreads them.
			const held = [open("FAKE:hang", {}, { [name]: "a" })];

			await until(() => counts().includes(1), "it to run");
			const first = counts().indexOf(1);

			held.push(open("FAKE:hang", {}, { [name]: "b" }));
			await until(() => counts()[1 - first] === 1, "the other");
			for (let i = 0; i < 3; i++)
				await whole({ [name]: "a" });
			assert.equal(counts()[first], 4);
			assert.equal(counts()[1 - first], 1);
			held.forEach((p) => p.destroy());
		});
	}

	it("without a name a client's requests stay together", async () => {
		for (let i = 0; i < 6; i++)
			await whole();
		assert.deepEqual(counts().sort(), [0, 6]);
	});

	it("the server of a conversation dies: it goes on at the other",
	    async () => {
		for (let i = 0; i < 3; i++)
			await whole({ session_id: "s" });
		const [victim, other] = one.calls().length > 0 ?
			[one, two] : [two, one];

		victim.child.kill("SIGKILL");
		await within(victim.child.exited, "its end");
		for (let i = 0; i < 3; i++)
			await whole({ session_id: "s" });
		assert.equal(victim.calls().length, 3);
		assert.equal(other.calls().length, 3);
	});

	it("a client that hangs up is noticed behind it", async () => {
		for (const stream of [false, true]) {
			const pending = open("FAKE:hang", { stream });
			const running = async () => (await one.metrics()).in_flight +
			    (await two.metrics()).in_flight;

			await until(async () => await running() === 1, "it to run",
			    patience);
			pending.destroy();
			await until(async () => await running() === 0, "it to end",
			    patience);
		}
		const gone = await Promise.all([one, two].map(async (p) =>
		    (await p.metrics()).errors_by_status["499"] ?? 0));

		assert.equal(gone[0] + gone[1], 2);
	});

	it("without any proxy the error is JSON", async () => {
		await one.stop();
		await two.stop();
		const r = await within(open("FAKE:text=x", {}).answer,
		    "an answer", patience);

		assert.equal(r.status, 503);
		assert.equal(r.headers["retry-after"], "1");
		assert.equal(r.error.type, "server_error");
		assert.equal(r.error.code, "overloaded");
	});
});
