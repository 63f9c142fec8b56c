// The page in a real browser: what it shows as it happens, the chat, the key,
// by keyboard alone, on a small window, in the dark; and that it asks nobody
// else, complains of nothing, and lets nothing in.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { Browser } from "./lib/browser.mjs";
import { makeDir, removeDir } from "./lib/env.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const soon = Math.floor(Date.now() / 1000) + 7500;
const limits = { primary: { usedPercent: 42, windowDurationMins: 300,
	resetsAt: soon },
secondary: { usedPercent: 95, windowDurationMins: 10080,
	resetsAt: soon + 200000 } };
const named = (id) => ({ "x-request-id": id });
// Some of an answer, and then nothing: it runs until its client goes.
const endless = "FAKE:deltas=40;gap=20;hang";

let browser, tab, proxy;

before(async () => { browser = await Browser.start(); });
after(() => browser.stop());

// Ends the tab; it has asked the server alone, and complained of nothing
// but what `allowed` has.
async function closeTab(allowed = /^$/) {
	const { asked, complaints } = tab;

	await tab.close();
	assert.ok(asked.length > 5);
	for (const url of asked)
		assert.ok(url.startsWith(`${proxy.url}/`), url);
	assert.deepEqual(complaints.filter((c) => !allowed.test(c)), []);
}


