// Starts and stops, over and over: E2E_CYCLES times, see "make stress".
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Proxy } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const cycles = Number(process.env.E2E_CYCLES ?? 50);

assert.ok(Number.isInteger(cycles) && cycles > 0, "E2E_CYCLES");

describe("over and over", () => {
	it(`${cycles} starts and stops with parked streams`, async () => {
		for (let i = 0; i < cycles; i++) {
			const proxy = await Proxy.start({ ready: false, args: [
				"--drain-seconds", "0", "--sse-ping-seconds", "0.05",
				"--max-concurrency", "2"] });
			const pending = [1, 2, 3].map((n) => proxy.open("FAKE:hang",
			    { stream: n !== 3 }));

			// At another moment each time.
			if (i % 3 === 1)
				await proxy.started(2);
			if (i % 3 === 2)
				await until(() => pending[0].text.length > 0,
				    "a keep-alive");
			proxy.child.kill("SIGTERM");
			await proxy.ended();
			pending.forEach((p) => p.destroy());
		}
	});
});
