// app-server: children that are killed at any moment, under load. A request is
// answered, or it was lost twice itself; nobody else is told of it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { patience } from "./lib/children.mjs";
import { realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const clients = 8, each = 10, kills = 8;

for (const workers of [1, 2]) describe(`${workers} killed again and again`, () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", "gpt-5.5", "--workers", `${workers}`,
			"--turns-per-worker", "4"] });

	it("fail those alone that were in them twice", async () => {
		const { proxy } = world;
		const answers = [];

		async function client(c) {
			for (let i = 0; i < each; i++) {
				const text = `answer ${c}.${i}`;

				answers.push([text,
					await proxy.chat(`SIM: text=${text}`)]);
			}
		}

		// Not faster than they answer: each child has had its chance.
		const killed = new Set();

		async function killer() {
			for (let k = 0; k < kills; k++) {
				const before = answers.length;

				await until(() => answers.length >= before + workers ||
				    answers.length === clients * each, "answers",
				patience);
				const pids = proxy.appServers();

				if (pids.length > 0) {
					const pid = pids[k % pids.length];

					process.kill(pid, "SIGKILL");
					killed.add(pid);
				}
			}
		}

		await Promise.all([killer(),
			...[...Array(clients).keys()].map(client)]);
		const good = answers.filter(([, r]) => r.status === 200);

		for (const [text, r] of good)
			assert.equal(r.json.choices[0].message.content, text);
		for (const [, r] of answers.filter((a) => !good.includes(a)))
			assert.deepEqual([r.status, r.error.code],
			    [502, "codex_crashed"], r.text);
		assert.ok(good.length >= clients * each / 2, `${good.length}`);
		const m = await proxy.metricsUntil((x) => x.workers.every((w) =>
		    w.state === "idle"), "two children", patience);

		// One that was killed before it was ready did not crash.
		assert.equal(m.codex_processes.started, workers + killed.size);
		assert.ok(m.codex_processes.crashed > 0);
		await until(() => proxy.appServers().length === workers,
		    "no other child", patience);
	});
});
