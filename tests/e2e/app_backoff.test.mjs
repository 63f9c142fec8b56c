// app-server: the pauses between starts that fail. By themselves, since their
// limit shows after a minute and a half.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Proxy } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const patience = 300000; // ms

describe("pauses between starts that fail", () => {
	it("double, up to half a minute", async () => {
		const proxy = await Proxy.start({ engine: "app-server",
			ready: false,
			env: { FAKE_CODEX_MODE: "exit_at_start=3:no such luck" } });
		const failures = () => proxy.log().filter((l) =>
		    /could not be started.*no such luck/.test(l.message));

		await until(() => failures().length >= 10, "ten failures",
		    patience);
		const times = failures().slice(0, 10).map((l) => Date.parse(l.ts));

		for (let i = 0; i < 9; i++) {
			const pause = Math.min(250 * 2 ** i, 30000);
			const ms = times[i + 1] - times[i];

			// A start takes time of its own; the last bound is still
			// under the 64 s that come next without a limit.
			assert.ok(ms > pause * 0.95 - 20, `${i}: ${ms} ms`);
			assert.ok(ms < pause * 1.9 + 5000, `${i}: ${ms} ms`);
		}
		await proxy.stop();
	});
});
