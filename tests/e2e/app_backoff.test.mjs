// app-server: the pauses between starts that fail, as they are kept. How they
// grow, and up to where, is in tests/unit/engine/pool/check_app_pause.c.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { haste } from "./lib/env.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const pauses = [250, 500, 1000, 2000].map((ms) => ms / haste);

describe("pauses between starts that fail", () => {
	it("double", async () => {
		const proxy = await Proxy.start({ engine: "app-server",
			ready: false,
			env: { FAKE_CODEX_MODE: "exit_at_start=3:no such luck" } });
		const failures = () => proxy.log().filter((l) =>
		    /could not be started.*no such luck/.test(l.message));

		await until(() => failures().length > pauses.length,
		    "the failures");
		const times = failures().map((l) => Date.parse(l.ts));

		for (const [i, pause] of pauses.entries()) {
			const ms = times[i + 1] - times[i];

			// A start takes time of its own.
			assert.ok(ms > pause * 0.95 - 20, `${i}: ${ms} ms`);
			assert.ok(ms < pause * 1.9 + 5000, `${i}: ${ms} ms`);
		}
		await proxy.stop();
	});
});
