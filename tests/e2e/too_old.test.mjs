// A Codex older than the engine needs is named, with what to do, by whoever is
// asked: start, doctor, /ready and a request.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Operator } from "./lib/daemon.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

/* engine, versions that are too old, what it needs, versions that will do */
const rows = [
	["exec", ["0.121.0", "0.121.9", "0.99.0"], "0.122.0",
		["0.122.0", "1.0.0", "0.200.0-alpha.1"]],
	["app-server", ["0.153.4", "0.122.0"], "0.154.0",
		["0.154.0", "1.0.0", "0.200.0-alpha.1"]],
];

// Has both versions and says how to update.
function names(text, version, needed) {
	assert.ok(text.includes(`codex-cli ${version}`), text);
	assert.ok(text.includes(`${needed} or later`), text);
	assert.match(text, /npm install -g @openai\/codex/);
}

async function operated(version, check) {
	const operator = new Operator();

	operator.env.FAKE_CODEX_VERSION = version;
	try {
		await check(operator);
		assert.deepEqual(operator.processes(), []);
	} finally {
		await operator.end();
	}
}

for (const [engine, tooOld, needed, fine] of rows) {
	describe(`${engine}: a Codex that is too old`, () => {
		for (const version of tooOld) {
			const env = { FAKE_CODEX_VERSION: version };

			it(`${version}: /ready and the 503 of a request`, async () => {
				const proxy = await Proxy.start(
				    { engine, ready: false, env });

				for (const stream of [false, true]) {
					const r = await proxy.chat("FAKE:text=x", { stream });

					assert.equal(r.status, 503, r.text);
					assert.equal(r.error.type, "server_error");
					assert.equal(r.error.code, "codex_unavailable");
					assert.equal(r.headers["x-should-retry"], "false");
					names(r.error.message, version, needed);
				}
				const ready = await until(async () => {
					const r = await proxy.get("/ready");

					return /too old/.test(r.text) ? r : null;
				}, "the reason");

				assert.equal(ready.status, 503);
				assert.equal(ready.json.reasons[0],
				    "codex is too old for this engine; update it");
				assert.equal((await proxy.metrics())
				    .codex_processes.started, 0);
				await proxy.stop();
			});

			it(`${version}: start`, () => operated(version, async (op) => {
				const r = await op.run(["start", "--engine", engine]);

				assert.equal(r.code, 1, r.stdout);
				names(r.stderr, version, needed);
			}));

			it(`${version}: doctor`, () => operated(version, async (op) => {
				const r = await op.run(["doctor", "--engine", engine]);

				assert.equal(r.code, 1, r.stdout);
				names(/^FAULT .*/m.exec(r.stdout)[0], version, needed);
			}));
		}
	});

	describe(`${engine}: a Codex that will do`, () => {
		for (const version of fine) {
			it(version, async () => {
				const proxy = await Proxy.start({ engine,
					env: { FAKE_CODEX_VERSION: version } });
				const r = await proxy.chat("FAKE:text=x");

				assert.equal(r.status, 200, r.text);
				assert.equal(r.json.system_fingerprint,
				    `codex-cli ${version}`);
				await proxy.stop();
			});
		}
	});
}

describe("doctor on a Codex that will do for exec alone", () => {
	it("says what the other engine needs", () =>
		operated("0.153.4", async (op) => {
			const r = await op.run(["doctor", "--engine", "exec"]);

			// What its agent can read is worth a fault, with a remedy.
			assert.equal(r.code, 1, r.stdout);
			assert.match(r.stdout, /^1 of these need/m);
			assert.match(/^FAULT +reading .*/m.exec(r.stdout)[0],
			    /update Codex: npm install -g @openai\/codex$/);
			assert.match(r.stdout, /^ok +engine exec /m);
			names(/^ok +engine app-server .*/m.exec(r.stdout)[0],
			    "0.153.4", "0.154.0");
		}));
});
