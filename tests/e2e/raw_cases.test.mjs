/*
 * Byte by byte what clients may send, and what must come of it: by RFC 9110
 * and 9112 and by the contract, over TCP, TLS and a Unix socket alike. After
 * each group the server is as it was.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { makeDir, removeDir, sanitized, slack } from "./lib/env.mjs";
import { request, requestUnix } from "./lib/http.mjs";
import { fds, stat } from "./lib/proc.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { Raw } from "./lib/raw.mjs";
import { framingGroups } from "./lib/raw_framing.mjs";
import { lineGroups } from "./lib/raw_lines.mjs";
import { health, post } from "./lib/raw_rows.mjs";
import { Pair } from "./lib/tls.mjs";
import { until } from "./lib/wait.mjs";

const groups = { ...lineGroups, ...framingGroups };
// What all may leave behind: what malloc keeps of the largest rows.
const growth = (sanitized ? 256 : 16) * 1048576;
// Who goes within a head may be let go of by this alone: doc/mhd.md.
const idle = Math.ceil(2 * slack);
const dir = makeDir("raw");
const pair = new Pair(dir, "server");
const socket = path.join(dir, "s.sock");
const latin1 = (s) => Buffer.from(s, "latin1");

after(() => removeDir(dir));

const transports = {
	TCP: { args: [], get: (proxy) => request(`${proxy.url}/health`),
		connect: (proxy) => Raw.connect(proxy.port) },
	TLS: { args: pair.args, ca: pair.ca,
		get: (proxy) => request(`${proxy.url}/health`, { ca: pair.ca }),
		connect: (proxy) => Raw.connect(proxy.port, "127.0.0.1",
		    { ca: pair.ca, ALPNProtocols: ["http/1.1"] }) },
	Unix: { args: ["--listen", "127.0.0.1:0", "--listen", `unix:${socket}`],
		get: () => requestUnix(socket, "/health"),
		connect: () => Raw.connect(socket) },
};

const stops = (rows) => rows.every((r) => r.half);

// A row as it is for one transport.
function rowOf({ bytes, want, code, ...rest }, transport) {
	const here = (v) => typeof v === "object" && !Array.isArray(v)
	    ? v[transport] : v;

	return { ...rest, code: here(code), want: want.map(here),
		bytes: typeof bytes === "function" ? bytes(transport) : bytes };
}

// The next answer, or null where the connection ends without one.
async function answer(raw, head) {
	try {
		return await raw.response({ head, ms: 5000 * slack });
	} catch (e) {
		if (raw.closed && raw.received.length === 0)
			return null;
		throw e;
	}
}

async function answers(raw, row) {
	let last;

	for (const want of row.want) {
		const allowed = [want].flat();

		last = await answer(raw, row.head);
		if (row.interim && last?.status === 100)
			last = await answer(raw, row.head);
		assert.ok(allowed.includes(last?.status ?? "cut"),
		    `${last?.status} for ${allowed}: ${last?.text}`);
	}
	return last;
}

function checkOurs(last, code) {
	assert.equal(last.error.code, code, last.text);
	assert.equal(typeof last.error.message, "string");
	assert.match(last.headers["x-request-id"], /./);
}

const isTheirs = (last) => last === null ||
	last.headers["x-request-id"] === undefined;

async function checkOpen(raw) {
	raw.write(health());
	assert.equal((await answer(raw))?.status, 200,
	    "the connection can be used on");
}

async function checkEnd(raw, ours) {
	await raw.untilClosed(5000 * slack);
	const more = raw.received.toString("latin1");

	// libmicrohttpd's own pages carry their header twice in 0.9.75.
	if (ours)
		assert.equal(more, "", "nothing behind it is answered");
	else
		assert.doesNotMatch(more, /HTTP\/1.1 200|requests_total/);
}

// Whether it is libmicrohttpd 0.9.75, whose own pages are these.
async function isOld(raw) {
	raw.write("GET / HTTP/9.9\r\n\r\n");
	await raw.untilClosed(5000 * slack);
	raw.destroy();
	return raw.received.toString("latin1").split("HTTP/1.1 505").length > 2;
}

async function check(raw, row, old) {
	raw.write(latin1(row.bytes));
	if (row.half)
		raw.socket.end();
	const last = await answers(raw, row);
	const taken = last !== null && last.status < 400;

	if (row.code !== undefined && !(row.shared && !old && isTheirs(last))) {
		assert.notEqual(last, null, "it was cut");
		checkOurs(last, row.code);
	}
	if (row.open === true || (row.open === "if taken" && taken))
		await checkOpen(raw);
	else if (row.open !== undefined)
		await checkEnd(raw, last !== null && !isTheirs(last));
}

for (const [transport, way] of Object.entries(transports)) {
	describe(`over ${transport}`, () => {
		let proxy, base, old;

		const measure = () => ({ fds: fds(proxy.pid).length,
			threads: stat(proxy.pid).threads, rss: 1024 * Number(
			    /^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(
				`/proc/${proxy.pid}/status`, "utf8"))[1]) });

		async function once(row) {
			const raw = await way.connect(proxy);

			try {
				await check(raw, row, old);
			} finally {
				raw.destroy();
			}
		}

		before(async () => {
			proxy = await Proxy.start({ ca: way.ca, args: [...way.args,
				"--allowed-origin", "https://good.example",
				"--allowed-host", "proxy.example",
				"--idle-timeout-seconds", `${idle}`],
			env: { CODEX_PROXY_API_KEY: "the-key" } });
			old = await isOld(await way.connect(proxy));
			// What is made once, at the first request.
			await once({ bytes: post([]), want: [200], open: true });
			await proxy.atRest();
			base = measure();
		});
		after(() => proxy?.stop());

		async function asBefore() {
			assert.equal((await way.get(proxy)).status, 200);
			await proxy.atRest();
			await until(() => {
				const now = measure();

				return now.fds <= base.fds &&
				    now.threads === base.threads &&
				    now.rss < base.rss + growth;
			}, () => `${JSON.stringify(measure())} to be as it was: ${
				JSON.stringify(base)}`, 10000);
		}

		for (const [group, rows] of Object.entries(groups)) {
			describe(group, () => {
				let calls;

				before(() => { calls = proxy.calls().length; });
				// Which wait for the idle timeout, so all at once.
				describe("rows", { concurrency: stops(rows) }, () => {
					for (const row of rows)
						it(row.name, () =>
						    once(rowOf(row, transport)));
				});
				it("and all is as it was", asBefore);
				if (stops(rows)) {
					it("and nothing was done", () => assert.equal(
					    proxy.calls().length, calls));
				}
			});
		}
	});
}

it("the table has not shrunk", () => {
	const rows = Object.values(groups).flat();

	assert.ok(rows.length >= 200, `${rows.length} rows`);
	for (const [group, own] of Object.entries(groups)) {
		assert.equal(new Set(own.map((r) => r.name)).size, own.length,
		    `two rows of ${group} with one name`);
	}
});