describe("the page", () => {
	let open;

	before(async () => {
		proxy = await Proxy.start({ engine: "app-server",
			env: { FAKE_CODEX_MODE:
			    `rate_limits=${JSON.stringify(limits)}` } });
	});
	after(() => proxy.stop());
	beforeEach(async () => {
		open = [];
		tab = await browser.open(proxy.url);
		await tab.reads("#state", /^ready$/);
	});
	afterEach(() => open.forEach((p) => p.destroy()));

	function run(id, words = endless) {
		const pending = proxy.open(words, { stream: true }, named(id));

		open.push(pending);
		return pending;
	}

	it("without a request", async () => {
		await tab.reads("#no-rows", /^No request yet/);
		await tab.reads("#tiles div", /^0 running|running 0/);
		await tab.reads("#about", /^version \S+, engine app-server, up /);
		await closeTab();
	});

	it("rows appear while they run, and finish", async () => {
		const first = run("first");

		await tab.reads("#rows li.running", /codex-local.*answering/);
		await tab.reads("#tiles div", /1 running|running 1/);
		const widths = () => tab.page.$$eval("#rows li.running .bars i",
		    (all) => all.map((i) => i.getBoundingClientRect().width));

		assert.ok((await widths()).some((w) => w > 50));
		first.destroy();
		await tab.reads("#rows li.failed", /499 client_disconnected/);
		await proxy.chat("FAKE:text=fine;usage=1234,3,56,2");
		await tab.reads("#rows li.ok", /1,234 in, 56 out.*ok/);
		await tab.reads("#tokens p", /1,2\d\d in/);
		await tab.reads("#tiles div", /conversations kept *1|1 *conv/);
		await until(async () => (await tab.texts("#rows li.running"))
		    .length === 0, "nothing to run");
		await closeTab();
	});

	it("a request that failed explains itself", async () => {
		await proxy.chat("FAKE:failed=other:stream disconnected");
		await tab.reads("#rows li.failed", /502 upstream_error/);
		await tab.page.click("#rows li.failed summary");
		await tab.reads("#rows li.failed .why",
		    /The model's server.*failed\. Try again/);
		await tab.reads("#rows li.failed dl", /request id req_/);
		await tab.reads("#problems li", /failed with upstream_error/);
		// It stays open, whatever comes.
		await proxy.chat("FAKE:text=x");
		await tab.reads("#rows li:first-child", /ok$/);
		await tab.reads("#rows li.failed .why", /The model's server/);
		await tab.page.click('[data-filter="failed"]');
		await until(async () => (await tab.texts("#rows li"))
		    .every((t) => /upstream_error|client_dis/.test(t)), "the rest to go");
		await closeTab();
	});

	it("quota windows with their resets", async () => {
		await tab.reads(".quota", /^5 h 42 % used new at .*, in 2 h /);
		await tab.reads(".quota", /^7 d 95 % used new at .*, in 2 d /);
		await tab.reads("#problems li.warn", /^95 % of the quota of 7 d/);
		assert.deepEqual(await tab.page.$$eval('[role="meter"]', (all) =>
		    all.map((m) => m.getAttribute("aria-valuenow"))), ["42", "95"]);
		await closeTab();
	});

	it("workers and models", async () => {
		await tab.reads("#workers tbody tr", /^app-server 1 idle \d+ 0 /);
		await tab.reads("#models tbody tr",
		    /^codex-local gpt-6.1-sol 272 k low, medium, high/);
		await closeTab();
	});

	async function send(words) {
		await tab.page.type("#chat-text", words);
		await tab.page.click("#chat-send");
	}

	it("a chat streams, with its reasoning, and says what it took",
		async () => {
			await tab.reads("#chat-model", /gpt-5.5/);
			await tab.page.select("#chat-model", "gpt-5.5");
			await send("FAKE:reasoning=because;deltas=40;gap=40");
			// Some of it is there before all of it is.
			await tab.reads(".said.model > .text", /^d0 d1 (?!.*d39)/);
			await tab.reads(".said.model > .text", /d38 d39$/);
			await tab.reads(".said.model details", /because/);
			await tab.reads(".said.model .note", new RegExp("^first word " +
			    "after \\S+ m?s; \\S+ m?s in all; 11 tokens in, 7 out " +
			    "\\(2 reasoning\\)$"));
			await tab.reads("#rows li", /gpt-5.5.*ok$/);
			// The next one has the whole conversation.
			await send("FAKE:text=more");
			await tab.reads(".said.model:last-child > .text", /^more$/);
			const { messages } = JSON.parse(tab.posted.at(-1));

			assert.deepEqual(messages.map((m) => m.role),
			    ["user", "assistant", "user"]);
			assert.match(messages[1].content, /^d0 d1.*d38 d39$/);
			await closeTab();
		});

	it("a chat stops when it is told to", async () => {
		await send(endless);
		await tab.reads(".said.model > .text", /^d0 d1/);
		await tab.page.click("#chat-stop");
		await tab.reads(".said.model .note", /^stopped; first word after/);
		await tab.reads("#rows li:first-child", /499 client_disconnected/);
		await proxy.metricsUntil((m) => m.in_flight === 0, "nothing to run");
		assert.equal(await tab.page.$eval("#chat-send",
		    (b) => b.disabled), false);
		await closeTab();
	});

	it("a chat that fails says why, and what to do", async () => {
		await send("FAKE:failed=other:the model is out");
		await tab.reads(".said.model .bad", /the model is out.*Try again/);
		await closeTab(/status of 502/);
	});

	it("what a model or a client says is text", async () => {
		const evil = "<img src=/nowhere onerror=alert(1)><script>alert(1)" +
		    "</script>";

		await proxy.chat("FAKE:text=x", { model: evil });
		await send(`FAKE:text=${evil}`);
		await tab.reads(".said.model > .text", /<img src=.*<\/script>/);
		await tab.reads("#rows li", /<img src/);
		assert.equal((await tab.page.$$("img, body script")).length, 0);
		await closeTab();
	});

	it("lets nothing in that is not its own", async () => {
		await tab.page.evaluate(async () => {
			const seen = window.blocked = [];
			const add = (name, props) => {
				const e = document.createElement(name);

				for (const [key, value] of Object.entries(props))
					e.setAttribute(key, value);
				document.body.append(e);
			};

			addEventListener("securitypolicyviolation",
			    (e) => seen.push(e.effectiveDirective));
			add("img", { src: "data:image/png;base64,AAAA" });
			add("div", { style: "color: red" });
			add("iframe", { src: "/page/icon.svg" });
			try {
				document.body.innerHTML = "<p>";
			} catch {
				seen.push("innerHTML");
			}
			await fetch("http://127.0.0.1:1/").catch(() => {});
		});

		for (const what of ["img-src", "style-src-attr", "frame-src",
			"innerHTML", "connect-src"])
			await until(async () => (await tab.page.evaluate(
			    () => window.blocked)).includes(what), what, 10000);
		await tab.close();
	});

	it("by keyboard alone", async () => {
		await proxy.chat("FAKE:failed=other:keys");
		await tab.reads("#rows li:first-child", /upstream_error/);
		await tab.press("Tab");
		assert.equal(await tab.page.evaluate(
		    () => document.activeElement.className), "skip");
		await tab.press("Enter", "Tab");
		await tab.tabTo('[data-filter="failed"]');
		await tab.press("Space");
		assert.equal(await tab.page.$eval('[data-filter="failed"]',
		    (b) => b.getAttribute("aria-pressed")), "true");
		await tab.tabTo("#rows li:first-child summary");
		await tab.press("Enter");
		await tab.reads("#rows li:first-child .why", /The model's server/);
		// The focus is seen, and lasts while rows come and go.
		assert.notEqual(await tab.page.evaluate(() =>
			getComputedStyle(document.activeElement).outlineStyle), "none");
		await proxy.chat("FAKE:failed=other:more");
		await until(async () => await tab.page.$eval(
		    "#rows li:nth-child(2) summary",
		    (e) => e === document.activeElement), "the focus to stay");
		await tab.tabTo("#chat-model");
		await tab.press("End");
		await tab.tabTo("#chat-text");
		await tab.page.keyboard.type("FAKE:hang");
		await tab.page.keyboard.down("Control");
		await tab.press("Enter");
		await tab.page.keyboard.up("Control");
		await tab.reads(".said.model .note", /^waiting for the first word/);
		await tab.tabTo("#chat-stop");
		await tab.press("Enter");
		await tab.reads(".said.model .note", /^stopped; no word/);
		await closeTab();
	});

	// In each state that it can be in, wide and narrow, light and dark.
	it("fits 360 pixels and has no violations, in either colours",
		async () => {
			run("busy");
			await proxy.chat("FAKE:text=x", { model: "m".repeat(200) });
			await proxy.chat("FAKE:failed=other:x", {},
			    named("i".repeat(128)));
			await send(`FAKE:text=${"long".repeat(200)}`);
			await tab.reads(".said.model .note", /^first word/);
			await tab.reads("#rows li.running", /answering/);
			await tab.page.$$eval("#rows li.failed details",
			    (all) => all.forEach((d) => { d.open = true; }));
			await tab.reads("#rows li.failed .why", /The model's/);
			for (const dark of [false, true]) {
				await tab.dark(dark);
				for (const width of [1280, 360]) {
					await tab.size(width, 740);
					assert.ok(await tab.overflow() <= 0, `${width}`);
					assert.deepEqual(await tab.violations(), []);
				}
				const back = await tab.page.evaluate(() =>
					getComputedStyle(document.body).backgroundColor);

				assert.equal(Number(/\d+/.exec(back)[0]) < 64, dark, back);
			}
			await closeTab();
		});

	it("asks nothing while nobody looks, and goes on then", async () => {
		const events = (list) => list.filter(
		    (u) => u.endsWith("/journal/events")).length;
		const hide = (is) => tab.page.evaluate((hidden) => {
			Object.defineProperty(document, "hidden",
			    { value: hidden, configurable: true });
			document.dispatchEvent(new Event("visibilitychange"));
		}, is);

		await hide(true);
		await until(() => events(tab.failed) === 1, "the stream's end");
		const before = tab.asked.length;

		await proxy.chat("FAKE:text=x;usage=4321,0,1,0");
		assert.equal(tab.asked.length, before);
		await hide(false);
		await tab.reads("#rows li:first-child", /4,321 in/);
		assert.equal(events(tab.asked), 2);
		await closeTab();
	});
});

describe("the page with keys", () => {
	const dir = makeDir("page-keys");

	before(async () => {
		const keys = path.join(dir, "keys");

		fs.writeFileSync(keys, "alice:sesame\n", { mode: 0o600 });
		proxy = await Proxy.start({ engine: "app-server",
			args: ["--api-key-file", keys] });
	});
	after(async () => {
		await proxy.stop();
		removeDir(dir);
	});
	beforeEach(async () => {
		tab = await browser.open(proxy.url);
		await tab.reads("#key-title", /^This server asks for a key$/);
	});

	const shown = () => tab.page.$eval("#data", (e) => e.checkVisibility());

	async function give(key) {
		await tab.page.type("#key-field", key);
		await tab.press("Enter");
	}

	it("asks for one, by keyboard, without violations", async () => {
		assert.equal(await shown(), false);
		assert.deepEqual(await tab.violations(), []);
		await tab.size(360, 740);
		assert.ok(await tab.overflow() <= 0);
		assert.equal(await tab.page.evaluate(
		    () => document.activeElement.id), "key-field");
		await give("other");
		await tab.reads("#key-wrong", /^This key is not valid\.$/);
		assert.equal(await shown(), false);
		await give("sesame");
		await tab.reads("#state", /^ready$/);
		assert.equal(await shown(), true);
		await closeTab();
	});

	it("keeps it for the tab, and forgets it when told to", async () => {
		await give("sesame");
		await tab.reads("#state", /^ready$/);
		await tab.page.type("#chat-text", "FAKE:text=with a key");
		await tab.page.click("#chat-send");
		await tab.reads(".said.model > .text", /^with a key$/);
		await tab.reads("#rows li", /chat, alice/);
		await tab.page.reload();
		await tab.reads("#rows li", /chat, alice/);
		const kept = await tab.page.evaluate(() => [localStorage.length,
			document.cookie, document.documentElement.outerHTML]);

		assert.deepEqual(kept.slice(0, 2), [0, ""]);
		assert.doesNotMatch(kept[2] + tab.asked.join(), /sesame/);
		await tab.page.click("#forget");
		await tab.reads("#key-title", /asks for a key/);
		assert.equal(await shown(), false);
		assert.equal(await tab.page.evaluate(
		    () => sessionStorage.length), 0);
		await tab.page.reload();
		await tab.reads("#key-title", /asks for a key/);
		await closeTab();
	});
});

describe("a server that ends", () => {
	it("is missed, and what was there stays", async () => {
		proxy = await Proxy.start({ engine: "app-server" });
		tab = await browser.open(proxy.url);
		await tab.reads("#state", /^ready$/);
		await proxy.chat("FAKE:text=x");
		await tab.reads("#rows li.ok", /ok$/);
		await proxy.stop();
		await tab.reads("#state", /^no connection$/);
		await tab.reads("#problems li.bad", /does not answer/);
		await tab.reads("#rows li.ok", /ok$/);
		await closeTab(/ERR_|Failed to load/);
	});
});
