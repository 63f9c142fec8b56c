// The page as it is sent: to whom, with which headers, and that it names
// nothing that is elsewhere. What it does is browser.test.mjs's.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { makeDir, removeDir } from "./lib/env.mjs";
import { request } from "./lib/http.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { topDir } from "./lib/tools.mjs";

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9," +
	"image/avif,image/webp,*/*;q=0.8";
const sources = path.join(topDir, "src/api/page/files");
const types = { html: "text/html; charset=utf-8",
	css: "text/css; charset=utf-8",
	js: "text/javascript; charset=utf-8", svg: "image/svg+xml" };

describe("what the page says of a failure", () => {
	const table = fs.readFileSync(
	    path.join(topDir, "src/conversation/error.def"), "utf8");
	const codes = [...table.matchAll(
	    /^ERROR\(\w+,\s*(\d+), "(\w+)"/gm)].map((m) => [Number(m[1]), m[2]]);
	let explain;

	before(async () => {
		// No package says that it is a module: the page does.
		const text = fs.readFileSync(path.join(sources, "words.js"), "utf8");

		({ explain } = await import("data:text/javascript," +
		    encodeURIComponent(text)));
	});

	it("is something else for each that is not the request's own fault",
		() => {
			const other = new Set(codes.filter(([status]) =>
				status >= 499 || [401, 403, 429].includes(status))
			    .map(([, code]) => code));
			const said = new Set([...other].map((c) => explain(c).what));

			assert.ok(other.size > 15, String(other.size));
			assert.equal(said.size, other.size);
			assert.ok(!said.has(explain("unheard_of").what));
		});

	it("has something to do for all", () => {
		for (const [, code] of codes)
			assert.ok(explain(code).todo.length > 10, code);
	});
});

describe("the page", () => {
	const dir = makeDir("page");
	let proxy;

	before(async () => {
		const keys = path.join(dir, "keys");

		fs.writeFileSync(keys, "alice:sesame\n", { mode: 0o600 });
		proxy = await Proxy.start({ args: ["--api-key-file", keys] });
	});
	after(async () => {
		await proxy.stop();
		removeDir(dir);
	});

	/* Accept, whether that is a browser */
	const accepts = [[browser, true], ["text/html", true],
		["TEXT/HTML;q=0.9", true], ["*/*", false],
		["application/json", false], [undefined, false]];

	for (const [accept, shown] of accepts) {
		it(`GET / with Accept: ${accept}`, async () => {
			const r = await proxy.get("/",
			    accept ? { Accept: accept } : {});

			if (shown) {
				assert.equal(r.status, 200);
				assert.equal(r.text, fs.readFileSync(
				    path.join(sources, "index.html"), "utf8"));
				return;
			}
			assert.equal(r.status, 404);
			assert.equal(r.error.code, "not_found");
			assert.match(r.error.message, /nothing at \/; served are/);
		});
	}

	for (const method of ["POST", "DELETE", "OPTIONS"]) {
		it(`${method} / is 404, whoever asks`, async () => {
			const r = await request(`${proxy.url}/`, { method,
				headers: { Accept: browser } });

			assert.equal(r.status, 404);
		});
	}

	it("HEAD / has its length", async () => {
		const r = await request(`${proxy.url}/`, { method: "HEAD",
			headers: { Accept: browser } });

		assert.equal(r.status, 200);
		assert.equal(r.headers["content-length"], String(fs.statSync(
		    path.join(sources, "index.html")).size));
	});

	for (const name of fs.readdirSync(sources)) {
		it(`${name}: byte for byte, strictly`, async () => {
			const target = name === "index.html" ? "/" : `/page/${name}`;
			const r = await proxy.get(target, { Accept: browser });
			const policy = r.headers["content-security-policy"];

			assert.equal(r.status, 200, target);
			assert.deepEqual(r.body,
			    fs.readFileSync(path.join(sources, name)));
			assert.equal(r.headers["content-type"],
			    types[name.split(".")[1]]);
			assert.equal(r.headers["x-content-type-options"], "nosniff");
			assert.equal(r.headers["x-frame-options"], "DENY");
			assert.equal(r.headers["referrer-policy"], "no-referrer");
			assert.match(policy, /^default-src 'none';/);
			assert.match(policy, /frame-ancestors 'none'/);
			assert.doesNotMatch(policy, /unsafe|\*|http|data:/);
			// The name of a kind of XML is no place.
			assert.doesNotMatch(r.text.replaceAll(
			    /http:\/\/www\.w3\.org\/2000\/svg/g, ""),
			/https?:|innerHTML|insertAdjacentHTML|eval\(|style="|onclick=/);
		});
	}

	for (const name of ["index.html", "none.js", "../index.html",
		"%2e%2e/page.css", "a/page.css", ".", ""]) {
		it(`/page/${name} is 404`, async () => {
			const r = await proxy.get(`/page/${name}`);

			assert.equal(r.status, 404);
		});
	}
});
