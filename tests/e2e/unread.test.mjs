// Answers that are asked for and not read: what they take is bounded in all,
// the slow are cut off with an error, and who reads does not notice.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, it } from "node:test";
import { ask, joinChunks, sseEvents } from "./lib/http.mjs";
import { peakRss } from "./lib/proc.mjs";
import { fakeWorld } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const readers = 40;
const group = 8; // of them ask at once
const deltas = 80;
const prompt = `FAKE:deltas=${deltas};delta_bytes=262144`;
const size = deltas * 262144;
const mib = 1024 * 1024;
const most = 256 * mib; // LIMIT_UNREAD
const patience = 300000;
const own = 2 * mib; // LIMIT_UNREAD_OWN, an event, the last words

// Asks for a stream, and reads it when it is told to.
function slow(proxy) {
	return new Promise((resolve, reject) => {
		const r = http.request(`${proxy.url}/v1/chat/completions`, {
			method: "POST", agent: false,
			headers: { "Content-Type": "application/json" } });

		r.on("response", (response) => {
			response.pause();
			resolve({ response, async read() {
				const chunks = [];

				for await (const c of response)
					chunks.push(c);
				return Buffer.concat(chunks).toString("utf8");
			} });
		});
		r.on("error", reject);
		r.end(JSON.stringify(ask(prompt, { stream: true })));
	});
}

describe(`${readers} clients that do not read ${size} bytes each`, () => {
	const world = fakeWorld({ before, after }, { engine: "app-server",
		args: ["--idle-timeout-seconds", "600", "--timeout-seconds", "0",
			"--sse-ping-seconds", "0"] });
	const open = [];

	it("hold no more than the bound together", async () => {
		const { proxy } = world;

		while (open.length < readers) {
			open.push(...await Promise.all(Array.from(
			    { length: group }, () => slow(proxy))));
			await proxy.metricsUntil((x) => x.in_flight === 0,
			    "their turns to end", patience);
		}
		const m = await proxy.metrics();

		assert.ok(m.unread_bytes > most / 2, `${m.unread_bytes}`);
		assert.ok(m.unread_bytes <= most + readers * own,
		    `${m.unread_bytes}`);
		const peak = peakRss(proxy.pid);

		assert.ok(peak < 3 * most, `${peak / mib} MiB`);
	});

	it("who reads gets all meanwhile", async () => {
		const pending = world.proxy.open(
		    "FAKE:deltas=1000;delta_bytes=4096;gap=1", { stream: true });

		await until(() => pending.request.res?.complete, "its end",
		    patience);
		const events = sseEvents((await pending.answer).text);

		assert.equal(events.at(-1), "[DONE]");
		assert.equal(joinChunks(events)[0].content.length,
		    1000 * 4096);
	});

	it("they get all that waited, and the cut ones a reason", async () => {
		const { proxy } = world;
		let cut = 0;

		for (const one of open) {
			const events = sseEvents(await one.read());
			const last = events.at(-1);

			if (last === "[DONE]") {
				assert.equal(joinChunks(events)[0].content.length,
				    size);
				continue;
			}
			cut++;
			assert.equal(last.error.code, "overloaded");
			assert.match(last.error.message,
			    /too slowly: .* 256 MiB of answers unread/);
		}
		assert.ok(cut > 0 && cut < readers, `${cut}`);
		const m = await proxy.metricsUntil((x) => x.unread_bytes === 0,
		    "nothing to wait", patience);

		assert.equal(m.errors_by_code.overloaded, cut);
		assert.deepEqual(m.codex_processes,
		    { started: 1, crashed: 0, retries: 0 });
	});
});
