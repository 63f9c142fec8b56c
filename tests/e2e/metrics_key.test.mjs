// With a key set /metrics stays open, but for what is said of keys and of the
// account: that is told with a key alone, or over the private socket.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Operator } from "./lib/daemon.mjs";
import { requestUnix } from "./lib/http.mjs";
import { until } from "./lib/wait.mjs";

const window = { usedPercent: 42, windowDurationMins: 300,
	resetsAt: 1900000000 };
const env = { FAKE_CODEX_MODE: "rate_limits=" +
	JSON.stringify({ primary: window, secondary: window }) };
/* path, what of it is the account's */
const pages = [["/metrics", /"keys"|rate_limits|alice|1900000000/],
	["/metrics?format=prometheus",
		/codex_proxy_(key|rate_limit)_|alice|1900000000|1\.9e\+?09/]];

describe("with keys", () => {
	const operator = new Operator();
	const auth = { Authorization: "Bearer first" };

	before(async () => {
		const keys = path.join(operator.dir, "keys");

		fs.writeFileSync(keys, "alice:first\n", { mode: 0o600 });
		await operator.start(["--engine", "app-server",
			"--api-key-file", keys], env);
		assert.equal((await operator.chat("x", auth)).status, 200);
		await until(async () => {
			const r = await operator.get("/metrics", auth);

			return r.json.rate_limits.primary !== null;
		}, "what is left of the quota");
	});
	after(() => operator.end());

	for (const [page, account] of pages) {
		/* who; what is sent */
		const strangers = [["without one", {}], ["with a wrong one",
			{ Authorization: "Bearer other" }]];

		for (const [who, headers] of strangers) {
			it(`${page} ${who}: the rest alone`, async () => {
				const r = await operator.get(page, headers);

				assert.equal(r.status, 200);
				assert.doesNotMatch(r.text, account);
				assert.match(r.text, /requests_total"?[: ]1/);
				assert.match(r.text, /queue_depth/);
			});
		}

		for (const headers of [auth, { "x-api-key": "first" }]) {
			it(`${page} with ${Object.keys(headers)}: all`, async () => {
				const r = await operator.get(page, headers);

				assert.match(r.text, /alice/);
				assert.match(r.text, /rate_limit/);
			});
		}

		it(`${page} over the private socket: all`, async () => {
			const r = await requestUnix(`${operator.stateFile}.sock`,
			    page);

			assert.match(r.text, /alice/);
			assert.match(r.text, /rate_limit/);
		});
	}

	it("what asks for metrics counts for no key", async () => {
		const { json } = await operator.get("/metrics", auth);

		assert.equal(json.keys.alice.requests, 1);
	});
});

describe("without keys", () => {
	const operator = new Operator();

	before(() => operator.start(["--engine", "app-server"], env));
	after(() => operator.end());

	it("the quota is told", async () => {
		await until(async () => (await operator.get("/metrics")).json
		    .rate_limits.primary !== null, "what is left of the quota");
	});
});
